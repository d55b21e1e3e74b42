package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What keeps teams apart where an action would forget to: the database of a panel with two of them. */
class TenantTablesTest {
    private static Tenants tenants;
    private static Connection connection;

    @BeforeAll
    static void start() throws SQLException {
        tenants = new Tenants();
        connection = tenants.panel.connect();
        // What owns the database may work as those who do not.
        update("grant openpanel_app, openpanel_all to openpanel");
        connection.setAutoCommit(false);
    }

    @AfterAll
    static void stop() throws SQLException {
        if (connection != null) {
            connection.close();
        }
        if (tenants != null) {
            tenants.close();
        }
    }

    private static List<String> texts(String sql) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }

    private static List<String> tables(String condition) throws SQLException {
        connection.rollback();
        return texts("select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid"
                + " where a.attname = 'team_id' and not a.attisdropped and c.relkind in ('r', 'p') and " + condition
                + " order by 1");
    }

    /** As the panel works for a team. */
    private static void as(String team) throws SQLException {
        role("openpanel_app");
        if (team != null) {
            update("set local app.team = '" + team.substring(team.indexOf(':') + 1) + "'");
        }
    }

    private static void role(String role) throws SQLException {
        connection.rollback();
        update("set local role " + role);
    }

    private static int update(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }

    @Test
    void everyTableWithATeamIsBoundToItWhoeverOwnsTheTable() throws SQLException {
        assertThat(tables("true")).hasSizeGreaterThan(25);
        assertThat(tables("not (c.relrowsecurity and c.relforcerowsecurity)")).isEmpty();
        assertThat(tables("a.atttypid <> 'openpanel.team'::regtype")).isEmpty();
        assertThat(texts("select rolname from pg_roles where rolname like 'openpanel\\_%'"
                        + " and (rolsuper or rolbypassrls)"))
                .isEmpty();
        assertThat(texts("select c.oid::regclass::text from pg_class c join pg_roles r on r.oid = c.relowner"
                        + " where r.rolname = 'openpanel_app'"))
                .as("tables of the role that the panel works as")
                .isEmpty();
    }

    @Test
    void aSecondTeamFindsNoRowOfTheFirstInAnyTable() throws SQLException {
        String first = tenants.asking.there().get("team");
        List<String> tables = tables("true");
        int filled = 0;
        for (String table : tables) {
            role("openpanel_all");
            boolean any = !texts("select 1 from " + table + " where team_id = '" + first + "' limit 1")
                    .isEmpty();
            filled += any ? 1 : 0;
            as(tenants.otherTeam);
            assertThat(texts("select team_id from " + table + " where team_id <> '"
                            + tenants.otherTeam.substring("team:".length()) + "'"))
                    .as(table)
                    .isEmpty();
        }
        assertThat(filled).as("tables with rows of the first team").isGreaterThan(15);
        Figure.say(tables.size() + " tables of teams, " + filled + " with rows, show a second team none of them");
    }

    @Test
    void whoeverForgetsToSayTheTeamGetsNothing() throws SQLException {
        for (String table : tables("true")) {
            as(null);
            // Unset it is an error, emptied by an earlier transaction of the connection it is no team.
            try {
                assertThat(texts("select team_id from " + table)).as(table).isEmpty();
            } catch (SQLException refused) {
                assertThat(refused.getMessage()).as(table).containsAnyOf("app.team", "team_check");
            }
        }
    }

    @Test
    void noRowIsWrittenForAnotherTeamOrTakenFromIt() throws SQLException {
        String first = tenants.asking.there().get("team");
        for (String table : tables("true")) {
            as(tenants.otherTeam);
            List<String> may = texts("select privilege_type from information_schema.role_table_grants where grantee ="
                    + " 'openpanel_app' and (quote_ident(table_schema) || '.' || quote_ident(table_name))::regclass = '"
                    + table + "'::regclass");
            assertThat(may).as(table).doesNotContain("TRUNCATE", "REFERENCES", "TRIGGER");
            if (may.contains("DELETE")) {
                assertThat(update("delete from " + table + " where team_id = '" + first + "'"))
                        .as(table)
                        .isZero();
            }
        }
        as(tenants.otherTeam);
        assertThatThrownBy(() -> update("insert into deploy.project (team_id, id, name, created_at) values ('" + first
                        + "', 'aaaaaaaaaaaaaaaa', 'planted', now())"))
                .hasMessageContaining("row-level security");
    }

    @Test
    void noForeignKeyLeadsFromOneTeamToAnother() throws SQLException {
        connection.rollback();
        // The check of a foreign key sees all rows, so that the team must be part of it.
        assertThat(texts("select conrelid::regclass || ' ' || conname from pg_constraint where contype = 'f'"
                        + " and exists (select from pg_attribute where attrelid = conrelid and attname = 'team_id')"
                        + " and exists (select from pg_attribute where attrelid = confrelid and attname = 'team_id')"
                        + " and not exists (select from pg_attribute where attrelid = conrelid and attname = 'team_id'"
                        + " and attnum = any (conkey))"))
                .isEmpty();
    }

    @Test
    void noUniqueNameTellsWhatAnotherTeamHas() throws SQLException {
        connection.rollback();
        // Only what the panel makes up itself may be unique over all teams: a random id, a row's number.
        assertThat(texts("select i.indexrelid::regclass::text from pg_index i"
                        + " where i.indisunique and exists (select from pg_attribute where attrelid = i.indrelid"
                        + " and attname = 'team_id' and not attisdropped)"
                        + " and not exists (select from pg_attribute where attrelid = i.indrelid and attname = 'team_id'"
                        + " and attnum = any (i.indkey))"
                        + " and not (select array_agg(attname) <@ '{id,seq}' from pg_attribute where attrelid = i.indrelid"
                        + " and attnum = any (i.indkey))"))
                .isEmpty();
    }
}
