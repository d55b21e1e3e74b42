package io.openpanel.teams;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.teams.internal.Accounts;
import io.openpanel.teams.internal.SigningKeys;
import java.time.Instant;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The key that access tokens are signed with. */
@Component(service = Extension.class)
public class SigningKeyActions implements Extension {
    private final SigningKeys keys;
    private final Accounts accounts;

    /** The former key's end. */
    public record Rotated(@Param("Until when tokens that the former key signed are believed") Instant formerUntil) {}

    @Activate
    public SigningKeyActions(@Reference SigningKeys keys, @Reference Accounts accounts) {
        this.keys = keys;
        this.accounts = accounts;
    }

    @Action(
            value = "signing-key.rotate",
            summary = "Signs access tokens with a new key; the former one is believed until its last token has run out",
            effect = CHANGE,
            access = PANEL,
            recent = true)
    public Rotated rotate() {
        return new Rotated(keys.rotate(accounts.home()));
    }
}
