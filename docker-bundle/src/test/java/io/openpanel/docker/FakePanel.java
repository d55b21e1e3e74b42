package io.openpanel.docker;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/** A panel that remembers what was published, and for which team. */
public final class FakePanel implements Panel, Database, Database.Tx {
    public final List<Published> published = new CopyOnWriteArrayList<>();
    public volatile boolean databaseDown;
    private final Path workspace;
    private final ThreadLocal<Ref> team = new ThreadLocal<>();

    public record Published(Optional<Ref> team, Record event) {}

    public FakePanel(Path workspace) {
        this.workspace = workspace;
    }

    @Override
    public <T extends Record> T call(String action, Record input, Class<T> result) {
        throw new UnsupportedOperationException(action);
    }

    @Override
    public <T extends Record> Flow.Publisher<T> stream(String action, Record input, Class<T> item) {
        throw new UnsupportedOperationException(action);
    }

    @Override
    public <T> T asItself(Supplier<T> work) {
        Ref former = team.get();
        team.remove();
        try {
            return work.get();
        } finally {
            team.set(former);
        }
    }

    @Override
    public <T> T in(Ref wanted, Supplier<T> work) {
        team.set(wanted);
        try {
            return work.get();
        } finally {
            team.remove();
        }
    }

    @Override
    public Database database() {
        return this;
    }

    @Override
    public Path workspace() {
        return workspace;
    }

    @Override
    public <T> T tx(Function<Tx, T> work) {
        if (databaseDown) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "The database does not answer");
        }
        return work.apply(this);
    }

    @Override
    public <T> T allTeams(Function<Tx, T> work) {
        return tx(work);
    }

    @Override
    public <R extends Record> List<R> list(Class<R> row, String sql, Object... args) {
        throw new UnsupportedOperationException(sql);
    }

    @Override
    public <R extends Record> Optional<R> one(Class<R> row, String sql, Object... args) {
        throw new UnsupportedOperationException(sql);
    }

    @Override
    public <R extends Record> void each(Class<R> row, Consumer<R> use, String sql, Object... args) {
        throw new UnsupportedOperationException(sql);
    }

    @Override
    public int update(String sql, Object... args) {
        throw new UnsupportedOperationException(sql);
    }

    @Override
    public int batch(String sql, Collection<? extends Record> rows) {
        throw new UnsupportedOperationException(sql);
    }

    @Override
    public void publish(Record event) {
        published.add(new Published(Optional.ofNullable(team.get()), event));
    }
}
