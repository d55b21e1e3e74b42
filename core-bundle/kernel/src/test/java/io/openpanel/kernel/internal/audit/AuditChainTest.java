package io.openpanel.kernel.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.audit.Fault.What;
import io.openpanel.kernel.internal.audit.Verifier.Verdict;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The chain over the audit trail, with a panel of its own for each test, and its database's owner as the thief. */
@Tag("slow")
class AuditChainTest {
    private static final int CALLS = 1_100;
    private static final String COLUMNS = "call_id, phase, at, team_id, caller, caller_name, via, surface, address,"
            + " request_id, action, resources, input, outcome, detail";

    private final Random random = new Random(7);
    private TestPanel panel;
    private Trail trail;

    @BeforeEach
    void start() throws SQLException {
        panel = new TestPanel();
        panel.awaitActions("audit.verify");
        trail = new Trail(panel);
    }

    @AfterEach
    void stop() throws SQLException {
        trail.close();
        panel.close();
    }

    private void fillAndSeal() {
        trail.fill(CALLS);
        trail.seal();
        trail.sealer.checkpoint();
    }

    private List<Long> some(int count) {
        List<Long> all = new ArrayList<>(
                LongStream.rangeClosed(2, 2L * CALLS - 1).boxed().toList());
        java.util.Collections.shuffle(all, random);
        return all.subList(0, count).stream().sorted().toList();
    }

    private void assertFound(What what, List<Long> rows) {
        Verifier.Report report = trail.verify();
        assertThat(report.verdict()).isEqualTo(Verdict.TAMPERED);
        assertThat(report.found()).extracting(Fault::what).containsOnly(what);
        assertThat(report.found()).extracting(Fault::seq).containsExactlyElementsOf(rows);
        assertThat(report.faults()).isEqualTo(rows.size());
    }

    @Test
    void anEmptyTrailIsIntact() {
        Verifier.Report report = trail.verify();
        assertThat(report.verdict()).isEqualTo(Verdict.INTACT);
        assertThat(report.rows()).isZero();
    }

