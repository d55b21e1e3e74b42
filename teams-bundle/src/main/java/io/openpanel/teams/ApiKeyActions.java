package io.openpanel.teams;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.ApiKeys;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.ServiceAccounts;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Keys for programs. */
@Component(service = Extension.class)
public class ApiKeyActions implements Extension {
    private final Panel panel;
    private final ApiKeys keys;
    private final ServiceAccounts services;

    /** A key to be. */
    public record Create(
            @Param(value = "What the key is for", example = "ci", min = 1, max = 100) String name,
            @Param(value = "Actions it is for; * stands for any word", example = "deployment.*", min = 1, max = 100)
                    List<String> actions,
            @Param(value = "Resources it is for, as kind:id; all of the team's where none are given", max = 100)
                    Optional<List<String>> resources,
            @Param(value = "How long it is good, at most 365 days; 90 days where not given", example = "PT720H")
                    Optional<Duration> expiresIn,
            @Param(
                            value = "The service account it is for; yourself where not given",
                            kind = "member",
                            needs = "service-account.create")
                    Optional<Ref> account) {}

    /** A key that gets another secret. */
    public record Rotate(
            @Param(value = "The key", kind = "api-key") Ref key,
            @Param(
                            value =
                                    "How long the former secret stays good, at most 24 hours; not at all where not given",
                            example = "PT1H")
                    Optional<Duration> overlap,
            @Param(
                            value = "How long the new secret is good; as long as the former one where not given",
                            example = "PT720H")
                    Optional<Duration> expiresIn) {}

    /** A new secret. The token is plain text on purpose: it is shown this once, and nobody can read it again. */
    public record Rotated(
            @Param(kind = "api-key") Ref key,
            String name,
            String token,
            Instant expiresAt,
            @Param("Until when the former secret is good") Instant formerUntil) {
        @Override
        public String toString() {
            return "Rotated[key=" + key + ']';
        }
    }

    /** A new key. The token is plain text on purpose: it is shown this once, and nobody can read it again. */
    public record Created(
            @Param(kind = "api-key") Ref key,
            String name,
            String token,
            List<String> actions,
            List<String> resources,
            Instant expiresAt) {
        @Override
        public String toString() {
            return "Created[key=" + key + ']';
        }
    }

    /** A key, without its token. */
    public record Item(
            @Param(kind = "api-key") Ref key,
            String name,
            @Param("The start of the token") String prefix,
            @Param(kind = "user") Ref owner,
            Optional<String> ownerName,
            List<String> actions,
            List<String> resources,
            Instant createdAt,
            Instant expiresAt,
            boolean expired,
            Optional<Instant> usedAt,
            Optional<Instant> rotatedAt) {}

    /** Keys, the newest first. */
    public record Items(List<Item> items) {}

    /** Which key. */
    public record Delete(@Param(value = "The key", kind = "api-key") Ref key) {}

    @Activate
    public ApiKeyActions(@Reference Panel panel, @Reference ApiKeys keys, @Reference ServiceAccounts services) {
        this.panel = panel;
        this.keys = keys;
        this.services = services;
    }

    @Action(
            value = "api-key.create",
            summary = "Makes an API key and shows it this once",
            effect = CHANGE,
            recent = true)
    public Created create(Call call, Create in) {
        in.account().ifPresent(account -> services.requireMayHaveKeys(call, account));
        String owner = in.account().map(Ref::id).orElseGet(() -> Caller.person(call));
        ApiKeys.Made made =
                keys.make(owner, in.name(), in.actions(), in.resources().orElse(List.of()), in.expiresIn());
        Ref key = new Ref("api-key", made.row().id());
        panel.database().tx(tx -> {
            keys.insert(tx, made.row());
            tx.publish(new TeamEvents.ApiKeyCreated(
                    key, made.row().name(), new Ref("user", made.row().owner())));
            return null;
        });
        return new Created(
                key,
                made.row().name(),
                made.token(),
                made.row().actions(),
                made.row().resources(),
                made.row().expiresAt());
    }

    @Action(
            value = "api-key.list",
            summary = "Lists your API keys, for owners and admins those of the whole team",
            effect = READ)
    public Items list(Call call) {
        return new Items(panel.database().tx(tx -> keys.list(tx)).stream()
                .filter(row -> keys.mayManage(call, row))
                .filter(row -> call.reach("api-key").includes(new Ref("api-key", row.id())))
                .map(this::item)
                .toList());
    }

    @Action(
            value = "api-key.rotate",
            summary = "Gives an API key a new secret, shown this once, while the former one may stay good for a day",
            effect = CHANGE,
            recent = true)
    public Rotated rotate(Call call, Rotate in) {
        ApiKeys.Row row = find(call, in.key());
        if (!keys.isOwn(call, row)) {
            services.requireMayHaveKeys(call, new Ref("member", row.owner()));
        }
        keys.requireNoLonger(call, row, in.expiresIn());
        ApiKeys.Made made = panel.database().tx(tx -> {
            ApiKeys.Made rotated = keys.rotate(tx, row, in.overlap().orElse(Duration.ZERO), in.expiresIn());
            tx.publish(new TeamEvents.ApiKeyRotated(in.key(), row.name()));
            return rotated;
        });
        keys.deleted(row);
        return new Rotated(
                in.key(),
                row.name(),
                made.token(),
                made.row().expiresAt(),
                made.row().formerUntil().orElseThrow());
    }

    private ApiKeys.Row find(Call call, Ref key) {
        return panel.database()
                .tx(tx -> keys.find(tx, key.id()))
                .filter(each -> keys.mayManage(call, each))
                .orElseThrow(() -> Problem.missing(key));
    }

    @Action(
            value = "api-key.delete",
            summary = "Deletes an API key, which stops working at once",
            effect = CHANGE,
            idempotent = true)
    public void delete(Call call, Delete in) {
        ApiKeys.Row row = find(call, in.key());
        panel.database().tx(tx -> {
            if (tx.update("delete from api_key where id = ?", row.id()) > 0) {
                tx.publish(new TeamEvents.ApiKeyDeleted(in.key(), row.name()));
            }
            return null;
        });
        keys.deleted(row);
    }

    @Every("PT1M")
    public void writeUsed() {
        keys.writeUsed();
    }

    private Item item(ApiKeys.Row row) {
        return new Item(
                new Ref("api-key", row.id()),
                row.name(),
                "op_live_" + row.prefix(),
                new Ref("user", row.owner()),
                keys.ownerName(row),
                row.actions(),
                row.resources(),
                row.createdAt(),
                row.expiresAt(),
                keys.isExpired(row),
                row.usedAt(),
                row.rotatedAt());
    }
}
