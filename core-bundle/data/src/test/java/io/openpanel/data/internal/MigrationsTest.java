package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.spi.Storage;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MigrationsTest {
    private static final String FIRST = "create table first (id text primary key, note text);";
    private static final String SECOND = "create table second (id text primary key); insert into first values ('x');";

    private final FakeContext context = FakeContext.in(ALPHA);
    private Fixture fixture;

    public record Row(String id) {}

    @BeforeEach
    void start() {
        fixture = Fixture.create();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void filesAreAppliedInOrder() {
        open(fixture.storage, Map.of("V002__second.sql", SECOND, "V001__first.sql", FIRST));

        assertThat(tables()).containsExactly("first", "migration_history", "second");
    }

    @Test
    void laterFilesAreAppliedLater() {
        open(fixture.storage, Map.of("V001__first.sql", FIRST));
        open(fixture.storage, Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND));

        assertThat(tables()).containsExactly("first", "migration_history", "second");
        assertThat(fixture.peek("select id from shop.first")).containsExactly("x");
    }

    @Test
    void aFailureLeavesTheSchemaAsItWas() {
        open(fixture.storage, Map.of("V001__first.sql", FIRST));

        assertThatThrownBy(() -> open(
                        fixture.storage,
                        Map.of(
                                "V001__first.sql",
                                FIRST,
                                "V002__second.sql",
                                SECOND,
                                "V003__third.sql",
                                "create table third (id text); select 1 / 0;")))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.UNAVAILABLE);
                    assertThat(problem.getMessage()).contains("'shop'", "division by zero");
                });

        assertThat(tables()).containsExactly("first", "migration_history");
        assertThat(fixture.peek("select id from shop.first")).isEmpty();
        open(fixture.storage, Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND));
        assertThat(tables()).contains("second");
    }

    @Test
    void aTableOfTeamsThatIsOpenToAllIsRefused() {
        assertThatThrownBy(() -> open(
                        fixture.storage,
                        Map.of(
                                "V001__first.sql",
                                "create table first (id text primary key, team_id openpanel.team not null)")))
                .hasMessageContaining("select openpanel.tenant('first')");

        assertThat(tables()).doesNotContain("first");
    }

    @Test
    void tenantNeedsTheColumn() {
        assertThatThrownBy(() -> open(
                        fixture.storage,
                        Map.of(
                                "V001__first.sql",
                                "create table first (id text, team_id text); select openpanel.tenant('first');")))
                .hasMessageContaining("no column team_id openpanel.team");
    }

    @Test
    void knownFilesCostNothing() {
        Map<String, String> files = Map.of("V001__first.sql", FIRST);
        open(fixture.storage, files);
        fixture.execute("drop table shop.migration_history");

        try (PostgresStorage restarted = fixture.start()) {
            open(restarted, files);
        }

        assertThat(tables()).containsExactly("first");
    }

    @Test
    void theFormerVersionOfABundleIsKnownToo() {
        Map<String, String> former = Map.of("V001__first.sql", FIRST);
        open(fixture.storage, former);
        open(fixture.storage, Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND));

        try (PostgresStorage restarted = fixture.start()) {
            Database database = open(restarted, former);
            assertThat(database.<List<Row>>tx(tx -> tx.list(Row.class, "select id from first")))
                    .hasSize(1);
        }
    }

    @Test
    void aMigrationMayChangeTheRowsOfAllTeams() {
        String table = "create table app (id text primary key, team_id openpanel.team not null, note text);"
                + " select openpanel.tenant('app');";
        Database database = open(fixture.storage, Map.of("V001__app.sql", table));
        database.tx(tx -> tx.update("insert into app values ('a', openpanel.current_team(), null)"));

        open(
                fixture.storage,
                Map.of(
                        "V001__app.sql",
                        table,
                        "V002__fill.sql",
                        """
                alter table app no force row level security;
                update app set note = 'filled';
                select openpanel.tenant('app');
                """));

        assertThat(fixture.peek("select note from shop.app")).containsExactly("filled");
        assertThat(fixture.peek("select relforcerowsecurity from pg_class where relname = 'app'"))
                .containsExactly("t");
    }

    @Test
    void aBundleWithoutFilesHasAnEmptySchema() {
        Database database = open(fixture.storage, Map.of());

        assertThat(database.<Integer>tx(tx -> 1)).isOne();
        assertThat(tables()).isEmpty();
    }

    @Test
    void aChangedFileIsRefused() {
        open(fixture.storage, Map.of("V001__first.sql", FIRST));

        assertThatThrownBy(() -> open(fixture.storage, Map.of("V001__first.sql", FIRST + " -- changed")))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void namesOfTheServerAndThePanelAreRefused() {
        for (String name : List.of("openpanel", "public", "pg_catalog", "Shop", "a\"b", "")) {
            assertThatThrownBy(() -> fixture.open(context, name, FIRST)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> fixture.storage.dataSource(name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aNameWithADashIsASchema() {
        Database database = fixture.open(context, "acme-dns", FIRST);

        assertThat(database.<Integer>tx(tx -> tx.update("insert into first values ('x')")))
                .isOne();
    }

    @Test
    void nodesThatStartAtOnceTakeTurns() {
        Map<String, String> files = Map.of("V001__first.sql", FIRST, "V002__second.sql", SECOND);
        fixture.execute("delete from openpanel.migration");

        List<CompletableFuture<PostgresStorage>> nodes = Stream.generate(() -> CompletableFuture.supplyAsync(() -> {
                    PostgresStorage node = fixture.start();
                    open(node, files);
                    return node;
                }))
                .limit(4)
                .toList();

        nodes.forEach(node -> node.join().close());
        assertThat(fixture.peek("select id from shop.first")).containsExactly("x");
    }

    @Test
    void panelsThatShareAServerDoNotMeet() {
        try (Fixture other = Fixture.create()) {
            assertThat(Roles.of(DatabaseUrl.parse(other.server.url())).app())
                    .isNotEqualTo(
                            Roles.of(DatabaseUrl.parse(fixture.server.url())).app());
            open(other.storage, Map.of("V001__first.sql", FIRST));
            open(fixture.storage, Map.of("V001__first.sql", FIRST));
        }
    }

    @Test
    void aNewPasswordOfTheOwnerReachesTheApplicationsRole() {
        String url = fixture.server.url().replaceFirst(":[^:@]+@", ":another%20one@");
        fixture.execute("alter role " + DatabaseUrl.parse(url).user() + " password 'another one'");

        try (PostgresStorage restarted = fixture.start(url)) {
            assertThat(restarted.healthy()).isTrue();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Database open(Storage storage, Map<String, String> files) {
        return storage.open("shop", FakeBundle.with(files), context);
    }

    private List<String> tables() {
        return fixture.peek("select relname from pg_class where relnamespace = 'shop'::regnamespace and relkind = 'r'"
                + " order by relname");
    }
}
