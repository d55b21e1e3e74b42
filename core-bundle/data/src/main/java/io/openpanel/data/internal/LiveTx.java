package io.openpanel.data.internal;

import io.openpanel.api.Database;
import io.openpanel.data.internal.row.Arguments;
import io.openpanel.data.internal.row.NamedSql;
import io.openpanel.data.internal.row.RecordShape;
import io.openpanel.data.internal.row.Sealing;
import io.openpanel.data.internal.row.Shapes;
import io.openpanel.spi.Storage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Statements on the connection of one transaction. An operator that is a question mark is doubled: {@code ??}. */
final class LiveTx implements Database.Tx {
    private static final int MOST_ROWS = 10_000;
    private static final int ROWS_AT_ONCE = 500;
    private static final int BATCH = 1_000;

    private final Connection connection;
    private final Shapes shapes;
    private final Storage.Context context;
    private final List<Runnable> afterCommit = new ArrayList<>();
    private Sealing sealing;
    private RuntimeException failure;
    private boolean ended;

    LiveTx(Connection connection, Shapes shapes, Storage.Context context, Sealing sealing) {
        this.connection = connection;
        this.shapes = shapes;
        this.context = context;
        this.sealing = sealing;
    }

    @Override
    public <R extends Record> List<R> list(Class<R> row, String sql, Object... args) {
        List<R> rows = new ArrayList<>();
        query(row, rows::add, MOST_ROWS + 1, 0, sql, args);
        if (rows.size() > MOST_ROWS) {
            throw new IllegalStateException("The statement selects more than " + MOST_ROWS + " rows of "
                    + row.getSimpleName() + "; give it a limit, or use each");
        }
        return rows;
    }

    @Override
    public <R extends Record> Optional<R> one(Class<R> row, String sql, Object... args) {
        List<R> rows = new ArrayList<>(1);
        query(row, rows::add, 2, 0, sql, args);
        if (rows.size() > 1) {
            throw new IllegalStateException("The statement selects more than one " + row.getSimpleName());
        }
        return rows.stream().findFirst();
    }

    @Override
    public <R extends Record> void each(Class<R> row, Consumer<R> use, String sql, Object... args) {
        query(row, use, 0, ROWS_AT_ONCE, sql, args);
    }

    @Override
    public int update(String sql, Object... args) {
        return attempt(() -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                bind(statement, args);
                return statement.executeUpdate();
            }
        });
    }

    @Override
    public int batch(String sql, Collection<? extends Record> rows) {
        if (rows.isEmpty()) {
            return 0;
        }
        NamedSql named = NamedSql.parse(sql);
        RecordShape shape = shapes.of(rows.iterator().next().getClass());
        int[] components =
                named.names().stream().mapToInt(name -> component(shape, name)).toArray();
        return attempt(() -> {
            try (PreparedStatement statement = connection.prepareStatement(named.sql())) {
                return batch(statement, shape, components, rows);
            }
        });
    }

    @Override
    public void publish(Record event) {
        requireOpen();
        afterCommit.add(context.publish(event, this));
    }

    /** Works on with the secrets of another scope; returns those before. */
    Sealing swap(Sealing other) {
        Sealing before = sealing;
        sealing = other;
        return before;
    }

    /** What made the transaction one that can only be rolled back. */
    Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    void end() {
        ended = true;
    }

    List<Runnable> afterCommit() {
        return afterCommit;
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private <T> T attempt(Work<T> work) {
        requireOpen();
        try {
            return work.run();
        } catch (SQLException e) {
            failure = SqlProblems.of(e);
            throw failure;
        }
    }

    private <R extends Record> void query(
            Class<R> row, Consumer<R> use, int most, int fetch, String sql, Object[] args) {
        RecordShape shape = shapes.of(row);
        attempt(() -> {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setMaxRows(most);
                statement.setFetchSize(fetch);
                bind(statement, args);
                try (ResultSet rows = statement.executeQuery()) {
                    int[] columns = shape.columns(rows.getMetaData());
                    Sealing secrets = sealing;
                    while (rows.next()) {
                        use.accept(row.cast(shape.row(rows, columns, secrets)));
                    }
                }
                return null;
            }
        });
    }

    private int batch(PreparedStatement statement, RecordShape shape, int[] components, Collection<?> rows)
            throws SQLException {
        Arguments arguments = new Arguments(shapes, sealing);
        int changed = 0;
        int waiting = 0;
        for (Object row : rows) {
            for (int i = 0; i < components.length; i++) {
                arguments.bind(statement, i + 1, shape.value(row, components[i]));
            }
            statement.addBatch();
            if (++waiting == BATCH) {
                changed += sum(statement.executeBatch());
                waiting = 0;
            }
        }
        return waiting == 0 ? changed : changed + sum(statement.executeBatch());
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            sum += Math.max(count, 0);
        }
        return sum;
    }

    private static int component(RecordShape shape, String name) {
        int index = shape.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException("The records of the batch have no component for :" + name);
        }
        return index;
    }

    private void bind(PreparedStatement statement, Object[] args) throws SQLException {
        Arguments arguments = new Arguments(shapes, sealing);
        for (int i = 0; i < args.length; i++) {
            arguments.bind(statement, i + 1, args[i]);
        }
    }

    private void requireOpen() {
        if (ended) {
            throw new IllegalStateException("The transaction is over; use the Tx only inside of its function");
        }
    }
}
