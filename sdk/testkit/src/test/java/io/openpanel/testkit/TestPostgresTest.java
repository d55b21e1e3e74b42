package io.openpanel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class TestPostgresTest {
    @Test
    void givesEachTestADatabaseOfItsOwn() throws SQLException {
        try (TestDatabase first = TestPostgres.database();
                TestDatabase second = TestPostgres.database()) {
            execute(first, "create table only_here (id int)");

            assertThatThrownBy(() -> execute(second, "select * from only_here")).hasMessageContaining("does not exist");
        }
    }

    @Test
    void theOwnerMayCreateRolesAndIsNoSuperuser() throws SQLException {
        try (TestDatabase database = TestPostgres.database()) {
            execute(database, "create role " + database.name() + "_app login");

            assertThatThrownBy(() -> execute(database, "create role boss superuser"))
                    .hasMessageContaining("SUPERUSER");
        }
    }

    @Test
    void theUrlOpensTheDatabase() throws SQLException {
        try (TestDatabase database = TestPostgres.database()) {
            String[] parts = database.url().substring("postgresql://".length()).split("[:@/]");
            String jdbc = "jdbc:postgresql://" + parts[2] + ":" + parts[3] + "/" + parts[4];

            try (Connection connection = DriverManager.getConnection(jdbc, parts[0], parts[1])) {
                assertThat(connection.isValid(1)).isTrue();
            }
        }
    }

    @Test
    void droppingADatabaseDropsItsRoles() throws SQLException {
        TestDatabase database = TestPostgres.database();
        execute(database, "create role " + database.name() + "_app login");
        database.close();

        try (TestDatabase other = TestPostgres.database();
                Connection connection = other.connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select count(*) from pg_roles where rolname like '" + database.name() + "\\_%'")) {
            rows.next();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @Test
    void aServerOfItsOwnComesBackWithItsData() throws SQLException {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.create()) {
            execute(database, "create table kept (id int)");
            server.stop();
            assertThatThrownBy(database::connect).isInstanceOf(SQLException.class);

            server.resume();

            execute(database, "select * from kept");
        }
    }

    private static void execute(TestDatabase database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
