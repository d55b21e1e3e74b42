package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.KeyProvider;
import io.openpanel.spi.MasterKey;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;

/**
 * The data keys: one for each team, another one after 90 days, kept in the database wrapped and here as they are. Rows
 * are read and written as the owner, on a connection of their own: a key must not go when the transaction that needed
 * it is rolled back, and the application's role never sees one.
 */
public final class DataKeys implements MasterKey {
    private static final int KEY_BYTES = 32;
    private static final Duration LOOK_AGAIN = Duration.ofHours(24);
    private static final long LOCK = 0x6f70_6b65_79L;

    private final DataSource owner;
    private final KeyProviders providers;
    private final Function<SQLException, RuntimeException> problems;
    private final Map<String, Held> byId = new ConcurrentHashMap<>();
    private final Map<String, Current> current = new ConcurrentHashMap<>();

    public DataKeys(DataSource owner, KeyProviders providers, Function<SQLException, RuntimeException> problems) {
        this.owner = owner;
        this.providers = providers;
        this.problems = problems;
    }

    /** @param team empty for the panel's own */
    record DataKey(String id, String team, SecretKey key) {}

    private record Current(String id, long since) {}

    private record Row(String id, String team, String wrapped) {
        String associated() {
            return "data_key|" + team + '|' + id;
        }
    }

    /** The key to seal with. */
    DataKey current(String team) throws SQLException {
        Optional<String> known = known(team);
        if (known.isPresent()) {
            return find(known.get()).orElseThrow();
        }
        synchronized (this) {
            known = known(team);
            if (known.isPresent()) {
                return find(known.get()).orElseThrow();
            }
            DataKey newest = newest(team);
            current.put(team, new Current(newest.id(), System.nanoTime()));
            return newest;
        }
    }

    private Optional<String> known(String team) {
        return Optional.ofNullable(current.get(team))
                .filter(each -> System.nanoTime() - each.since() < LOOK_AGAIN.toNanos())
                .map(Current::id);
    }

    /** The key something was sealed with. */
    Optional<DataKey> find(String id) throws SQLException {
        Held held = byId.get(id);
        return held == null ? read(id) : Optional.of(held.get(() -> read(id).orElseThrow()));
    }

    private Optional<DataKey> read(String id) throws SQLException {
        try (Connection connection = owner.getConnection()) {
            return rows(connection, "where id = ?", id).stream().findFirst().map(this::open);
        }
    }

    private DataKey newest(String team) throws SQLException {
        try (Connection connection = owner.getConnection()) {
            String recent =
                    "where team = ? and created_at > now() - interval '90 days' order by created_at desc limit 1";
            List<Row> newest = rows(connection, recent, team);
            return newest.isEmpty() ? create(connection, team) : open(newest.get(0));
        }
    }

    private DataKey create(Connection connection, String team) throws SQLException {
        KeyProvider wrapping = providers.wrapping();
        if (rows(connection, "limit 1").isEmpty()) {
            wrapping.begin();
        }
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        Row blank = new Row(Ref.create("key").id(), team, "");
        Row row = new Row(blank.id(), team, wrapping.wrap(random, blank.associated()));
        try (PreparedStatement insert =
                connection.prepareStatement("insert into openpanel.data_key (id, team, wrapped) values (?, ?, ?)")) {
            insert.setString(1, row.id());
            insert.setString(2, row.team());
            insert.setString(3, row.wrapped());
            insert.executeUpdate();
        }
        return open(row);
    }

    private DataKey open(Row row) {
        KeyProvider provider = providers.of(row.wrapped());
        byte[] plain = provider.unwrap(row.wrapped(), row.associated());
        DataKey key = new DataKey(row.id(), row.team(), new SecretKeySpec(plain, "AES"));
        byId.put(key.id(), new Held(key, provider.lease()));
        return key;
    }

    private static List<Row> rows(Connection connection, String which, String... values) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("select id, team, wrapped from openpanel.data_key " + which)) {
            for (int i = 0; i < values.length; i++) {
                query.setString(i + 1, values[i]);
            }
            List<Row> found = new ArrayList<>();
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    found.add(new Row(rows.getString("id"), rows.getString("team"), rows.getString("wrapped")));
                }
            }
            return found;
        }
    }

    @Override
    public State state() {
        try (Connection connection = owner.getConnection()) {
            List<Row> all = rows(connection, "");
            KeyProvider wrapping = providers.wrapping();
            if (all.isEmpty()) {
                wrapping.begin();
            }
            String version = wrapping.version();
            int behind = (int)
                    all.stream().filter(row -> isBehind(row, wrapping, version)).count();
            return new State(wrapping.name(), version, all.size(), behind);
        } catch (SQLException e) {
            throw problems.apply(e);
        }
    }

    private static boolean isBehind(Row row, KeyProvider wrapping, String version) {
        return !wrapping.versionOf(row.wrapped()).equals(Optional.of(version));
    }

    @Override
    public Optional<String> export() {
        return providers.wrapping().export();
    }

    @Override
    public String rotate() {
        KeyProvider wrapping = providers.wrapping();
        wrapping.rotate();
        return wrapping.version();
    }

    @Override
    public int rewrap() {
        try (Connection connection = owner.getConnection()) {
            connection.setAutoCommit(false);
            int rewrapped = rewrap(connection);
            connection.commit();
            return rewrapped;
        } catch (SQLException e) {
            throw problems.apply(e);
        }
    }

    /** All or none: the transaction is rolled back with its connection. */
    private int rewrap(Connection connection) throws SQLException {
        try (Statement lock = connection.createStatement()) {
            lock.execute("select pg_advisory_xact_lock(" + LOCK + ")");
        }
        KeyProvider wrapping = providers.wrapping();
        String version = wrapping.version();
        int rewrapped = 0;
        try (PreparedStatement update =
                connection.prepareStatement("update openpanel.data_key set wrapped = ? where id = ?")) {
            for (Row row : rows(connection, "for update")) {
                if (isBehind(row, wrapping, version)) {
                    byte[] plain = providers.of(row.wrapped()).unwrap(row.wrapped(), row.associated());
                    update.setString(1, wrapping.wrap(plain, row.associated()));
                    update.setString(2, row.id());
                    update.addBatch();
                    rewrapped++;
                }
            }
            update.executeBatch();
        }
        return rewrapped;
    }

    /** Ends what a rotation that was cut off left; a provider that is away is no reason not to start. */
    public Optional<Problem> mend() {
        try (Connection connection = owner.getConnection()) {
            if (!rows(connection, "limit 1").isEmpty() && state().behind() > 0) {
                rewrap();
            }
            return Optional.empty();
        } catch (SQLException e) {
            throw problems.apply(e);
        } catch (Problem e) {
            return Optional.of(e);
        }
    }
}
