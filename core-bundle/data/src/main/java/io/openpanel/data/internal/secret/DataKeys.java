package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import javax.sql.DataSource;

/**
 * The data keys: one for each team, another one after 90 days, kept in the database wrapped and here as they are. Rows
 * are read and written as the owner, on a connection of their own: a key must not go when the transaction that needed
 * it is rolled back, and the application's role never sees one.
 */
public final class DataKeys {
    private static final int KEY_BYTES = 32;
    private static final Duration LOOK_AGAIN = Duration.ofHours(24);

    private final DataSource owner;
    private final KeyFile file;
    private final Map<String, DataKey> byId = new ConcurrentHashMap<>();
    private final Map<String, Current> current = new ConcurrentHashMap<>();

    public DataKeys(DataSource owner, KeyFile file) {
        this.owner = owner;
        this.file = file;
    }

    /** @param team empty for the panel's own */
    record DataKey(String id, String team, SecretKey key) {}

    private record Current(DataKey key, long since) {}

    /** The key to seal with. */
    DataKey current(String team) throws SQLException {
        Current known = current.get(team);
        if (known != null && System.nanoTime() - known.since() < LOOK_AGAIN.toNanos()) {
            return known.key();
        }
        synchronized (this) {
            known = current.get(team);
            if (known == null || System.nanoTime() - known.since() >= LOOK_AGAIN.toNanos()) {
                known = new Current(newest(team), System.nanoTime());
                current.put(team, known);
            }
            return known.key();
        }
    }

    /** The key something was sealed with. */
    Optional<DataKey> find(String id) throws SQLException {
        DataKey known = byId.get(id);
        if (known != null) {
            return Optional.of(known);
        }
        try (Connection connection = owner.getConnection();
                PreparedStatement query =
                        connection.prepareStatement("select id, team, wrapped from openpanel.data_key where id = ?")) {
            query.setString(1, id);
            return read(query);
        }
    }

    private DataKey newest(String team) throws SQLException {
        try (Connection connection = owner.getConnection();
                PreparedStatement query = connection.prepareStatement(
                        """
                select id, team, wrapped from openpanel.data_key
                where team = ? and created_at > now() - interval '90 days' order by created_at desc limit 1
                """)) {
            query.setString(1, team);
            Optional<DataKey> key = read(query);
            return key.isPresent() ? key.get() : create(connection, team);
        }
    }

    private Optional<DataKey> read(PreparedStatement query) throws SQLException {
        try (ResultSet rows = query.executeQuery()) {
            if (!rows.next()) {
                return Optional.empty();
            }
            DataKey key = unwrap(rows.getString("id"), rows.getString("team"), rows.getString("wrapped"));
            byId.put(key.id(), key);
            return Optional.of(key);
        }
    }

    private DataKey create(Connection connection, String team) throws SQLException {
        KeyFile.Key wrapping = file.read(isFirst(connection));
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        DataKey key = new DataKey(Ref.create("key").id(), team, new SecretKeySpec(random, "AES"));
        Envelope wrapped = Envelope.seal(wrapping.id(), wrapping.key(), random, associated(key.id(), team));
        try (PreparedStatement insert =
                connection.prepareStatement("insert into openpanel.data_key (id, team, wrapped) values (?, ?, ?)")) {
            insert.setString(1, key.id());
            insert.setString(2, team);
            insert.setString(3, wrapped.toString());
            insert.executeUpdate();
        }
        byId.put(key.id(), key);
        return key;
    }

    private static boolean isFirst(Connection connection) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("select not exists (select from openpanel.data_key)");
                ResultSet rows = query.executeQuery()) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private DataKey unwrap(String id, String team, String wrapped) {
        KeyFile.Key wrapping = file.read(false);
        Envelope envelope = Envelope.parse(wrapped);
        try {
            if (!envelope.key().equals(wrapping.id())) {
                throw new GeneralSecurityException("wrapped by the key " + envelope.key());
            }
            return new DataKey(id, team, new SecretKeySpec(envelope.open(wrapping.key(), associated(id, team)), "AES"));
        } catch (GeneralSecurityException e) {
            throw new Problem(
                    Problem.Kind.UPSTREAM,
                    "The data key '" + id + "' does not open with the key in the" + " panel's home (" + wrapping.id()
                            + "); put back the key file that belongs to this database",
                    e);
        }
    }

    private static String associated(String id, String team) {
        return "data_key|" + team + '|' + id;
    }
}
