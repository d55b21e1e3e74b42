package io.openpanel.kernel.internal.encryption;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.spi.MasterKey;

/** The key behind every secret that is stored. */
public final class EncryptionActions implements Extension {
    private final MasterKey key;
    private final RecoveryKit kit;

    public EncryptionActions(MasterKey key, RecoveryKit kit) {
        this.key = key;
        this.kit = kit;
    }

    public record Shown(
            @Param("Who keeps the key: file, vault or a plugin's") String provider,
            @Param("Of the key that wraps now") String version,
            @Param("One for each team, and another after 90 days") int dataKeys,
            @Param("Data keys that a former version wrapped: more than 0 only while a rotation runs") int behind,
            @Param("Whether somebody has the recovery kit of this version elsewhere") RecoveryKit.State kit) {}

    @Action(
            value = "encryption.get",
            summary = "Shows who keeps the key behind the stored secrets, and its version",
            effect = READ,
            access = PANEL,
            http = "GET /encryption")
    public Shown get(Call call) {
        MasterKey.State state = key.state();
        return new Shown(
                state.provider(), state.version(), state.dataKeys(), state.behind(), kit.state(state.version()));
    }

    public record Version(String version) {}

    public record Rotated(String version, @Param("Data keys that were wrapped anew") int dataKeys) {}

    @Action(
            value = "encryption.rotate",
            summary = "Makes a new version of the key behind the stored secrets, and wraps the data keys with it",
            effect = CHANGE,
            access = PANEL,
            job = true,
            http = "POST /encryption/rotate")
    public Rotated rotate(Call call) {
        // A later attempt goes on with the version that the first one made.
        Version version = call.step("rotate", Version.class, () -> new Version(key.rotate()));
        call.log("The key has the version " + version.version() + " now");
        Rotated rotated = call.step("rewrap", Rotated.class, () -> new Rotated(version.version(), key.rewrap()));
        kit.lay();
        call.log(rotated.dataKeys() + " data keys were wrapped anew; former versions are kept for backups");
        return rotated;
    }

    public record Kit(@Param(kind = "multiline") String text) {}

    @Action(
            value = "recovery-kit.show",
            summary = "Shows what opens the stored secrets on another machine, until somebody confirms to have it",
            effect = CHANGE,
            access = PANEL,
            recent = true,
            http = "POST /recovery-kit/show")
    public Kit show(Call call) {
        return new Kit(kit.text());
    }

    public record Confirmation(@Param(value = "The code in the recovery kit", example = "7F3A-90C1") String code) {}

    @Action(
            value = "recovery-kit.confirm",
            summary = "Says that the recovery kit is kept outside of the panel's machine, by the code in it",
            effect = CHANGE,
            access = PANEL,
            http = "POST /recovery-kit/confirm")
    public Shown confirm(Call call, Confirmation in) {
        kit.confirm(in.code(), call.caller().name());
        return get(call);
    }
}
