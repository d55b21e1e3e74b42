package io.openpanel.kernel.internal.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Intents that a crash left without an outcome are found, and a start does not take longer with the length of the trail. */
@ExtendWith(OpenPanelExtension.class)
class UnansweredTest {
    /** More rows than are looked at in one statement. */
    private static final int CALLS = 12_000;

    private final TestPanel panel;
    private Trail trail;
    private Unanswered now;
    private Unanswered later;

    UnansweredTest(TestPanel panel) {
        this.panel = panel;
    }

    @BeforeEach
    void open() throws SQLException {
        panel.awaitActions("audit.verify");
        trail = new Trail(panel);
        InstantSource clock = InstantSource.system();
        now = new Unanswered(trail.database, clock);
        later = new Unanswered(trail.database, () -> clock.instant().plus(Duration.ofHours(2)));
        now.close();
    }

    @AfterEach
    void close() throws SQLException {
        trail.close();
    }

    private void begin(String call) {
        trail.tamper(
                "insert into audit (call_id, phase, at, caller, caller_name, surface, address, request_id, action,"
                        + " resources) values (?, 'intent', clock_timestamp(), 'user:ann', 'Ann', 'rest', '10.0.0.1', 'r', 'note.add',"
                        + " array['note:1'])",
                call);
    }

    private long outcomes(String call) {
        return trail.number("select count(*) from audit where phase = 'outcome' and outcome = 'unknown'"
                + " and detail = 'The panel ended while this ran' and call_id = '" + call + "'");
    }

    private long settled() {
        return trail.number("select seq from audit_settled");
    }

    private long seqOf(String call) {
        return trail.number("select seq from audit where phase = 'intent' and call_id = '" + call + "'");
    }

    @Test
    void eachIsClosedOnceHoweverMuchCameAfterIt() {
        begin("early");
        trail.fill(CALLS);
        begin("late");

        now.close();
        now.close();

        assertThat(outcomes("early")).isOne();
        assertThat(outcomes("late")).isOne();
        assertThat(trail.number("select count(*) from audit where outcome = 'unknown' and call_id like 'call-%'"))
                .isZero();
        assertThat(settled()).isGreaterThan(seqOf("late"));
    }

    @Test
    void whatIsAnsweredIsRememberedWhileThePanelRunsAndWhatIsOpenIsNotPassedOver() {
        trail.fill(CALLS);
        long before = settled();
        now.settle();
        assertThat(settled()).as("rows of this hour are left alone").isEqualTo(before);

        begin("running");
        trail.fill(10);
        later.settle();
        assertThat(settled()).isEqualTo(seqOf("running") - 1);

        now.close();
        assertThat(outcomes("running")).isOne();
    }
}
