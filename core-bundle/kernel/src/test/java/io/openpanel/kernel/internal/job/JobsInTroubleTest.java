package io.openpanel.kernel.internal.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;

/** Jobs whose database or whose plugin does not do what it should. */
@ExtendWith(OpenPanelExtension.class)
@Tag("slow")
class JobsInTroubleTest {
    private static final Principal OWNER = TestPanel.local(Ref.create("team"));
    private static TestPanel panel;
    private static final Mills MILLS = new Mills();

    public record Ground(String what) {}

    public static final class Mills implements Extension {
        final CountDownLatch turning = new CountDownLatch(1);
        final CountDownLatch stopped = new CountDownLatch(1);

        @Action(value = "mill.grind", summary = "Grinds", effect = Effect.CHANGE, job = true)
        public Ground grind() {
            return new Ground("flour");
        }

        @Action(value = "mill.turn", summary = "Turns until it is stopped", effect = Effect.CHANGE, job = true)
        public Ground turn(Call call) throws InterruptedException {
            call.onCancel(() -> {
                stopped.countDown();
                throw new IllegalStateException("the brake broke");
            });
            turning.countDown();
            assertThat(stopped.await(20, TimeUnit.SECONDS)).isTrue();
            throw new Problem(Problem.Kind.CONFLICT, "stopped");
        }
    }

    @BeforeAll
    static void install(TestPanel started) {
        panel = started;
        Bundle bundle = panel.plugin(
                "mills", List.of(), Map.of("OPENPANEL-INF/roles.yaml", "mill.grind: [owner]\nmill.turn: [owner]\n"));
        bundle.getBundleContext().registerService(Extension.class, MILLS, null);
        panel.awaitActions("mill.grind", "mill.turn", "job.get");
    }

    private static Ref start(String action) {
        return ((Gateway.Reply.Accepted) panel.call(OWNER, action, "{}")).job();
    }

    private static void awaitState(Ref job, String state) {
        TestPanel.await(
                job + " is " + state,
                () -> panel.json(OWNER, "job.get", "{\"job\":\"" + job + "\"}").contains("\"state\":\"" + state + '"'),
                Duration.ofSeconds(60));
    }

    @Test
    void anAttemptThatTheDatabaseDidNotLetBeginIsFollowedByAnother() throws Exception {
        Ref job;
        try (Connection other = panel.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("lock table kernel.job_log in access exclusive mode");
            job = start("mill.grind");
            TestPanel.await("the attempt waits for the log", () -> waiting(statement) > 0);
            TestPanel.await("the attempt is given up", () -> waiting(statement) == 0, Duration.ofSeconds(30));
            other.rollback();
        }
        awaitState(job, "done");
    }

    private static int waiting(Statement statement) {
        try (ResultSet locks = statement.executeQuery(
                "select count(*) from pg_locks where not granted and relation = 'kernel.job_log'::regclass")) {
            locks.next();
            return locks.getInt(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void whoeverCancelsHearsNothingOfAFailureToStopInThePluginAndTheJobEnds() throws Exception {
        Ref job = start("mill.turn");
        assertThat(MILLS.turning.await(20, TimeUnit.SECONDS)).isTrue();
        panel.json(OWNER, "job.cancel", "{\"job\":\"" + job + "\"}");
        awaitState(job, "cancelled");
    }
}
