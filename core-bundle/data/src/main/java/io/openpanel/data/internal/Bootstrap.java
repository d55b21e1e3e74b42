package io.openpanel.data.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.util.PasswordUtil;

/** Puts the panel's own roles, tables and functions in place, once however many nodes start. */
final class Bootstrap {
    static final String SCHEMA = "openpanel";
    private static final long LOCK = 0x6f70656e70616e65L;
    private static final String WRONG_PASSWORD = "28P01";
    private static final String UNKNOWN_ROLE = "28000";

    private final DatabaseUrl url;
    private final Roles roles;
    private final DataSource owner;

    Bootstrap(DatabaseUrl url, Roles roles, DataSource owner) {
        this.url = url;
        this.roles = roles;
        this.owner = owner;
    }

    /** What has been applied to which schema, as {@link #applied} writes it. */
    Set<String> run() throws SQLException {
        String sql = filled(resource());
        String digest = Digests.of(Map.of("bootstrap.sql", sql.getBytes(StandardCharsets.UTF_8)));
        try (Connection connection = owner.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
            if (!isInPlace(statement, digest)) {
                statement.execute(sql);
                setPassword(statement);
                record(connection, SCHEMA, digest);
            }
            connection.commit();
            letAppIn(connection);
            return read(statement);
        }
    }

    static String applied(String schema, String digest) {
        return schema + ' ' + digest;
    }

    static void record(Connection connection, String schema, String digest) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                """
                insert into openpanel.migration (schema, digest) values (?, ?)
                on conflict (schema, digest) do update set applied_at = now()
                """)) {
            insert.setString(1, schema);
            insert.setString(2, digest);
            insert.executeUpdate();
        }
    }

    static void forget(Connection connection, String schema) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement drop = connection.createStatement();
                PreparedStatement delete =
                        connection.prepareStatement("delete from openpanel.migration where schema = ?")) {
            drop.execute("drop schema if exists " + Sql.name(schema) + " cascade");
            delete.setString(1, schema);
            delete.executeUpdate();
            connection.commit();
        }
    }

    private boolean isInPlace(Statement statement, String digest) throws SQLException {
        return holds(statement, "select to_regclass('openpanel.migration') is not null")
                && holds(
                        statement,
                        "select exists (select from openpanel.migration where schema = '" + SCHEMA
                                + "' and digest = '" + digest
                                + "') and (select count(*) from pg_roles where rolname in ("
                                + Sql.text(roles.app()) + ", " + Sql.text(roles.all()) + ", "
                                + Sql.text(roles.apart()) + ")) = 3");
    }

    /** Sets the password where it is not the derived one: after the owner's was changed. */
    private void letAppIn(Connection connection) throws SQLException {
        try (Connection app =
                new DriverConnections(url.jdbc(), url.properties(roles.app(), roles.password())).getConnection()) {
            app.isValid(1);
        } catch (SQLException e) {
            if (!WRONG_PASSWORD.equals(e.getSQLState()) && !UNKNOWN_ROLE.equals(e.getSQLState())) {
                throw e;
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
                setPassword(statement);
            }
            connection.commit();
        }
    }

    /** Hashed here: a statement may land in the server's log. */
    private void setPassword(Statement statement) throws SQLException {
        String hash = PasswordUtil.encodePassword(roles.app(), roles.password().toCharArray(), "scram-sha-256");
        statement.execute("alter role " + Sql.name(roles.app()) + " password " + Sql.text(hash));
    }

    private static Set<String> read(Statement statement) throws SQLException {
        Set<String> applied = new HashSet<>();
        try (ResultSet rows = statement.executeQuery(
                "select schema, digest from openpanel.migration join pg_namespace on nspname = schema")) {
            while (rows.next()) {
                applied.add(applied(rows.getString(1), rows.getString(2)));
            }
        }
        return applied;
    }

    private static boolean holds(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() && rows.getBoolean(1);
        }
    }

    private String filled(String sql) {
        return sql.replace("${app}", Sql.name(roles.app()))
                .replace("${app_text}", Sql.text(roles.app()))
                .replace("${all}", Sql.name(roles.all()))
                .replace("${all_text}", Sql.text(roles.all()))
                .replace("${apart}", Sql.name(roles.apart()))
                .replace("${apart_text}", Sql.text(roles.apart()))
                .replace("${database}", Sql.name(url.database()));
    }

    private static String resource() {
        try (InputStream resource = Bootstrap.class.getResourceAsStream("bootstrap.sql")) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("The bundle has no bootstrap.sql", e);
        }
    }
}
