package org.example.janitor.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.example.janitor.JanitorActions.Leftover;
import org.example.janitor.JanitorEvents;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What was removed, and what each team wants. */
@Component(service = Ledger.class)
public class Ledger {
    private static final Duration KEPT = Duration.ofDays(90);

    private final Panel panel;
    private final InstantSource clock;

    /** A container that is gone. */
    public record Row(
            Ref container, String name, String image, Optional<Ref> app, Instant endedAt, Instant removedAt) {}

    /** What a team wants. */
    public record Setting(boolean scheduled, Duration olderThan) {}

    /** What a team wants that has the janitor work by itself. */
    public record Scheduled(String teamId, Duration olderThan) {}

    @Activate
    public Ledger(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    void add(Leftover gone) {
        panel.database().tx(tx -> {
            tx.publish(new JanitorEvents.Removed(gone.container(), gone.name()));
            return tx.update(
                    "insert into removed (team_id, container, name, image, app, ended_at, removed_at)"
                            + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?) on conflict do nothing",
                    gone.container(),
                    gone.name(),
                    gone.image(),
                    gone.app(),
                    gone.endedAt(),
                    clock.instant());
        });
    }

    public List<Row> list() {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select container, name, image, app, ended_at, removed_at from removed"
                                + " order by removed_at desc, container limit 1000"));
    }

    public Optional<Setting> settings() {
        return panel.database().tx(tx -> tx.one(Setting.class, "select scheduled, older_than from setting"));
    }

    public void configure(boolean scheduled, Duration olderThan) {
        panel.database()
                .tx(tx -> tx.update(
                        "insert into setting (team_id, scheduled, older_than)"
                                + " values (openpanel.current_team(), ?, ?) on conflict (team_id)"
                                + " do update set scheduled = excluded.scheduled, older_than = excluded.older_than",
                        scheduled,
                        olderThan));
    }

    /** Team → how old. */
    public Map<Ref, Duration> scheduled() {
        Map<Ref, Duration> all = new LinkedHashMap<>();
        panel.database()
                .allTeams(tx -> tx.list(Scheduled.class, "select team_id, older_than from setting where scheduled"))
                .forEach(each -> all.put(new Ref("team", each.teamId()), each.olderThan()));
        return all;
    }

    public void forgetOld() {
        Instant old = clock.instant().minus(KEPT);
        panel.database().allTeams(tx -> tx.update("delete from removed where removed_at < ?", old));
    }
}
