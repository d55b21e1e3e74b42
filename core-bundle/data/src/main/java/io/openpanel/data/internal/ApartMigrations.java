package io.openpanel.data.internal;

import io.openpanel.api.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.flywaydb.core.api.FlywayException;
import org.postgresql.util.PasswordUtil;

/** Brings the schema of a plugin that nobody vouches for up to date, as the schema's own login. */
final class ApartMigrations {
    private final DatabaseUrl url;
    private final Migrations migrations;
    private final Set<String> applied = ConcurrentHashMap.newKeySet();

    ApartMigrations(DatabaseUrl url, Migrations migrations) {
        this.url = url;
        this.migrations = migrations;
    }

    /** @throws Problem {@link Problem.Kind#CONFLICT} when the schema is the panel's */
    void apply(String schema, MigrationFiles files, Roles login) {
        try (Connection connection = migrations.owner(schema).getConnection()) {
            Migrations.lock(connection, schema);
            Ownership ownership = Ownership.of(connection, schema);
            String known = Bootstrap.applied(schema, files.digest());
            if (ownership.isOf(login) && applied.contains(known)) {
                return;
            }
            if (ownership.owner().isPresent() && !ownership.isOf(login)) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "what '" + schema + "' stored was written inside the panel, and is not given to a plugin that"
                                + " nobody trusts any more; trust its publisher again, or purge it first");
            }
            ownership.give(
                    login,
                    PasswordUtil.encodePassword(login.app(), login.password().toCharArray(), "scram-sha-256"));
            migrations.forget(connection, schema);
            if (!files.isEmpty()) {
                migrations.flyway(login(schema, login), schema, files).migrate();
            }
            applied.add(known);
        } catch (FlywayException e) {
            throw Migrations.failed(schema, e);
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        }
    }

    private DriverConnections login(String schema, Roles login) {
        var properties = url.properties(login.app(), login.password());
        properties.setProperty("currentSchema", Sql.name(schema) + "," + Bootstrap.SCHEMA);
        return new DriverConnections(url.jdbc(), properties);
    }
}
