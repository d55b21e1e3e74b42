package io.openpanel.deploy;

import io.openpanel.testkit.TestPanel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** The rows of a plugin's tables, past every policy. */
final class Rows {
    private Rows() {}

    static String all(TestPanel panel, String schema) throws SQLException {
        StringBuilder all = new StringBuilder();
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet found =
                    statement.executeQuery("select tablename from pg_tables where schemaname = '" + schema + "'")) {
                while (found.next()) {
                    tables.add(found.getString(1));
                }
            }
            for (String table : tables) {
                force(statement, schema + '.' + table, false);
                try (ResultSet rows = statement.executeQuery("select t::text from " + schema + '.' + table + " t")) {
                    while (rows.next()) {
                        all.append(rows.getString(1)).append('\n');
                    }
                }
                force(statement, schema + '.' + table, true);
            }
        }
        return all.toString();
    }

    /** Changes rows of a table, whichever team's they are. */
    static void change(TestPanel panel, String table, String set) throws SQLException {
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            force(statement, table, false);
            statement.execute("update " + table + " set " + set);
            force(statement, table, true);
        }
    }

    private static void force(Statement statement, String table, boolean force) throws SQLException {
        statement.execute("alter table " + table + (force ? " force" : " no force") + " row level security");
    }
}
