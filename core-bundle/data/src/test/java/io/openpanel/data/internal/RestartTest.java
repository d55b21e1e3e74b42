package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.testkit.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class RestartTest {
    public record Row(int id) {}

    @Test
    void aServerThatIsAwayIsUnavailableAndThenBack() throws InterruptedException {
        try (TestPostgres server = TestPostgres.start();
                Fixture fixture = Fixture.on(server.create())) {
            Database database = fixture.open(FakeContext.in(ALPHA), "shop", "create table item (id int)");
            insert(database);
            assertThat(fixture.storage.healthy()).isTrue();

            server.stop();

            long begin = System.nanoTime();
            assertThatThrownBy(() -> insert(database)).isInstanceOfSatisfying(Problem.class, problem -> {
                assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
                assertThat(problem.retryAfter()).contains(Duration.ofSeconds(1));
            });
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
            Thread.sleep(1_000);
            assertThat(fixture.storage.healthy()).isFalse();
            assertThatThrownBy(() -> fixture.storage.seal("x", "y")).isInstanceOf(Problem.class);

            server.resume();

            long back = System.nanoTime();
            insert(database);
            assertThat(Duration.ofNanos(System.nanoTime() - back)).isLessThan(Duration.ofSeconds(2));
            Thread.sleep(1_000);
            assertThat(fixture.storage.healthy()).isTrue();
            assertThat(fixture.peek("select count(*) from shop.item")).containsExactly("2");
        }
    }

    @Test
    void aRestartBetweenTwoTransactionsIsNotNoticed() throws SQLException {
        try (TestPostgres server = TestPostgres.start();
                Fixture fixture = Fixture.on(server.create())) {
            Database database = fixture.open(FakeContext.in(ALPHA), "shop", "create table item (id int)");
            insert(database);

            server.stop();
            server.resume();

            insert(database);
            try (Connection connection = fixture.storage.dataSource("shop").getConnection()) {
                assertThat(connection.isValid(1)).isTrue();
            }
        }
    }

    @Test
    void aConnectionLostInTheMiddleIsUnavailable() {
        try (Fixture fixture = Fixture.create()) {
            Database database = fixture.open(FakeContext.in(ALPHA), "shop", "create table item (id int)");

            assertThatThrownBy(() -> database.tx(tx -> {
                        fixture.execute("select pg_terminate_backend(pid) from pg_stat_activity" + " where usename = '"
                                + fixture.server.name() + "_app'");
                        return tx.update("insert into item values (1)");
                    }))
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
            insert(database);
        }
    }

    @Test
    void aStoppedBundleIsUnavailable() {
        try (Fixture fixture = Fixture.create()) {
            Database database = fixture.open(FakeContext.in(ALPHA), "shop", "create table item (id int)");

            fixture.storage.close();

            assertThatThrownBy(() -> insert(database))
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE));
        }
    }

    private static void insert(Database database) {
        database.tx(tx -> tx.update("insert into item values (1)"));
    }
}
