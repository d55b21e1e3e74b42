package io.openpanel.data.internal;

import com.zaxxer.hikari.HikariDataSource;
import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.data.internal.row.Sealing;
import io.openpanel.data.internal.row.Shapes;
import io.openpanel.data.internal.secret.Seal;
import io.openpanel.spi.Storage;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One bundle's schema. */
final class SchemaDatabase implements Database {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaDatabase.class);
    private static final int STALE_CONNECTIONS = 10;

    private final String schema;
    private final Roles roles;
    private final HikariDataSource pool;
    private final Shapes shapes;
    private final Seal seal;
    private final Storage.Context context;
    private final ThreadLocal<Running> running = new ThreadLocal<>();

    SchemaDatabase(
            String schema, Roles roles, HikariDataSource pool, Shapes shapes, Seal seal, Storage.Context context) {
        this.schema = schema;
        this.roles = roles;
        this.pool = pool;
        this.shapes = shapes;
        this.seal = seal;
        this.context = context;
    }

    private record Running(Connection connection, LiveTx tx, Scope scope) {}

    @Override
    public <T> T tx(Function<Tx, T> work) {
        Ref team = context.team()
                .orElseThrow(() ->
                        new Problem(Problem.Kind.DENIED, "This works in a team and none was chosen; choose a team"));
        return in(Scope.team(team), work);
    }

    @Override
    public <T> T allTeams(Function<Tx, T> work) {
        context.checkAllTeams();
        return in(Scope.allTeams(context.team()), work);
    }

    private <T> T in(Scope scope, Function<Tx, T> work) {
        Running outer = running.get();
        if (outer == null) {
            return begin(scope, work);
        }
        return outer.scope().equals(scope) ? work.apply(outer.tx()) : narrowed(outer, scope, work);
    }

    private <T> T begin(Scope scope, Function<Tx, T> work) {
        T result;
        LiveTx tx;
        try (Connection connection = connection(scope)) {
            tx = new LiveTx(connection, shapes, context, vault(scope));
            result = run(new Running(connection, tx, scope), work);
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        }
        tx.afterCommit().forEach(this::runAfterCommit);
        return result;
    }

    private <T> T run(Running current, Function<Tx, T> work) throws SQLException {
        boolean committed = false;
        running.set(current);
        context.inTransaction(true);
        try {
            T result = work.apply(current.tx());
            if (current.tx().failure().isPresent()) {
                // The server has given the transaction up, whatever became of the exception.
                throw current.tx().failure().get();
            }
            current.connection().commit();
            committed = true;
            return result;
        } finally {
            current.tx().end();
            running.remove();
            context.inTransaction(false);
            if (!committed) {
                rollback(current.connection());
            }
        }
    }

    /** A nested call that works as somebody else: the same transaction, his rows. */
    private <T> T narrowed(Running outer, Scope scope, Function<Tx, T> work) {
        switchTo(outer.connection(), scope);
        Sealing before = outer.tx().swap(vault(scope));
        running.set(new Running(outer.connection(), outer.tx(), scope));
        try {
            return work.apply(outer.tx());
        } finally {
            running.set(outer);
            outer.tx().swap(before);
            if (outer.tx().failure().isEmpty()) {
                switchTo(outer.connection(), outer.scope());
            }
        }
    }

    private void switchTo(Connection connection, Scope scope) {
        try {
            scope.apply(connection, schema, roles);
        } catch (SQLException e) {
            throw SqlProblems.of(e);
        }
    }

    /** A connection set to the scope. Those the server has closed meanwhile are found out here, before any work. */
    private Connection connection(Scope scope) throws SQLException {
        for (int stale = 0; ; stale++) {
            if (pool.isClosed()) {
                throw new SQLTransientConnectionException("The bundle of the database was stopped");
            }
            Connection connection = pool.getConnection();
            try {
                scope.apply(connection, schema, roles);
                return connection;
            } catch (SQLException e) {
                rollback(connection);
                connection.close();
                if (stale == STALE_CONNECTIONS || !SqlProblems.isConnection(e)) {
                    throw e;
                }
            }
        }
    }

    private SchemaVault vault(Scope scope) {
        return new SchemaVault(seal, schema, scope, context::revealed);
    }

    private void runAfterCommit(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            // What was committed stays: the caller must not take it for failed.
            LOG.error("What follows a commit in '{}' failed", schema, e);
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is broken: the server rolls back, the pool throws it away.
        }
    }
}
