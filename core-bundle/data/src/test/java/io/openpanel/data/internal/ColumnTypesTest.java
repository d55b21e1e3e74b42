package io.openpanel.data.internal;

import static io.openpanel.data.internal.Fixture.ALPHA;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ColumnTypesTest {
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00.123456Z");
    private static final Ref APP = Ref.create("app");

    private static Fixture fixture;
    private static Database database;

    public enum State {
        RUNNING,
        ROLLING_BACK
    }

    public record Port(int number, Optional<String> protocol, State state) {}

    public record Check(
            List<String> command,
            Duration interval,
            Instant since,
            Ref app,
            Optional<Port> port,
            Map<String, String> labels,
            BigDecimal price,
            long big,
            double ratio,
            boolean on) {}

    public record Everything(
            String id,
            int small,
            long big,
            double ratio,
            boolean on,
            BigDecimal price,
            BigInteger huge,
            Instant createdAt,
            Duration took,
            Ref app,
            State state,
            List<String> words,
            Map<String, String> labels,
            Port port,
            List<Port> ports,
            Check check,
            List<Ref> apps,
            List<State> states,
            List<Long> numbers,
            byte[] bytes,
            float ratio2,
            short tiny) {}

    public record Nothings(
            Optional<String> id,
            Optional<Integer> small,
            Optional<Long> big,
            Optional<Double> ratio,
            Optional<Boolean> on,
            Optional<BigDecimal> price,
            Optional<BigInteger> huge,
            Optional<Instant> createdAt,
            Optional<Duration> took,
            Optional<Ref> app,
            Optional<State> state,
            Optional<List<String>> words,
            Optional<Map<String, String>> labels,
            Optional<Port> port,
            Optional<List<Port>> ports) {}

    public record Small(int small) {}

    public record Words(List<String> words) {}

    public record Ports(List<Port> ports) {}

    public record Stated(State state) {}

    public record Missing(int small, String nowhere) {}

    record Hidden(int small) {}

    public record Odd(Object small) {}

    public record Generated(String id) {}

    @BeforeAll
    static void start() {
        fixture = Fixture.create();
        database = fixture.open(
                FakeContext.in(ALPHA),
                "types",
                """
                create table everything (
                    id text, small int, big bigint, ratio float8, "on" boolean, price numeric(10, 2), huge numeric,
                    created_at timestamptz, took bigint, app text, state text, words text[], labels jsonb, port jsonb,
                    ports jsonb, "check" jsonb, apps text[], states text[], numbers bigint[], bytes bytea,
                    ratio2 float4, tiny smallint
                );
                """);
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void eachTypeComesBackAsItWent() {
        Everything everything = everything("e1");
        database.tx(tx -> tx.update(
                "insert into everything values" + " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                everything.id(),
                everything.small(),
                everything.big(),
                everything.ratio(),
                everything.on(),
                everything.price(),
                everything.huge(),
                everything.createdAt(),
                everything.took(),
                everything.app(),
                everything.state(),
                everything.words(),
                everything.labels(),
                everything.port(),
                everything.ports(),
                everything.check(),
                everything.apps(),
                everything.states(),
                everything.numbers(),
                everything.bytes(),
                everything.ratio2(),
                everything.tiny()));

        assertThat(read("e1")).usingRecursiveComparison().isEqualTo(everything);
    }

    @Test
    void aBatchTakesTheSameTypes() {
        Everything everything = everything("e2");
        database.tx(tx -> tx.batch(
                """
                insert into everything values (:id, :small, :big, :ratio, :on, :price, :huge, :createdAt, :took, :app,
                    :state, :words, :labels, :port, :ports, :check, :apps, :states, :numbers, :bytes, :ratio2, :tiny)
                """,
                List.of(everything)));

        assertThat(read("e2")).usingRecursiveComparison().isEqualTo(everything);
    }

    @Test
    void theyLieInTheDatabaseAsTheContractSays() {
        database.tx(tx -> tx.update(
                "insert into everything (id, took, app, state, port) values ('e3', ?, ?, ?, ?)",
                Duration.ofSeconds(2),
                APP,
                State.ROLLING_BACK,
                new Port(80, Optional.empty(), State.RUNNING)));

        assertThat(fixture.peek("select concat_ws(' ', took, app, state, port) from types.everything where id = 'e3'"))
                .containsExactly("2000 " + APP + " rolling_back {\"state\": \"running\", \"number\": 80}");
    }

    @Test
    void nothingIsAnEmptyOptional() {
        database.tx(tx -> tx.update(
                "insert into everything (id, small, app, created_at, words) values (?, ?, ?, ?, ?)",
                null,
                Optional.empty(),
                Optional.<Ref>empty(),
                Optional.<Instant>empty(),
                null));

        Nothings nothings = database.tx(tx -> tx.one(Nothings.class, "select * from everything where id is null"))
                .orElseThrow();

        assertThat(nothings)
                .isEqualTo(new Nothings(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void anOptionalHoldsWhatThereIs() {
        database.tx(tx -> tx.update(
                "insert into everything (id, small, state, words) values ('e4', ?, ?, ?)",
                Optional.of(7),
                Optional.of(State.RUNNING),
                Optional.of(List.of("a"))));

        Nothings row = database.tx(tx -> tx.one(Nothings.class, "select * from everything where id = 'e4'"))
                .orElseThrow();

        assertThat(row.small()).contains(7);
        assertThat(row.state()).contains(State.RUNNING);
        assertThat(row.words()).contains(List.of("a"));
    }

    @Test
    void anEmptyListIsWhatItsColumnIs() {
        database.tx(
                tx -> tx.update("insert into everything (id, words, ports) values ('e5', ?, ?)", List.of(), List.of()));

        assertThat(database.<Words>tx(tx -> tx.one(Words.class, "select words from everything where id = 'e5'")
                                .orElseThrow())
                        .words())
                .isEmpty();
        assertThat(database.<Ports>tx(tx -> tx.one(Ports.class, "select ports from everything where id = 'e5'")
                                .orElseThrow())
                        .ports())
                .isEmpty();
        assertThat(fixture.peek("select ports from types.everything where id = 'e5'"))
                .containsExactly("[]");
    }

    @Test
    void aListIsAnArgumentOfAny() {
        database.tx(tx -> tx.update("insert into everything (id, small) values ('e6', 66)"));

        assertThat(database.<Small>tx(tx -> tx.one(
                                        Small.class,
                                        "select small from everything where id = any(?) and small = any(?)",
                                        List.of("e6", "x"),
                                        List.of(66, 67))
                                .orElseThrow())
                        .small())
                .isEqualTo(66);
    }

    @Test
    void aJsonbColumnMayHoldAListOfTexts() {
        assertThat(database.<Words>tx(tx -> tx.one(Words.class, "select '[\"a\", \"b\"]'::jsonb as words")
                                .orElseThrow())
                        .words())
                .containsExactly("a", "b");
    }

    @Test
    void enumsAreReadWithDashesToo() {
        assertThat(database.<Stated>tx(tx -> tx.one(Stated.class, "select 'rolling-back' as state")
                                .orElseThrow())
                        .state())
                .isEqualTo(State.ROLLING_BACK);
        assertThatThrownBy(() -> database.tx(tx -> tx.one(Stated.class, "select 'gone' as state")))
                .hasMessageContaining("'state' of Stated does not fit: 'gone' is no State");
    }

    @Test
    void whatJsonbHasMoreOrLessIsNoMistakeWhereItMayBe() {
        assertThat(database.<Ports>tx(tx -> tx.one(
                                        Ports.class,
                                        """
                select '[{"number": 1, "state": "running", "new": {"a": [1]}, "protocol": null}]'::jsonb as ports
                """)
                                .orElseThrow())
                        .ports())
                .containsExactly(new Port(1, Optional.empty(), State.RUNNING));
        assertThatThrownBy(() -> database.tx(tx -> tx.one(Ports.class, "select '[{}]'::jsonb as ports")))
                .hasMessageContaining("nothing for 'number' of Port");
        assertThatThrownBy(() -> database.tx(tx -> tx.one(Ports.class, "select '{}'::jsonb as ports")))
                .hasMessageContaining("START_ARRAY");
    }

    @Test
    void nullForAPrimitiveIsSaid() {
        assertThatThrownBy(() -> database.tx(tx -> tx.one(Small.class, "select null::int as small")))
                .hasMessageContaining("nothing for 'small' of Small; make it an Optional");
    }

    @Test
    void aComponentWithoutAColumnIsSaid() {
        assertThatThrownBy(() -> database.tx(tx -> tx.list(Missing.class, "select 1 as small")))
                .hasMessageContaining("no column for 'nowhere' of Missing");
    }

    @Test
    void whatCannotBeARowOrAnArgumentIsSaid() {
        assertThatThrownBy(() -> database.tx(tx -> tx.list(Hidden.class, "select 1 as small")))
                .hasMessageContaining("must be a public record");
        assertThatThrownBy(() -> database.tx(tx -> tx.list(Odd.class, "select 1 as small")))
                .hasMessageContaining("java.lang.Object");
        assertThatThrownBy(() -> database.tx(tx -> tx.update("select ?", new Object())))
                .hasMessageContaining("cannot take a java.lang.Object");
        assertThatThrownBy(() -> database.tx(
                        tx -> tx.batch("insert into everything (id) values (:name)", List.of(new Generated("x")))))
                .hasMessageContaining(":name");
    }

    @Test
    void longAndStrangeTextsComeBack() {
        for (String text : List.of("x".repeat(1 << 20), "\u2028 😀 \r\n ' \" \\ ${} :name ? ??", "")) {
            database.tx(tx -> tx.update("insert into everything (id) values (?)", text));

            assertThat(database.<Optional<Generated>>tx(
                            tx -> tx.one(Generated.class, "select id from everything where id = ?", text)))
                    .contains(new Generated(text));
        }
    }

    private static Everything everything(String id) {
        Port port = new Port(8080, Optional.of("tcp"), State.ROLLING_BACK);
        Check check = new Check(
                List.of("curl", "-f"),
                Duration.ofMillis(1500),
                AT,
                APP,
                Optional.of(port),
                Map.of("a", "b"),
                new BigDecimal("1.50"),
                Long.MAX_VALUE,
                0.25,
                true);
        return new Everything(
                id,
                1,
                1L << 40,
                0.5,
                true,
                new BigDecimal("12.34"),
                BigInteger.TEN.pow(30),
                AT,
                Duration.ofMillis(1234),
                APP,
                State.ROLLING_BACK,
                List.of("a", "b,\"c\"", ""),
                Map.of("k", "v"),
                port,
                List.of(port, new Port(1, Optional.empty(), State.RUNNING)),
                check,
                List.of(APP),
                List.of(State.RUNNING, State.ROLLING_BACK),
                List.of(1L, 2L),
                new byte[] {0, 1, -1},
                0.125f,
                (short) 7);
    }

    private static Everything read(String id) {
        return database.tx(tx -> tx.one(Everything.class, "select * from everything where id = ?", id))
                .orElseThrow();
    }
}
