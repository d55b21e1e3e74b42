package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Problem.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TransactionsTest {
    private static Fixture fixture;

    private final FakeContext context = FakeContext.in(ALPHA);
    private Database database;

    public record Item(String id, String name, int amount) {}

    public record Number(long number) {}

    public record Happened(String what) {}

    @BeforeAll
    static void start() {
        fixture = Fixture.create();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @BeforeEach
    void open() {
        database = fixture.open(
                context,
                "shop",
                """
                create table item (
                    id text primary key, team_id openpanel.team not null, name varchar(20) not null,
                    amount int not null check (amount >= 0), parent text references item,
                    unique (team_id, name)
                );
                select openpanel.tenant('item');
                """);
        fixture.execute("truncate shop.item");
    }

    @Test
    void whatWorkReturnsIsReturnedAndStored() {
        assertThat(insert("i1", "one", 1)).isEqualTo(1);
        assertThat(item("i1")).isEqualTo(new Item("i1", "one", 1));
    }

    @Test
    void anExceptionRollsBack() {
        assertThatThrownBy(() -> database.tx(tx -> {
                    insert(tx, "i1", "one", 1);
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");

        assertThat(fixture.peek("select id from shop.item")).isEmpty();
        assertThat(context.happened).containsExactly("begin", "end");
    }

    @Test
    void aNestedCallJoins() {
        assertThatThrownBy(() -> database.tx(tx -> {
                    insert(tx, "i1", "one", 1);
                    database.tx(inner -> insert(inner, "i2", "two", 2));
                    assertThat(items(tx)).hasSize(2);
                    throw new IllegalStateException("both go");
                }))
                .hasMessage("both go");

        assertThat(fixture.peek("select id from shop.item")).isEmpty();
        assertThat(context.happened).containsExactly("begin", "end");
    }

    @Test
    void eventsLeaveWithTheCommit() {
        database.tx(tx -> {
            tx.publish(new Happened("x"));
            context.happened.add("work");
            return null;
        });

        assertThat(context.happened)
                .containsExactly("begin", "published Happened[what=x]", "work", "end", "after commit Happened[what=x]");
    }

    @Test
    void eventsDoNotLeaveAfterARollback() {
        assertThatThrownBy(() -> database.tx(tx -> {
                    tx.publish(new Happened("x"));
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");

        assertThat(context.happened).doesNotContain("after commit Happened[what=x]");
    }

    @Test
    void anErrorOfTheServerThatIsSwallowedStillFails() {
        insert("i1", "one", 1);

        assertThatThrownBy(() -> database.tx(tx -> {
                    assertThatThrownBy(() -> insert(tx, "i1", "one", 1)).isInstanceOf(Problem.class);
                    return "fine";
                }))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.CONFLICT));
    }

    @Test
    void aNestedFailureThatIsSwallowedLeavesTheOuterOneBound() {
        Integer seen = database.tx(tx -> {
            insert(tx, "i1", "one", 1);
            assertThatThrownBy(() -> database.allTeams(all -> {
                        throw new IllegalArgumentException("no");
                    }))
                    .hasMessage("no");
            return items(tx).size();
        });

        assertThat(seen).isEqualTo(1);
    }

    @Test
    void aTxIsOverWithItsFunction() {
        List<Database.Tx> kept = new ArrayList<>();
        database.tx(kept::add);

        assertThatThrownBy(() -> kept.get(0).update("select 1")).hasMessageContaining("over");
    }

    @Test
    void aNameThatIsTakenIsAConflict() {
        insert("i1", "one", 1);

        assertThatThrownBy(() -> insert("i2", "one", 1)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Kind.CONFLICT);
            assertThat(problem).hasMessage("Another item has this name already; choose another");
        });
    }

    @Test
    void anIdThatIsTakenIsAConflict() {
        insert("i1", "one", 1);

        assertThatThrownBy(() -> insert("i1", "two", 1)).hasMessage("There is one such item already; choose another");
    }

    @Test
    void whatBreaksARuleIsInvalid() {
        assertThatThrownBy(() -> insert("i1", "one", -1)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Kind.INVALID);
            assertThat(problem.getMessage()).contains("item amount check").doesNotContain("insert");
        });
        assertThatThrownBy(() -> insert("i1", null, 1)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Kind.INVALID);
            assertThat(problem.fields()).containsEntry("name", "The name is missing");
        });
        assertThatThrownBy(() -> insert("i1", "x".repeat(21), 1))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.INVALID));
        assertThatThrownBy(() -> insert("i1", "a\0b", 1))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.INVALID));
        assertThatThrownBy(() -> database.tx(tx -> insert(tx, "i1", "one", 5_000_000_000L)))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.INVALID));
    }

    @Test
    void aReferenceToNothingIsAConflict() {
        assertThatThrownBy(() -> database.tx(tx -> tx.update("insert into item (id, team_id, name, amount, parent)"
                        + " values ('i1', openpanel.current_team(), 'one', 1, 'nobody')")))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.CONFLICT));
    }

    @Test
    void theMessageOfABatchesErrorIsTheSame() {
        List<Item> items = List.of(new Item("i1", "one", 1), new Item("i2", "one", 1));

        assertThatThrownBy(() -> database.tx(tx -> batch(tx, items)))
                .hasMessage("Another item has this name already; choose another");
    }

    @Test
    void aMistakeInTheStatementIsABug() {
        assertThatThrownBy(() -> database.tx(tx -> tx.update("selec 1")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("42601");
        assertThatThrownBy(() -> database.tx(tx -> tx.update("update item set amount = ?")))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void twoThatWaitForEachOtherConflict() {
        insert("i1", "one", 1);
        insert("i2", "two", 2);
        CountDownLatch both = new CountDownLatch(2);

        CompletableFuture<Void> other = CompletableFuture.runAsync(() -> change(both, "i2", "i1"));

        assertThatThrownBy(() -> {
                    change(both, "i1", "i2");
                    other.join();
                })
                .satisfies(e -> {
                    Problem problem = (Problem) (e instanceof Problem ? e : e.getCause());
                    assertThat(problem.kind()).isEqualTo(Kind.CONFLICT);
                    assertThat(problem.retryAfter()).isPresent();
                });
        other.handle((nothing, e) -> nothing).join();
    }

    @Test
    void aStatementMayTakeFiveSeconds() {
        long begin = System.nanoTime();

        assertThatThrownBy(() -> database.tx(tx -> tx.list(Number.class, "select 1 as number, pg_sleep(30)")))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Kind.TIMEOUT));

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
    }

    @Test
    void aBatchTakesManyRecords() {
        List<Item> items = IntStream.range(0, 12_000)
                .mapToObj(i -> new Item("i" + i, "n" + i, i))
                .toList();

        int stored = database.tx(tx -> batch(tx, items));

        assertThat(stored).isEqualTo(12_000);
        assertThat(database.<Integer>tx(tx -> batch(tx, List.of()))).isZero();
    }

    @Test
    void aListHasAnEndAndEachHasNone() {
        database.tx(tx -> tx.update("insert into item select 'i' || n, openpanel.current_team(), 'n' || n, n"
                + " from generate_series(1, 10001) n"));

        assertThatThrownBy(() -> database.tx(tx -> items(tx))).hasMessageContaining("10000 rows of Item");
        long[] sum = new long[1];
        database.tx(tx -> {
            tx.each(Item.class, item -> sum[0] += item.amount(), "select * from item");
            return null;
        });
        assertThat(sum[0]).isEqualTo(10_001L * 10_002 / 2);
    }

    @Test
    void oneTakesWhatAStatementReturns() {
        Item made = database.tx(tx -> tx.one(
                        Item.class,
                        "insert into item (id, team_id, name, amount)"
                                + " values (?, openpanel.current_team(), ?, ?) returning *",
                        "i1",
                        "one",
                        1))
                .orElseThrow();

        assertThat(made).isEqualTo(new Item("i1", "one", 1));
        assertThat(database.<Boolean>tx(tx ->
                        tx.one(Item.class, "select * from item where id = 'x'").isPresent()))
                .isFalse();
    }

    @Test
    void oneRefusesTwo() {
        insert("i1", "one", 1);
        insert("i2", "two", 2);

        assertThatThrownBy(() -> database.tx(tx -> tx.one(Item.class, "select * from item")))
                .hasMessageContaining("more than one Item");
    }

    @Test
    void questionMarksOfJsonbAreDoubled() {
        Number found = database.tx(tx -> tx.one(Number.class, "select 1 as number where '{\"a\": 1}'::jsonb ?? ?", "a"))
                .orElseThrow();

        assertThat(found.number()).isEqualTo(1);
    }

    private void change(CountDownLatch both, String first, String second) {
        database.tx(tx -> {
            tx.update("update item set amount = 9 where id = ?", first);
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return tx.update("update item set amount = 9 where id = ?", second);
        });
    }

    private Item item(String id) {
        return database.tx(tx -> tx.one(Item.class, "select id, name, amount from item where id = ?", id))
                .orElseThrow();
    }

    private int insert(String id, String name, int amount) {
        return database.tx(tx -> insert(tx, id, name, amount));
    }

    private static int insert(Database.Tx tx, String id, String name, long amount) {
        return tx.update(
                "insert into item (id, team_id, name, amount) values (?, openpanel.current_team(), ?, ?)",
                id,
                name,
                amount);
    }

    private static int batch(Database.Tx tx, List<Item> items) {
        return tx.batch(
                "insert into item (id, team_id, name, amount)"
                        + " values (:id, openpanel.current_team(), :name, :amount)",
                items);
    }

    private static List<Item> items(Database.Tx tx) {
        return tx.list(Item.class, "select * from item");
    }
}
