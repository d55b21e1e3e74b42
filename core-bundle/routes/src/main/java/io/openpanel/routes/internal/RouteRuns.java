package io.openpanel.routes.internal;

import io.openpanel.api.Panel;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How often routes ran and how it went; the table is there for the next start. */
@Component(service = RouteRuns.class)
public final class RouteRuns {
    private static final Logger LOG = LoggerFactory.getLogger(RouteRuns.class);

    private final Panel panel;
    private final InstantSource clock;
    private final Map<String, Runs> byRoute = new ConcurrentHashMap<>();

    @Activate
    public RouteRuns(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    /**
     * A route's runs.
     *
     * @param error what the last failure said
     */
    public record Runs(
            String id, long runs, long failures, Instant lastAt, Optional<Instant> failedAt, Optional<String> error) {}

    /** Reads what was kept; called by the bundle itself. */
    void load() {
        panel.database()
                .allTeams(tx ->
                        tx.list(Runs.class, "select id, runs, failures, last_at, failed_at, error from route_run"))
                .forEach(each -> byRoute.putIfAbsent(each.id(), each));
    }

    public Optional<Runs> of(String route) {
        return Optional.ofNullable(byRoute.get(route));
    }

    /** Notes a run; empty for one that went well. */
    void note(String route, Optional<String> failure) {
        Instant now = clock.instant();
        Runs runs = byRoute.merge(
                route,
                new Runs(route, 1, failure.isPresent() ? 1 : 0, now, failure.map(any -> now), failure),
                (before, one) -> new Runs(
                        route,
                        before.runs() + 1,
                        before.failures() + one.failures(),
                        now,
                        one.failedAt().or(before::failedAt),
                        one.error().or(before::error)));
        try {
            keep(runs);
        } catch (RuntimeException e) {
            LOG.debug("The run of {} is not kept: {}", route, e.getMessage());
        }
    }

    private void keep(Runs runs) {
        panel.database()
                .allTeams(tx -> tx.update(
                        """
                        insert into route_run (id, runs, failures, last_at, failed_at, error) values (?, ?, ?, ?, ?, ?)
                        on conflict (id) do update set runs = excluded.runs, failures = excluded.failures,
                            last_at = excluded.last_at, failed_at = excluded.failed_at, error = excluded.error
                        """,
                        runs.id(),
                        runs.runs(),
                        runs.failures(),
                        runs.lastAt(),
                        runs.failedAt(),
                        runs.error()));
    }
}
