package io.openpanel.kernel.internal.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Extension;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;

/** Calls with an idempotency key, with a real database that does not always do what it should. */
@ExtendWith(OpenPanelExtension.class)
@Tag("slow")
class RepeatedCallsTest {
    private static final Principal OWNER = TestPanel.local(Ref.create("team"));
    private static final AtomicInteger STRUCK = new AtomicInteger();
    private static volatile Runnable meanwhile = () -> {};
    private static TestPanel panel;

    public record Struck(int times) {}

    public static final class Bells implements Extension {
        @Action(value = "bell.strike", summary = "Strikes a bell", effect = Effect.CHANGE)
        public Struck strike() {
            meanwhile.run();
            return new Struck(STRUCK.incrementAndGet());
        }

        @Action(value = "bell.cast", summary = "Casts a bell and gives its drawing", effect = Effect.CHANGE)
        public InputStream cast() {
            return new ByteArrayInputStream("a bell".getBytes(StandardCharsets.UTF_8));
        }
    }

    @BeforeAll
    static void install(TestPanel started) {
        panel = started;
        Bundle bundle = panel.plugin(
                "bells", List.of(), Map.of("OPENPANEL-INF/roles.yaml", "bell.strike: [owner]\nbell.cast: [owner]\n"));
        bundle.getBundleContext().registerService(Extension.class, new Bells(), null);
        panel.awaitActions("bell.strike", "bell.cast");
    }

    private static Gateway.Reply call(String action, String key) {
        return panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        new byte[0],
                        new Gateway.Caller.Known(OWNER),
                        "rest",
                        "",
                        "r",
                        Optional.of(key),
                        Optional.empty()));
    }

    @Test
    void whatWasDoneIsAnsweredAndNotDoneAgainThoughItsAnswerCouldNotBeKept() throws Exception {
        int before = STRUCK.get();
        assertThat(strikeWhileLocked("kernel.idempotency", "once")).isInstanceOf(Gateway.Reply.Done.class);
        Problem again = catchThrowableOfType(Problem.class, () -> call("bell.strike", "once"));
        assertThat(again.kind()).isEqualTo(Problem.Kind.CONFLICT);
        assertThat(STRUCK).hasValue(before + 1);
    }

    @Test
    void whatWasDoneIsAnsweredAndNotDoneAgainThoughItsOutcomeCouldNotBeWritten() throws Exception {
        int before = STRUCK.get();
        assertThat(strikeWhileLocked("kernel.audit", "unwritten")).isInstanceOf(Gateway.Reply.Done.class);
        assertThat(call("bell.strike", "unwritten")).isInstanceOf(Gateway.Reply.Done.class);
        assertThat(STRUCK).hasValue(before + 1);
    }

    /** Nobody else gets to the table from the moment the action runs until it is answered. */
    private static Gateway.Reply strikeWhileLocked(String table, String key) throws SQLException {
        try (Connection other = panel.connect();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            meanwhile = () -> lock(statement, table);
            Gateway.Reply reply = call("bell.strike", key);
            other.rollback();
            return reply;
        } finally {
            meanwhile = () -> {};
        }
    }

    private static void lock(Statement statement, String table) {
        try {
            statement.execute("lock table " + table + " in access exclusive mode");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFileIsNoAnswerToKeep() throws Exception {
        Gateway.Reply.File file = (Gateway.Reply.File) call("bell.cast", "drawn");
        try (InputStream content = file.content()) {
            assertThat(content).hasContent("a bell");
        }
    }
}
