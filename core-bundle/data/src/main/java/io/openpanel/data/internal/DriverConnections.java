package io.openpanel.data.internal;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.postgresql.Driver;

/** New connections from the driver itself: DriverManager is the JVM's and would keep this bundle's classes. */
class DriverConnections implements DataSource {
    private static final Driver DRIVER = unregistered();

    private final String url;
    private final Properties properties;
    private volatile int loginTimeout;

    DriverConnections(String url, Properties properties) {
        this.url = url;
        this.properties = properties;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return DRIVER.connect(url, properties);
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("The role is fixed");
    }

    @Override
    public int getLoginTimeout() {
        return loginTimeout;
    }

    @Override
    public void setLoginTimeout(int seconds) {
        // Kept for the pool, which waits as long when it ends. The driver has its connectTimeout instead: its own
        // loginTimeout would start a thread for each connection.
        loginTimeout = seconds;
    }

    @Override
    public PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException("The driver writes no log");
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("The driver writes no log");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException("It wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    private static Driver unregistered() {
        try {
            Driver driver = new Driver();
            if (Driver.isRegistered()) {
                Driver.deregister();
            }
            return driver;
        } catch (SQLException e) {
            throw new IllegalStateException("The PostgreSQL driver could not leave DriverManager", e);
        }
    }
}
