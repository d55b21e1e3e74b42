package io.openpanel.data.internal;

import io.openpanel.api.Problem;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/** Brings the schema of a bundle up to date. */
final class Migrations {
    private static final String HISTORY = "migration_history";

    private final DatabaseUrl url;
    private final Roles roles;
    private final Set<String> applied = ConcurrentHashMap.newKeySet();

    Migrations(DatabaseUrl url, Roles roles, Set<String> applied) {
        this.url = url;
        this.roles = roles;
        this.applied.addAll(applied);
    }

    /** Applies the files that are new; nothing is asked of the server when all of them are known to be applied. */
    void apply(String schema, MigrationFiles files) {
        String digest = files.digest();
        if (applied.contains(Bootstrap.applied(schema, digest))) {
            return;
        }
        DriverConnections owner = owner(schema);
        try (Connection connection = owner.getConnection()) {
            lock(connection, schema);
            prepare(connection, schema);
            Ownership.of(connection, schema).takeBack(roles);
            if (!files.isEmpty()) {
                flyway(owner, schema, files).migrate();
                hideHistory(connection, schema);
            }
            Bootstrap.record(connection, schema, digest);
            applied.add(Bootstrap.applied(schema, digest));
        } catch (FlywayException e) {
            throw failed(schema, e);
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        }
    }

    /** What is known to be applied to a schema counts no more: somebody else works on it. */
    void forget(Connection connection, String schema) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from openpanel.migration where schema = ?")) {
            delete.setString(1, schema);
            delete.executeUpdate();
        }
        applied.removeIf(each -> each.startsWith(Bootstrap.applied(schema, "")));
    }

    /** Drops a schema and what is known of it, and the login that is its own where it has one. */
    void drop(String schema) {
        try (Connection connection = owner(schema).getConnection()) {
            lock(connection, schema);
            Bootstrap.forget(connection, schema);
            Ownership.of(connection, schema).dropLogin(roles.apart(url, schema));
            connection.commit();
            applied.removeIf(each -> each.startsWith(Bootstrap.applied(schema, "")));
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        }
    }

    DriverConnections owner(String schema) {
        var properties = url.properties(url.user(), url.password());
        properties.setProperty("currentSchema", Sql.name(schema) + "," + Bootstrap.SCHEMA);
        return new DriverConnections(url.jdbc(), properties);
    }

    /** Two nodes that start at once take turns; the lock goes with the connection. */
    static void lock(Connection connection, String schema) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_lock(hashtextextended(?, 1))")) {
            lock.setString(1, schema);
            lock.execute();
        }
    }

    private void prepare(Connection connection, String schema) throws SQLException {
        String to = " to " + Sql.name(roles.app()) + ", " + Sql.name(roles.all());
        String in = "alter default privileges in schema " + Sql.name(schema) + " grant ";
        try (Statement statement = connection.createStatement()) {
            statement.execute("create schema if not exists " + Sql.name(schema) + ";"
                    + "grant usage on schema " + Sql.name(schema) + to + ";"
                    + in + "select, insert, update, delete on tables" + to + ";"
                    + in + "usage, select on sequences" + to);
        }
    }

    Flyway flyway(DriverConnections owner, String schema, MigrationFiles files) {
        FluentConfiguration configuration = Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(owner)
                .defaultSchema(schema)
                .schemas(schema)
                .createSchemas(false)
                .table(HISTORY)
                .resourceProvider(files)
                .javaMigrationClassProvider(List::of)
                .locations(new String[0])
                .placeholderReplacement(false)
                .validateMigrationNaming(true)
                .outputQueryResults(false)
                // All new files in one transaction: all of them, or none.
                .group(true)
                .callbacks(new TenantTables(schema, files.last()))
                .loggers("slf4j");
        return configuration.load();
    }

    private void hideHistory(Connection connection, String schema) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("revoke all on " + Sql.name(schema) + "." + HISTORY + " from " + Sql.name(roles.app())
                    + ", " + Sql.name(roles.all()));
        }
    }

    static Problem failed(String schema, FlywayException e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        if (cause instanceof SQLException sql && SqlProblems.isConnection(sql)) {
            return SqlProblems.unavailable(sql);
        }
        return new Problem(
                Problem.Kind.UNAVAILABLE,
                "The tables of '" + schema + "' could not be brought up to date" + " and are as they were: "
                        + cause.getMessage() + ". Its plugin needs a version that mends this",
                e);
    }
}
