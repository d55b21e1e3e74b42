package io.openpanel.webhook.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.webhook.GitPushed;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Hooks and what arrived at them. */
@Component(service = HookStore.class)
public final class HookStore {
    static final Duration REMEMBERED = Duration.ofHours(24);

    private final Panel panel;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** A hook. */
    public record Row(String id, Ref app, Optional<String> branch, Instant createdAt, Optional<Instant> usedAt) {}

    /** A hook as a delivery finds it. */
    public record Target(String teamId, String id, Ref app, Optional<String> branch, Secret secret) {
        Ref team() {
            return new Ref("team", teamId);
        }

        String key() {
            return secret.at("hook", "secret", id).reveal();
        }
    }

    /** A new hook with its secret. */
    public record Made(String id, String secret) {
        @Override
        public String toString() {
            return "Made[" + id + ']';
        }
    }

    @Activate
    public HookStore(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    public Made create(Ref app, Optional<String> branch) {
        String id = Ref.create("hook").id();
        byte[] key = new byte[32];
        random.nextBytes(key);
        String secret = HexFormat.of().formatHex(key);
        panel.database()
                .tx(tx -> tx.update(
                        "insert into hook (team_id, id, app, branch, secret, created_at)"
                                + " values (openpanel.current_team(), ?, ?, ?, ?, ?)",
                        id,
                        app,
                        branch,
                        Secret.of(secret).at("hook", "secret", id),
                        clock.instant()));
        return new Made(id, secret);
    }

    public List<Row> list() {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select id, app, branch, created_at, used_at from hook"
                                + " order by created_at, id limit 1000"));
    }

    public boolean delete(String id) {
        return panel.database().tx(tx -> tx.update("delete from hook where id = ?", id)) > 0;
    }

    /** A hook of any team: a delivery says no more than its id. */
    Optional<Target> target(String id) {
        return panel.database()
                .allTeams(tx ->
                        tx.one(Target.class, "select team_id, id, app, branch, secret from hook where id = ?", id));
    }

    /** Stores a push and publishes it; false when it arrived before. */
    boolean arrived(Target hook, GitPushed push) {
        Instant now = clock.instant();
        return panel.in(hook.team(), () -> panel.database().tx(tx -> {
            tx.update(
                    "delete from hook_delivery where hook_id = ? and received_at < ?",
                    hook.id(),
                    now.minus(REMEMBERED));
            if (tx.update(
                            "insert into hook_delivery (team_id, hook_id, delivery, received_at)"
                                    + " values (openpanel.current_team(), ?, ?, ?) on conflict do nothing",
                            hook.id(),
                            push.delivery(),
                            now)
                    == 0) {
                return false;
            }
            tx.update("update hook set used_at = ? where id = ?", now, hook.id());
            tx.publish(push);
            return true;
        }));
    }

    public void sweep() {
        Instant old = clock.instant().minus(REMEMBERED);
        panel.database().allTeams(tx -> tx.update("delete from hook_delivery where received_at < ?", old));
    }
}
