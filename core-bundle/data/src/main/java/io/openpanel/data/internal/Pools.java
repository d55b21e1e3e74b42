package io.openpanel.data.internal;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;

/** Pools of connections as the application's role. They wait for none at their start, and for 3 seconds later on. */
final class Pools {
    private static final long LONGEST_WAIT_MILLIS = 3_000;
    private static final int MOST_APART = 5;
    private static final long PAUSE_MILLIS = 200;

    private final DatabaseUrl url;
    private final Roles roles;

    Pools(DatabaseUrl url, Roles roles) {
        this.url = url;
        this.roles = roles;
    }

    /** For transactions; each says what it works as. */
    HikariDataSource transactions() {
        PatientConnections connections = new PatientConnections(url.jdbc(), properties());
        HikariConfig config = config("openpanel", connections);
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return connections.pooled(config);
    }

    /** As {@link #transactions}, for the login of one plugin. */
    HikariDataSource apart(String schema) {
        PatientConnections connections = new PatientConnections(url.jdbc(), properties());
        HikariConfig config = config("openpanel-apart-" + schema, connections);
        config.setMaximumPoolSize(MOST_APART);
        config.setMinimumIdle(0);
        config.setAutoCommit(false);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return connections.pooled(config);
    }

    /** For a library that does its own transactions in one schema. */
    HikariDataSource plain(String schema) {
        Properties properties = properties();
        properties.setProperty("currentSchema", Sql.name(schema) + "," + Bootstrap.SCHEMA);
        PatientConnections connections = new PatientConnections(url.jdbc(), properties);
        HikariConfig config = config("openpanel-" + schema, connections);
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(0);
        return connections.pooled(config);
    }

    private Properties properties() {
        Properties properties = url.properties(roles.app(), roles.password());
        // A server that hangs keeps its sockets open and says nothing; statements end after 5 seconds by themselves.
        properties.putIfAbsent("socketTimeout", "10");
        return properties;
    }

    /**
     * Tries until the server is back. The pool asks for connections in a thread of its own, and after each failure
     * waits longer, up to seconds, before it asks again: too long after a restart.
     */
    private static final class PatientConnections extends DriverConnections {
        private volatile HikariDataSource pool;

        PatientConnections(String url, Properties properties) {
            super(url, properties);
        }

        HikariDataSource pooled(HikariConfig config) {
            pool = new HikariDataSource(config);
            return pool;
        }

        @Override
        public Connection getConnection() throws SQLException {
            while (true) {
                try {
                    return super.getConnection();
                } catch (SQLException e) {
                    if (!SqlProblems.isConnection(e) || pool != null && pool.isClosed()) {
                        throw e;
                    }
                    pause(e);
                }
            }
        }

        private static void pause(SQLException e) throws SQLException {
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw e;
            }
        }
    }

    private HikariConfig config(String name, PatientConnections connections) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(connections);
        config.setConnectionTimeout(LONGEST_WAIT_MILLIS);
        config.setValidationTimeout(1_000);
        config.setIdleTimeout(60_000);
        config.setMaxLifetime(1_800_000);
        config.setInitializationFailTimeout(-1);
        return config;
    }
}
