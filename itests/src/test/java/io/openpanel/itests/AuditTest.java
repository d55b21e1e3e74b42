package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A long audit trail in a running panel, and somebody who owns its database and not its key. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuditTest {
    private static final int ROWS = Figure.all() ? 1_000_000 : 200_000;
    private static final int TOUCHED = 100;
    private static final int CHUNKS = 10;
    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final String COLUMNS = "call_id, phase, at, team_id, caller, caller_name, via, surface, address,"
            + " request_id, action, resources, input, outcome, detail";

    private static Panel panel;
    private static Connection owner;

    @BeforeAll
    static void start() throws SQLException {
        panel = Panel.start();
        owner = panel.connect();
        owner.setAutoCommit(false);
        execute("set search_path = kernel; alter table audit no force row level security");
        owner.commit();
    }

    @AfterAll
    static void stop() throws SQLException {
        owner.close();
        panel.close();
    }

    private static void execute(String sql) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<Long> numbers(String sql) {
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<Long> numbers = new ArrayList<>();
            while (rows.next()) {
                numbers.add(rows.getLong(1));
            }
            owner.commit();
            return numbers;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Two rows for a call, as the gateway writes them; numbers stay free between the chunks. */
    private static void fill(int rows) throws SQLException {
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            execute(
                    """
                    insert into audit (call_id, phase, at, caller, caller_name, surface, address, request_id, action,
                                       resources, input, outcome)
                    select substr(md5(%1$d || '.' || call), 1, 16), phase, clock_timestamp(), 'user:0123456789abcdef',
                           'somebody', 'rest', '192.0.2.7', md5(call::text), 'variable.set', array['app:0123456789abcdef'],
                           case phase when 'intent' then jsonb_build_object('app', 'app:0123456789abcdef', 'name', 'V' || call) end,
                           case phase when 'outcome' then 'done' end
                    from generate_series(1, %2$d) call, (values ('intent'), ('outcome')) p (phase)
                    """
                            .formatted(chunk, rows / CHUNKS / 2));
            execute("select setval('audit_seq_seq', (select last_value + %d from audit_seq_seq))"
                    .formatted(TOUCHED / CHUNKS + 1));
        }
        owner.commit();
    }

    private static Duration awaitSealed(Duration longest) {
        // Whatever is written through the gateway wakes the sealer; the rows of the test come from beside it.
        panel.owner();
        return Wait.until("all rows are sealed", longest, () -> numbers(
                        "select count(*) from audit where caller = 'user:0123456789abcdef' and seq >"
                                + " (select coalesce(max(seq), 0) from audit_chain)")
                .equals(List.of(0L)));
    }

    private static List<Long> some(int count) {
        return numbers("select seq from audit where caller = 'user:0123456789abcdef' and seq % 7 = " + count % 7
                + " order by md5(seq::text) limit " + count);
    }

    /** The result of audit.verify, through the API. */
    private static JsonNode verify() {
        Api api = panel.owner();
        String job = api.post("/api/v1/audit/verify", Map.of())
                .ok()
                .json()
                .get("job")
                .asText();
        JsonNode ended = api.await(job, Duration.ofMinutes(5));
        assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("done");
        return ended.get("result");
    }

    private static void assertNamed(String what, List<Long> expected) {
        JsonNode result = verify();
        assertThat(result.get("verdict").asText()).as(result.toString()).isEqualTo("tampered");
        TreeSet<Long> named = new TreeSet<>();
        result.get("found").forEach(fault -> {
            assertThat(fault.get("what").asText()).as(fault.toString()).isEqualTo(what);
            assertThat(fault.path("call").asText()).as(fault.toString()).hasSize(16);
            assertThat(fault.path("action").asText()).as(fault.toString()).isEqualTo("variable.set");
            named.add(fault.get("seq").asLong());
            if (fault.path("other").isNumber()) {
                named.add(fault.get("other").asLong());
            }
        });
        assertThat(named).containsExactlyElementsOf(new TreeSet<>(expected));
        assertThat(result.get("faults").asInt()).isEqualTo(result.get("found").size());
    }

    private static String list(List<Long> rows) {
        return rows.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static void keep(List<Long> rows) throws SQLException {
        execute("create table kept as select * from audit where seq in (" + list(rows) + ")");
    }

    private static void putBack() throws SQLException {
        execute("delete from audit where seq in (select seq from kept)");
        execute("insert into audit (seq, " + COLUMNS + ") overriding system value select seq, " + COLUMNS
                + " from kept; drop table kept");
        owner.commit();
    }

    @Test
    @Order(1)
    void aLongTrailIsSealedSoonAndVerifiedInTime() throws SQLException {
        long start = System.nanoTime();
        fill(ROWS);
        Duration filled = Duration.ofNanos(System.nanoTime() - start);
        Duration sealed = awaitSealed(Duration.ofMinutes(15));
        long begun = System.nanoTime();
        JsonNode result = verify();
        Duration verified = Duration.ofNanos(System.nanoTime() - begun);
        Figure.say(ROWS + " rows filled in " + filled.toSeconds() + " s, sealed in " + sealed.toSeconds() + " s ("
                + ROWS / Math.max(1, sealed.toSeconds()) + "/s), verified in " + verified.toMillis() + " ms");
        assertThat(result.get("verdict").asText()).as(result.toString()).isEqualTo("intact");
        assertThat(result.get("rows").asInt()).isGreaterThanOrEqualTo(ROWS);
        assertThat(result.get("checkpoints").asInt()).isGreaterThanOrEqualTo(ROWS / 1_000);
        assertThat(verified).isLessThan(LONGEST);
    }

    @Test
    @Order(2)
    void whatAPersonDoesIsSealedWithinASecondOrTwo() {
        Api api = panel.owner();
        api.post("/api/v1/projects", Map.of("name", "sealed")).ok();
        Duration took = Wait.until("the call is sealed", Duration.ofSeconds(3), () -> api.get("/api/v1/audit?limit=1")
                .ok()
                .json()
                .at("/items/0/position")
                .isNumber());
        Figure.say("a call is sealed after " + took.toMillis() + " ms");
    }

    @Test
    @Order(3)
    void theCommandLineSaysSo() {
        panel.logIn();
        Panel.Ran ran = panel.cli("audit", "verify");
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        assertThat(ran.output()).contains("intact: ", " rows and ", " checkpoints checked, 0 faults");
        assertThat(Files.exists(panel.home.resolve("log/audit-checkpoints.jsonl")))
                .isTrue();
    }

    @Test
    @Order(4)
    void aPanelKilledWhileItSealsGoesOnWhereItWas() throws SQLException {
        long before = numbers("select count(*) from audit_chain").get(0);
        fill(50_000);
        Wait.until(
                "it has begun",
                Duration.ofSeconds(30),
                () -> numbers("select count(*) from audit_chain").get(0) > before + 1_000);
        panel.kill("panel");
        panel.awaitReady(Duration.ofMinutes(1));
        awaitSealed(Duration.ofMinutes(2));
        assertThat(verify().get("verdict").asText()).isEqualTo("intact");
    }

    @Test
    @Order(5)
    void eachChangedRowIsNamed() throws SQLException {
        List<Long> rows = some(TOUCHED);
        keep(rows);
        execute("update audit set caller_name = 'nobody' where seq in (" + list(rows) + ")");
        owner.commit();
        assertNamed("changed", rows);
        Panel.Ran ran = panel.cli("audit", "verify");
        assertThat(ran.exitCode()).as("a script goes by it").isEqualTo(1);
        assertThat(ran.output()).contains("changed row " + new TreeSet<>(rows).first(), "Verdict: tampered");
        putBack();
    }

    @Test
    @Order(6)
    void eachRemovedRowIsNamed() throws SQLException {
        List<Long> rows = some(TOUCHED + 1).subList(0, TOUCHED);
        keep(rows);
        execute("delete from audit where seq in (" + list(rows) + ")");
        owner.commit();
        assertNamed("removed", rows);
        putBack();
    }

    @Test
    @Order(7)
    void eachSwappedRowIsNamed() throws SQLException {
        List<Long> rows = some(2 * TOUCHED);
        keep(rows);
        Map<Long, Long> other = new TreeMap<>();
        for (int i = 0; i < rows.size(); i += 2) {
            other.put(rows.get(i), rows.get(i + 1));
            other.put(rows.get(i + 1), rows.get(i));
        }
        String pairs = other.entrySet().stream()
                .map(each -> "(" + each.getKey() + "::bigint," + each.getValue() + "::bigint)")
                .collect(Collectors.joining(","));
        execute("delete from audit where seq in (" + list(rows) + ")");
        execute("insert into audit (seq, " + COLUMNS + ") overriding system value select other, " + COLUMNS
                + " from kept join (values " + pairs + ") p (one, other) on one = seq");
        owner.commit();
        assertNamed("swapped", rows);
        putBack();
    }

    @Test
    @Order(8)
    void eachInsertedRowIsNamed() throws SQLException {
        List<Long> free = numbers("select n from generate_series(1, (select max(seq) from audit_chain)) n"
                + " where not exists (select from audit where seq = n) order by n limit " + TOUCHED);
        assertThat(free).hasSize(TOUCHED);
        execute("insert into audit (seq, " + COLUMNS + ") overriding system value select n, " + COLUMNS
                + " from audit, unnest(array[" + list(free) + "]) n where seq = " + some(1).get(0));
        owner.commit();
        assertNamed("inserted", free);
        execute("delete from audit where seq in (" + list(free) + ")");
        owner.commit();
        assertThat(verify().get("verdict").asText()).isEqualTo("intact");
    }
}
