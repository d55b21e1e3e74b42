package io.openpanel.ssl.internal;

import io.openpanel.api.Database.Tx;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.ssl.Configuration;
import io.openpanel.ssl.DomainEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Domains and where their requests go. */
@Component(service = DomainStore.class)
public class DomainStore {
    private static final int TRIES = 1000;
    private static final String ROW = "select d.id, d.host, d.app, d.generated, d.created_at,"
            + " coalesce(r.upstreams, '{}') as upstreams"
            + " from domain d left join route r on r.team_id = d.team_id and r.app = d.app";

    private final Panel panel;
    private final InstantSource clock;

    /** A domain with the upstreams of its app. */
    public record Row(String id, String host, Ref app, boolean generated, Instant createdAt, List<String> upstreams) {
        public Ref ref() {
            return new Ref("domain", id);
        }
    }

    public record Upstreams(List<String> upstreams) {}

    public record Host(String host) {}

    public record Version(long version) {}

    public record Served(String host, String app, List<String> upstreams) {}

    @Activate
    public DomainStore(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    public Optional<Row> find(String id) {
        return panel.database().tx(tx -> tx.one(Row.class, ROW + " where d.id = ?", id));
    }

    Optional<Row> named(String host) {
        return panel.database().tx(tx -> tx.one(Row.class, ROW + " where d.host = ?", host));
    }

    /** By host, those after the given one. */
    public List<Row> list(Optional<Ref> app, String after, int limit) {
        String mine = app.isPresent() ? " and d.app = ?" : "";
        Object[] arguments = app.isPresent() ? new Object[] {after, app.get(), limit} : new Object[] {after, limit};
        return panel.database()
                .tx(tx -> tx.list(Row.class, ROW + " where d.host > ?" + mine + " order by d.host limit ?", arguments));
    }

    /** The host the panel made up for an app. */
    public Optional<Row> generated(Ref app) {
        return panel.database().tx(tx -> generated(tx, app));
    }

    private static Optional<Row> generated(Tx tx, Ref app) {
        return tx.one(Row.class, ROW + " where d.app = ? and d.generated order by d.host limit 1", app);
    }

    /** @throws Problem {@code CONFLICT} when any team has the host */
    public Row insert(Ref app, String host, boolean generated) {
        return panel.database().tx(tx -> {
            if (!claim(tx, app, host, generated)) {
                throw new Problem(Problem.Kind.CONFLICT, "'" + host + "' is already in use on this server");
            }
            return tx.one(Row.class, ROW + " where d.host = ?", host).orElseThrow();
        });
    }

    /** The app's generated host; takes the first free one of those given by number where it has none. */
    public Row generate(Ref app, IntFunction<String> hosts) {
        return panel.database().tx(tx -> {
            // Two callers at once: the second finds what the first made.
            tx.one(Version.class, "select version from configuration for update");
            Optional<Row> former = generated(tx, app);
            if (former.isPresent()) {
                return former.get();
            }
            for (int number = 1; number <= TRIES; number++) {
                String host = hosts.apply(number);
                if (claim(tx, app, host, true)) {
                    return tx.one(Row.class, ROW + " where d.host = ?", host).orElseThrow();
                }
            }
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "'" + hosts.apply(1) + "' and all names like it are in use on this"
                            + " server; give the app another name");
        });
    }

    private boolean claim(Tx tx, Ref app, String host, boolean generated) {
        Ref domain = Ref.create("domain");
        if (tx.update("insert into domain_claim (host, domain) values (?, ?) on conflict do nothing", host, domain.id())
                == 0) {
            return false;
        }
        tx.update(
                "insert into domain (team_id, id, app, host, generated, created_at)"
                        + " values (openpanel.current_team(), ?, ?, ?, ?, ?)",
                domain.id(),
                app,
                host,
                generated,
                clock.instant());
        tx.publish(new DomainEvents.Created(domain, app, host));
        return true;
    }

    /** Whether it was there. */
    public boolean delete(String id) {
        return panel.database().tx(tx -> tx.one(Row.class, ROW + " where d.id = ?", id)
                .map(row -> delete(tx, row))
                .isPresent());
    }

    private static Row delete(Tx tx, Row row) {
        tx.update("delete from domain_claim where domain = ?", row.id());
        tx.update("delete from domain where id = ?", row.id());
        tx.publish(new DomainEvents.Deleted(row.ref(), row.app(), row.host()));
        return row;
    }

    /** Takes everything from an app; whether there was anything. */
    public boolean release(Ref app) {
        return panel.database().tx(tx -> {
            List<Row> rows = tx.list(Row.class, ROW + " where d.app = ?", app);
            rows.forEach(row -> delete(tx, row));
            return tx.update("delete from route where app = ?", app) > 0 || !rows.isEmpty();
        });
    }

    /** Sets where an app's requests go; returns where they went before. */
    public Optional<List<String>> route(Ref app, List<String> upstreams) {
        return panel.database().tx(tx -> {
            Optional<Upstreams> former =
                    tx.one(Upstreams.class, "select upstreams from route where app = ? for update", app);
            put(tx, app, upstreams);
            return former.map(Upstreams::upstreams);
        });
    }

    /** Takes a {@link #route} back. */
    public void restore(Ref app, Optional<List<String>> former) {
        panel.database().tx(tx -> {
            if (former.isPresent()) {
                put(tx, app, former.get());
            } else {
                tx.update("delete from route where app = ?", app);
            }
            return null;
        });
    }

    private void put(Tx tx, Ref app, List<String> upstreams) {
        tx.update(
                "insert into route (team_id, app, upstreams, applied_at) values (openpanel.current_team(), ?, ?, ?)"
                        + " on conflict (team_id, app) do update set upstreams = excluded.upstreams,"
                        + " applied_at = excluded.applied_at",
                app,
                upstreams,
                clock.instant());
    }

    /** Says that the proxy took a change; returns the app's hosts, its own before the generated one. */
    public List<String> applied(Ref app, List<String> upstreams, long version) {
        return panel.database().tx(tx -> {
            List<String> hosts = tx
                    .list(Host.class, "select host from domain where app = ? order by generated, created_at, host", app)
                    .stream()
                    .map(Host::host)
                    .toList();
            tx.publish(new DomainEvents.Applied(app, hosts, upstreams, version));
            return hosts;
        });
    }

    /** What a proxy is to serve, of all teams; only for the plugin's own threads. */
    List<Configuration.Route> all() {
        return panel.database().allTeams(tx -> {
            List<Configuration.Route> routes = new ArrayList<>();
            tx.each(
                    Served.class,
                    row -> routes.add(new Configuration.Route(row.host(), row.app(), row.upstreams(), false)),
                    "select d.host, d.app, coalesce(r.upstreams, '{}') as upstreams from domain d"
                            + " left join route r on r.team_id = d.team_id and r.app = d.app order by d.host");
            return routes;
        });
    }

    /** A version higher than any before; only for the plugin's own threads. */
    long nextVersion(long atLeast) {
        return panel.database()
                .allTeams(tx -> tx.one(
                        Version.class,
                        "update configuration set version = greatest(version, ?) + 1 returning version",
                        atLeast))
                .orElseThrow()
                .version();
    }
}
