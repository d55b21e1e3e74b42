package io.openpanel.data.internal;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the database is and who owns it.
 *
 * @param server {@code host:port}
 * @param options what else the driver is told, {@code sslmode} for one
 */
record DatabaseUrl(String server, String database, String user, String password, Map<String, String> options) {
    private static final Pattern FORM =
            Pattern.compile("(?:jdbc:)?postgres(?:ql)?://(?:([^:@/]*)(?::([^@/]*))?@)?([^/?]+)/([^?]+)(?:\\?(.*))?");

    DatabaseUrl {
        options = Map.copyOf(options);
    }

    /** Reads {@code postgresql://user:password@host:port/database}, {@code jdbc:} before it and options after it. */
    static DatabaseUrl parse(String text) {
        Matcher parts = FORM.matcher(text.strip());
        if (!parts.matches()) {
            throw new IllegalArgumentException("OPENPANEL_DATABASE_URL is not a URL of PostgreSQL;"
                    + " it looks like postgresql://user:password@127.0.0.1:5432/openpanel");
        }
        Map<String, String> options = options(parts.group(5));
        String user = parts.group(1) == null ? options.remove("user") : decode(parts.group(1));
        String password = parts.group(2) == null ? options.remove("password") : decode(parts.group(2));
        if (user == null || user.isEmpty() || password == null || password.isEmpty()) {
            throw new IllegalArgumentException("OPENPANEL_DATABASE_URL has no user or no password;"
                    + " the role needs both, the password of the panel's own role is derived from it");
        }
        return new DatabaseUrl(parts.group(3), decode(parts.group(4)), user, password, options);
    }

    String jdbc() {
        return "jdbc:postgresql://" + server + "/"
                + URLEncoder.encode(database, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** What the driver is told for a connection as the given role. */
    Properties properties(String role, String secret) {
        Properties properties = new Properties();
        properties.putAll(options);
        properties.setProperty("user", role);
        properties.setProperty("password", secret);
        properties.putIfAbsent("ApplicationName", "openpanel");
        properties.putIfAbsent("connectTimeout", "3");
        properties.putIfAbsent("tcpKeepAlive", "true");
        properties.putIfAbsent("gssEncMode", "disable");
        // Rows are quoted in a server error's detail, and rows hold secrets.
        properties.setProperty("logServerErrorDetail", "false");
        // One connection serves many schemas and outlives migrations: a plan kept by its text would be the wrong one.
        properties.setProperty("prepareThreshold", "0");
        return properties;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "postgresql://" + user + "@" + server + "/" + database;
    }

    private static Map<String, String> options(String query) {
        Map<String, String> options = new TreeMap<>();
        if (query == null) {
            return options;
        }
        for (String option : query.split("&")) {
            int equals = option.indexOf('=');
            if (equals > 0) {
                options.put(option.substring(0, equals), decode(option.substring(equals + 1)));
            }
        }
        return options;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
