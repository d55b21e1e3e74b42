package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static io.openpanel.data.internal.Fixture.BETA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The rules of row-level security: no team sees, changes or senses the rows of another. */
class TeamsTest {
    private static final String TABLES =
            """
            create table project (
                id text not null, team_id openpanel.team not null, name text not null,
                primary key (team_id, id), unique (team_id, name)
            );
            create table app (
                id text primary key, team_id openpanel.team not null, project_id text not null,
                foreign key (team_id, project_id) references project (team_id, id)
            );
            create table setting (name text primary key, value text);
            create table entry (id bigint generated always as identity, team_id openpanel.team not null, line text);
            create view plain_view as select * from project;
            create view careful_view with (security_invoker = true) as select * from project;
            create function counted() returns bigint language sql security definer
                as $$ select count(*) from shop.project $$;
            select openpanel.tenant('project');
            select openpanel.tenant('app');
            select openpanel.tenant('entry');
            select openpanel.append_only('entry');
            """;

    private static Fixture fixture;

    private final FakeContext context = FakeContext.in(ALPHA);
    private Database database;

    public record Project(String id, String name) {}

    public record Count(long count) {}

    public record Text(String text) {}

    @BeforeAll
    static void start() {
        fixture = Fixture.create();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void twoTeamsWithAProjectEach() {
        database = fixture.open(context, "shop", TABLES);
        fixture.execute("truncate shop.project, shop.app, shop.entry");
        insert("p1", "alpha's");
        context.team(BETA);
        insert("p2", "beta's");
        context.team(ALPHA);
    }

    @Test
    void aTeamSeesItsOwnRowsOnly() {
        assertThat(projects()).isEqualTo("alpha's");
        context.team(BETA);
        assertThat(projects()).isEqualTo("beta's");
    }

    @Test
    void aTeamChangesItsOwnRowsOnly() {
        assertThat(update("update project set name = 'changed'")).isEqualTo(1);
        assertThat(update("delete from project where id = ?", "p2")).isZero();
        assertThat(fixture.peek("select name from shop.project order by id")).containsExactly("changed", "beta's");
    }

    @Test
    void aRowCannotBeGivenToAnotherTeam() {
        assertThatThrownBy(() -> update("insert into project (id, team_id, name) values ('p3', ?, 'x')", BETA.id()))
                .hasMessageContaining("row-level security");
        assertThatThrownBy(() -> update("update project set team_id = ?", BETA.id()))
                .hasMessageContaining("row-level security");
    }

    @Test
    void withoutATeamATransactionIsRefused() {
        Database teamless = fixture.open(FakeContext.withoutTeam(), "shop", TABLES);

        assertThatThrownBy(() -> teamless.tx(tx -> 1))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.DENIED));
    }

    @Test
    void aConnectionThatNamesNoTeamFails() throws SQLException {
        try (Connection connection = connectAsApplication();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("select * from shop.project"))
                    .hasMessageContaining("unrecognized configuration parameter");
            statement.execute("select * from shop.setting");
        }
    }

    @Test
    void aTeamIsNeverEmpty() throws SQLException {
        try (Connection connection = fixture.storage.dataSource("shop").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("set app.team = ''");

            assertThatThrownBy(() -> statement.execute("select * from project")).hasMessageContaining("constraint");
        }
    }

    @Test
    void allTeamsSeesEverythingAndAsksFirst() {
        List<Project> all = database.allTeams(tx -> tx.list(Project.class, "select * from project"));
        assertThat(all).hasSize(2);

        context.refuseAllTeams();

        assertThatThrownBy(() -> database.allTeams(tx -> 1)).hasMessage("Not for people");
    }

    @Test
    void eachTenantTableForcesRowLevelSecurity() {
        assertThat(
                        fixture.peek(
                                """
                select attrelid::regclass::text from pg_attribute join pg_class on pg_class.oid = attrelid
                where attname = 'team_id' and relkind in ('r', 'p')
                  and not (relrowsecurity and relforcerowsecurity)
                """))
                .isEmpty();
        assertThat(fixture.peek("select count(*) from pg_class where relforcerowsecurity"))
                .containsExactly("3");
    }

    @Test
    void theApplicationsRolesOwnNothingAndCannotBypass() {
        String app = fixture.server.name() + "_app";
        assertThat(fixture.peek("select rolname from pg_roles where rolname like '" + fixture.server.name() + "\\_a%'"
                        + " and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb)"))
                .isEmpty();
        assertThat(fixture.peek("select relname from pg_class join pg_roles on pg_roles.oid = relowner"
                        + " where rolname = '" + app + "'"))
                .isEmpty();
        assertThat(fixture.peek(
                        "select inherit_option::text from pg_auth_members where member = '" + app + "'::regrole"))
                .containsExactly("false");
    }

    @Test
    void theOwnerIsBoundToo() throws SQLException {
        try (Connection connection = fixture.server.connect();
                Statement statement = connection.createStatement();
                var rows = statement.executeQuery("select count(*) from shop.project")) {
            rows.next();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @Test
    void truncateIsNotGranted() {
        assertThatThrownBy(() -> update("truncate project cascade")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> database.allTeams(tx -> tx.update("truncate setting")))
                .hasMessageContaining("permission denied");
    }

    @Test
    void aForeignKeyOfTeamAndIdRefusesTheRowOfAnotherTeam() {
        assertThatThrownBy(() -> update("insert into app values ('a1', openpanel.current_team(), 'p2')"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT));
        assertThat(update("insert into app values ('a1', openpanel.current_team(), 'p1')"))
                .isEqualTo(1);
    }

    @Test
    void theNameOfAnotherTeamsRowIsFree() {
        assertThat(insert("p3", "beta's")).isEqualTo(1);
    }

    @Test
    void viewsAndFunctionsOfTheOwnerShowNothingOfOtherTeams() {
        assertThat(count("select count(*) from careful_view")).isEqualTo(1);
        assertThat(count("select count(*) from plain_view")).isZero();
        assertThat(count("select counted() as count")).isZero();
    }

    @Test
    void aTableToAppendToIsNeverChanged() {
        assertThat(update("insert into entry (team_id, line) values (openpanel.current_team(), 'x')"))
                .isEqualTo(1);
        assertThatThrownBy(() -> update("update entry set line = 'y'")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> update("delete from entry")).hasMessageContaining("permission denied");
    }

    @Test
    void whatATransactionSetsDoesNotReachTheNextOneOnItsConnection() {
        for (int i = 0; i < 20; i++) {
            update("set app.team = '" + BETA.id() + "'");
            update("set search_path = pg_catalog");
            update("set role \"" + fixture.server.name() + "_all\"");

            assertThat(projects()).isEqualTo("alpha's");
            Optional<Text> user = database.tx(tx -> tx.one(Text.class, "select current_user as text"));
            assertThat(user).contains(new Text(fixture.server.name() + "_app"));
        }
    }

    @Test
    void theRoleOfAllTeamsMustBeAskedFor() throws SQLException {
        try (Connection connection = connectAsApplication();
                Statement statement = connection.createStatement()) {
            statement.execute("set app.team = '" + ALPHA.id() + "'");
            try (var rows = statement.executeQuery("select count(*) from shop.project")) {
                rows.next();
                assertThat(rows.getInt(1)).isEqualTo(1);
            }
        }
    }

    @Test
    void thePanelsOwnTablesAreOutOfReach() {
        assertThatThrownBy(() -> update("delete from openpanel.migration")).hasMessageContaining("permission denied");
        assertThatThrownBy(() -> database.allTeams(tx -> tx.list(Text.class, "select wrapped from openpanel.data_key")))
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> update("delete from shop.migration_history"))
                .hasMessageContaining("permission denied");
    }

    @Test
    void aNestedCallForAllTeamsSeesThemAndTheOuterOneStaysBound() {
        String seen = database.tx(tx -> {
            int all = database.allTeams(every -> every.list(Project.class, "select * from project"))
                    .size();
            return all + " " + tx.list(Project.class, "select * from project").size();
        });

        assertThat(seen).isEqualTo("2 1");
    }

    @Test
    void aNestedCallInATeamIsBoundWithinOneForAllTeams() {
        String seen = database.allTeams(tx -> {
            int own = database.tx(team -> team.list(Project.class, "select * from project"))
                    .size();
            return own + " " + tx.list(Project.class, "select * from project").size();
        });

        assertThat(seen).isEqualTo("1 2");
    }

    private static Connection connectAsApplication() throws SQLException {
        DatabaseUrl url = DatabaseUrl.parse(fixture.server.url());
        Roles roles = Roles.of(url);
        return new DriverConnections(url.jdbc(), url.properties(roles.app(), roles.password())).getConnection();
    }

    private int insert(String id, String name) {
        return update("insert into project values (?, openpanel.current_team(), ?)", id, name);
    }

    private int update(String sql, Object... args) {
        return database.tx(tx -> tx.update(sql, args));
    }

    private long count(String sql) {
        return database.tx(tx -> tx.one(Count.class, sql)).orElseThrow().count();
    }

    private String projects() {
        return String.join(
                ",",
                database.tx(tx -> tx.list(Project.class, "select * from project")).stream()
                        .map(Project::name)
                        .toList());
    }
}