    @Test
    void whatWasSealedIsSignedAndIntact() throws IOException {
        fillAndSeal();
        Verifier.Report report = trail.verify();
        assertThat(report.found()).isEmpty();
        assertThat(report.verdict()).isEqualTo(Verdict.INTACT);
        assertThat(report.rows()).isEqualTo(2L * CALLS);
        assertThat(report.checkpoints()).isEqualTo(3);
        assertThat(report.waiting()).isZero();
        assertThat(Files.readAllLines(panel.home().resolve("log/audit-checkpoints.jsonl")))
                .hasSize(3)
                .allMatch(line -> line.contains("\"public\":\"M"));
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(panel.home().resolve("keys/audit"))))
                .isEqualTo("rw-------");
    }

    @Test
    void theActionNamesWhatWasChangedToWhoeverMaySeeIt() {
        Ref team = Ref.create("team");
        String first = verifyByAction(team);
        assertThat(first).contains("\"verdict\":\"intact\"", "\"faults\":0");
        TestPanel.await("the panel seals by itself", () -> panel.json(TestPanel.local(team), "audit.list", "{}")
                .contains("\"position\":1"));

        trail.tamper("update audit set caller = 'user:eve' where seq = 1");
        assertThat(verifyByAction(team))
                .contains(
                        "\"verdict\":\"tampered\"",
                        "\"seq\":1,\"call\":\"",
                        "\"what\":\"changed\",\"action\":\"audit.verify\",\"caller\":\"user:eve\"");
    }

    private String verifyByAction(Ref team) {
        String job = ((Gateway.Reply.Accepted) panel.call(TestPanel.local(team), "audit.verify", "{}"))
                .job()
                .toString();
        String[] json = {""};
        TestPanel.await(job + " ends", () -> {
            json[0] = panel.json(TestPanel.local(team), "job.get", "{\"job\":\"" + job + "\"}");
            return json[0].contains("\"verdict\"");
        });
        return json[0];
    }

    @Test
    void aChangeOfAnyColumnIsFound() {
        fillAndSeal();
        List<String> changes = List.of(
                "call_id = call_id || 'x'",
                "phase = 'Intent'",
                "at = at + interval '1 microsecond'",
                "at = 'infinity'",
                "team_id = '0000000000000000'",
                "caller = 'user:eve'",
                "caller_name = ''",
                "via = ''",
                "surface = 'cli'",
                "address = '10.0.0.2'",
                "request_id = ''",
                "action = 'note.delete'",
                "resources = array[resources[1] || ',' || resources[2]]",
                "resources = array[resources]",
                "input = '{}'",
                "input = input || '{\"size\": 1.50}'",
                "outcome = ''",
                "detail = ''");
        for (String change : changes) {
            trail.tamper("create table kept as select * from audit where seq = 1001");
            trail.tamper("update audit set " + change + " where seq = 1001");
            assertFound(What.CHANGED, List.of(1001L));
            trail.tamper("update audit set (" + COLUMNS + ") = (select " + COLUMNS + " from kept) where seq = 1001");
            trail.tamper("drop table kept");
            assertThat(trail.verify().verdict()).as(change).isEqualTo(Verdict.INTACT);
        }
    }

    @Test
    void eachChangedRowIsNamed() {
        fillAndSeal();
        List<Long> rows = some(20);
        rows.forEach(row -> trail.tamper("update audit set detail = 'x' where seq = ?", row));
        assertFound(What.CHANGED, rows);
        assertThat(trail.verify().found())
                .extracting(each -> each.row().orElseThrow().action())
                .containsOnly("note.add");
    }

    @Test
    void eachRemovedRowIsNamedWithItsCall() {
        fillAndSeal();
        List<Long> rows = some(20);
        long call = trail.number("select substr(call_id, 6) from audit where seq = " + rows.get(0));
        rows.forEach(row -> trail.tamper("delete from audit where seq = ?", row));
        assertFound(What.REMOVED, rows);
        Fault first = trail.verify().found().get(0);
        assertThat(first.callId()).contains("call-" + call);
        assertThat(first.row().orElseThrow().caller()).isEqualTo("user:ann");
    }

    @Test
    void anEmptiedTableIsFoundAndCounted() {
        fillAndSeal();
        trail.tamper("truncate audit");
        Verifier.Report report = trail.verify();
        assertThat(report.faults()).isEqualTo(2L * CALLS);
        assertThat(report.found()).hasSize(100).extracting(Fault::what).containsOnly(What.REMOVED);
    }

    @Test
    void eachInsertedRowIsNamed() {
        trail.fill(CALLS / 2);
        // Numbers that a rolled back call has left free.
        trail.tamper("select setval('audit_seq_seq', (select max(seq) + 20 from audit))");
        long free = CALLS + 1;
        trail.fill(CALLS / 2);
        fillAndSeal();
        List<Long> rows = LongStream.range(free, free + 20).boxed().toList();
        rows.forEach(this::insert);
        trail.seal();
        assertFound(What.INSERTED, rows);
    }

    @Test
    void aRowWithANumberThatNobodyWasGivenIsNamed() {
        fillAndSeal();
        insert(-5);
        insert(1_000_000);
        trail.sealer.sealAll();
        assertFound(What.INSERTED, List.of(-5L, 1_000_000L));
    }

    private void insert(long seq) {
        trail.tamper(
                "insert into audit (seq, " + COLUMNS + ") overriding system value select ?, " + COLUMNS
                        + " from audit where seq = 5",
                seq);
    }

    @Test
    void eachPairOfSwappedRowsIsNamed() {
        fillAndSeal();
        List<Long> rows = some(20);
        for (int i = 0; i < rows.size(); i += 2) {
            swap(rows.get(i), rows.get(i + 1));
        }
        Verifier.Report report = trail.verify();
        assertThat(report.found()).extracting(Fault::what).containsOnly(What.SWAPPED);
        assertThat(report.found())
                .extracting(Fault::seq, each -> each.other().orElseThrow())
                .containsExactlyElementsOf(LongStream.range(0, 10)
                        .mapToObj(i -> tuple(rows.get((int) i * 2), rows.get((int) i * 2 + 1)))
                        .toList());
    }

    private void swap(long one, long other) {
        trail.tamper(
                "update audit a set (" + COLUMNS + ") = (select " + COLUMNS
                        + " from audit b where b.seq = case a.seq when ? then ? else ? end) where a.seq in (?, ?)",
                one,
                other,
                one,
                one,
                other);
    }

    @Test
    void aChainMadeAnewDoesNotFitTheCheckpoints() {
        fillAndSeal();
        trail.tamper("update audit set detail = 'x' where seq = 1500");
        trail.tamper("delete from audit_chain where seq >= 1500");
        trail.seal();
        Verifier.Report report = trail.verify();
        assertThat(report.found()).extracting(Fault::what).containsExactly(What.REWRITTEN);
        assertThat(report.found().get(0).seq()).isLessThan(1500);
        assertThat(report.found().get(0).other().orElseThrow()).isGreaterThanOrEqualTo(1500);
    }

    @Test
    void aCutOffEndIsFoundByTheCheckpointsAndByTheFileAlone() {
        fillAndSeal();
        trail.tamper("delete from audit where seq > 1900; delete from audit_chain where seq > 1900");
        assertThat(trail.verify().found())
                .filteredOn(each -> each.what() == What.CUT_OFF)
                .extracting(Fault::seq, each -> each.other().orElseThrow())
                .containsExactly(tuple(1900L, 2L * CALLS));
        trail.tamper("delete from audit_checkpoint where position > 1900");
        assertThat(trail.verify().found()).extracting(Fault::what).contains(What.CUT_OFF);
    }

    @Test
    void removedCheckpointsAreMissed() throws IOException {
        fillAndSeal();
        trail.tamper("truncate audit_checkpoint");
        Files.delete(trail.checkpoints.file());
        assertThat(trail.verify().found()).extracting(Fault::what).containsExactly(What.UNCOVERED);
    }

    @Test
    void entriesOfTheChainThatWereChangedOrRemovedAreFoundAndTheirRowsNotAccused() {
        fillAndSeal();
        trail.tamper("update audit_chain set hash = decode(repeat('00', 32), 'hex') where seq = 700");
        trail.tamper("delete from audit_chain where seq in (900, 901)");
        assertThat(trail.verify().found())
                .extracting(Fault::what, Fault::seq)
                .containsExactly(tuple(What.CHAIN, 700L), tuple(What.CHAIN, 899L));
        trail.tamper("update audit_chain set seq = 5000 where seq = 1200");
        assertThat(trail.verify().found())
                .extracting(Fault::what, Fault::seq)
                .contains(tuple(What.CHAIN, 5000L), tuple(What.INSERTED, 1200L))
                .hasSize(4);
    }

    @Test
    void aForgedCheckpointIsNamed() {
        fillAndSeal();
        trail.tamper("update audit_checkpoint set at = at - interval '1 day' where position = 1000");
        assertThat(trail.verify().found())
                .extracting(Fault::what, Fault::seq)
                .containsExactly(tuple(What.FORGED, 1000L));
    }

    @Test
    void aRowThatCommitsLateIsSealedInItsPlaceAndHoldsNobodyUp() throws SQLException {
        fillAndSeal();
        long before = trail.number("select count(*) from audit_chain");
        try (Connection late = panel.connect();
                Statement statement = late.createStatement()) {
            late.setAutoCommit(false);
            statement.execute("set search_path = kernel; insert into audit (" + COLUMNS + ") select " + COLUMNS
                    + " from audit where seq = 5");
            trail.fill(10);
            assertThat(trail.sealer.sealAll()).isFalse();
            assertThat(trail.sealer.sealAll()).isFalse();
            assertThat(trail.number("select count(*) from audit_chain")).isEqualTo(before);
            late.commit();
        }
        trail.seal();
        assertThat(trail.number("select count(*) from audit_chain")).isEqualTo(before + 21);
        assertThat(trail.number("select count(*) from audit_chain c join audit_chain d on d.position = c.position + 1"
                        + " where d.seq < c.seq"))
                .isZero();
        assertThat(trail.verify().verdict()).isEqualTo(Verdict.INTACT);
    }

    @Test
    void sealersOfSeveralPanelsTakeTurns() throws SQLException {
        try (Trail other = new Trail(panel)) {
            for (int i = 0; i < 5; i++) {
                trail.fill(1_000);
                CompletableFuture.allOf(
                                CompletableFuture.runAsync(trail.sealer::sealAll),
                                CompletableFuture.runAsync(other.sealer::sealAll))
                        .join();
            }
            trail.seal();
            assertThat(trail.number("select max(position) from audit_chain")).isEqualTo(10_000);
            assertThat(trail.verify().verdict()).isEqualTo(Verdict.INTACT);
        }
    }

    @Test
    void aBatchThatEndsInTheMiddleIsSealedAgainFromItsBeginning() {
        trail.tamper(
                """
                create function fail() returns trigger language plpgsql as
                    $$ begin raise exception 'the server is going down'; end $$;
                create trigger fail before insert on audit_chain for each row when (new.seq = 777) execute function fail()
                """);
        trail.fill(CALLS);
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 100; i++) {
                        trail.sealer.sealAll();
                    }
                })
                .isInstanceOf(RuntimeException.class);
        assertThat(trail.number("select count(*) from audit_chain")).isZero();
        trail.tamper("drop trigger fail on audit_chain");
        fillAndSeal();
        assertThat(trail.verify().verdict()).isEqualTo(Verdict.INTACT);
    }

    @Test
    void aLostKeyIsSaidAndProvesNothing() throws Exception {
        fillAndSeal();
        Path key = panel.home().resolve("keys/audit");
        Path away = key.resolveSibling("away");
        Files.move(key, away);
        try (Trail restarted = new Trail(panel)) {
            Verifier.Report report = restarted.verify();
            assertThat(report.verdict()).isEqualTo(Verdict.UNPROVEN);
            assertThat(report.found().get(0).detail()).contains("3 checkpoints", key.toString(), "put that key back");
            restarted.fill(1_000);
            restarted.seal();
            restarted.sealer.checkpoint();
            assertThat(key).exists();
            assertThat(restarted.verify().verdict()).isEqualTo(Verdict.UNPROVEN);
        }
    }

    @Test
    void aKeyThatCannotBeReadStopsTheCheckpointsAndNotTheChain() throws Exception {
        fillAndSeal();
        Path home = Files.createDirectories(panel.home().resolve("other"));
        Files.createDirectories(home.resolve("keys"));
        Files.writeString(home.resolve("keys/audit"), "nonsense");
        Files.createDirectories(home.resolve("log"));
        try (Trail other = new Trail(panel, home)) {
            other.fill(10);
            other.seal();
            other.sealer.checkpoint();
            assertThatThrownBy(other::verify)
                    .hasMessageContaining(home.resolve("keys/audit").toString());
        }
    }

    @Test
    void theFileIsMadeWholeAfterACrash() throws IOException, SQLException {
        fillAndSeal();
        Path file = trail.checkpoints.file();
        List<String> lines = Files.readAllLines(file);
        Files.writeString(file, lines.get(0) + "\n" + lines.get(1).substring(0, 40));
        try (Trail restarted = new Trail(panel)) {
            restarted.checkpoints.writeFile();
            assertThat(Files.readAllLines(file)).containsAll(lines);
            assertThat(restarted.verify().verdict()).isEqualTo(Verdict.INTACT);
        }
        Files.writeString(file, "{\"position\":1000,\"seq\":1,\"hash\":\"00\"}\n", StandardOpenOption.APPEND);
        assertThat(trail.verify().verdict()).isEqualTo(Verdict.INTACT);
    }

    @Test
    void theApplicationCanNeitherChangeNorRemoveAnEntry() {
        fillAndSeal();
        for (String statement : List.of(
                "update audit_chain set seq = 1",
                "delete from audit_chain",
                "truncate audit_chain",
                "update audit_checkpoint set seq = 1",
                "delete from audit_checkpoint")) {
            assertThatThrownBy(() -> trail.database.tx(tx -> tx.update(statement)))
                    .hasMessageContaining("denied");
        }
    }
}
