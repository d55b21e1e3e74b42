package io.openpanel.testkit;

import java.sql.Connection;
import java.sql.SQLException;

/** A fresh database, dropped when closed. Its owner may create roles and is no superuser, as the panel's is. */
public final class TestDatabase implements AutoCloseable {
    private final TestPostgres server;
    private final String name;
    private final String password;

    TestDatabase(TestPostgres server, String name, String password) {
        this.server = server;
        this.name = name;
        this.password = password;
    }

    public String name() {
        return name;
    }

    /** The owner's, as the panel takes it: {@code postgresql://owner:password@127.0.0.1:port/name}. */
    public String url() {
        return "postgresql://" + owner() + ":" + password + "@127.0.0.1:" + server.port() + "/" + name;
    }

    /** A connection as the owner. */
    public Connection connect() throws SQLException {
        return server.connect(name, owner(), password);
    }

    /** A connection as the server's superuser, whom row-level security does not bind. */
    public Connection connectAsSuperuser() throws SQLException {
        return server.connectAsSuperuser(name);
    }

    /** Ends its connections, then drops it and all roles whose names begin with its own. */
    @Override
    public void close() {
        server.drop(name);
    }

    String owner() {
        return name + "_owner";
    }
}
