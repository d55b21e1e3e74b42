package io.openpanel.deploy;

import io.openpanel.testkit.TestPanel;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** What lies in a schema's tables, past every policy but those the owner is bound by. */
final class Rows {
    private Rows() {}

    static String all(TestPanel panel, String schema) throws SQLException {
        URI url = URI.create(panel.context().getProperty("openpanel.database.url"));
        String[] owner = url.getUserInfo().split(":", 2);
        StringBuilder all = new StringBuilder();
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://" + url.getHost() + ':' + url.getPort() + url.getPath(),
                        owner[0],
                        owner[1]);
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet found =
                    statement.executeQuery("select tablename from pg_tables where schemaname = '" + schema + "'")) {
                while (found.next()) {
                    tables.add(found.getString(1));
                }
            }
            for (String table : tables) {
                statement.execute("alter table " + schema + '.' + table + " no force row level security");
                try (ResultSet rows = statement.executeQuery("select t::text from " + schema + '.' + table + " t")) {
                    while (rows.next()) {
                        all.append(rows.getString(1)).append('\n');
                    }
                }
                statement.execute("alter table " + schema + '.' + table + " force row level security");
            }
        }
        return all.toString();
    }
}
