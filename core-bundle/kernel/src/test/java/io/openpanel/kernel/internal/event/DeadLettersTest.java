package io.openpanel.kernel.internal.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Action;
import io.openpanel.api.Event;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.api.Topic;
import io.openpanel.spi.Events;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;

/** What a subscriber fails to hear ten times is set aside, shown, and heard again when somebody says so. */
@Tag("slow")
@ExtendWith(OpenPanelExtension.class)
class DeadLettersTest {
    private static final Ref TEAM = Ref.create("team");
    private static final Principal OWNER = TestPanel.local(TEAM);

    private final TestPanel panel;
    private Bundle bundle;
    private Bells bells;
    private ServiceRegistration<?> registration;

    DeadLettersTest(TestPanel panel) {
        this.panel = panel;
    }

    public record Ring(String text) {}

    @Topic(value = "bell.rung", summary = "A bell was rung")
    public record Rung(String text, Secret secret) {}

    public static final class Bells implements Extension {
        private final Panel panel;
        final AtomicInteger tries = new AtomicInteger();
        final List<String> heard = new CopyOnWriteArrayList<>();
        volatile boolean broken = true;

        Bells(Panel panel) {
            this.panel = panel;
        }

        @Action(value = "bell.ring", summary = "Rings a bell", effect = Action.Effect.CHANGE)
        public void ring(Ring in) {
            panel.database().tx(tx -> {
                tx.publish(new Rung(in.text(), Secret.of("sesame-117")));
                return null;
            });
        }

        @On("bell.rung")
        public void hear(Event event) {
            tries.incrementAndGet();
            if (broken) {
                throw new IllegalStateException("the clapper is missing");
            }
            heard.add(String.valueOf(event.data().get("text")));
        }
    }

    @BeforeEach
    void publish() {
        bundle = panel.plugin(
                "bells",
                List.of(),
                Map.of(
                        "OPENPANEL-INF/roles.yaml",
                        "bell.ring: [owner]\n",
                        "db/V001__bells.sql",
                        "create table bell (id text);"));
        BundleContext context = bundle.getBundleContext();
        bells = new Bells(context.getService(context.getServiceReference(Panel.class)));
        registration = context.registerService(Extension.class, bells, null);
        panel.awaitActions("bell.ring", "dead-letter.replay");
    }

    @AfterEach
    void remove() throws BundleException, SQLException {
        bundle.uninstall();
        sql("delete from kernel.delivery");
    }

    private void sql(String statement) throws SQLException {
        try (Connection owner = panel.connect()) {
            owner.createStatement().execute(statement);
        }
    }

    private String list() {
        return panel.json(OWNER, "dead-letter.list", "{}");
    }

    /** Rings, as if most tries were over. */
    private String deadLetter() {
        return deadLetter(", tries = greatest(tries, 8)");
    }

    /** Rings, and lets the pauses between the tries pass. */
    private String deadLetterOfTenTries() {
        return deadLetter("");
    }

    private String deadLetter(String also) {
        panel.json(OWNER, "bell.ring", "{\"text\":\"ding\"}");
        TestPanel.await("the letter is dead", () -> {
            try {
                sql("update kernel.delivery set due_at = due_at - interval '1 day'" + also + " where not dead");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            return list().contains("dead-letter:");
        });
        return list().replaceAll(".*\"letter\":\"(dead-letter:\\d+)\".*", "$1");
    }

    private String replay(String letter) {
        return panel.json(OWNER, "dead-letter.replay", "{\"letter\":\"" + letter + "\"}");
    }

    @Test
    void afterTenTriesItIsSetAsideWithItsReason() throws Exception {
        List<Event> told = new CopyOnWriteArrayList<>();
        String letter;
        try (AutoCloseable watch = panel.get(Events.class).watch("dead-letter.added", told::add)) {
            letter = deadLetterOfTenTries();
            TestPanel.await("it is told", () -> !told.isEmpty());
        }

        assertThat(bells.tries).hasValue(10);
        assertThat(told.get(0).ref()).map(Ref::toString).contains(letter);
        assertThat(list())
                .contains("\"topic\":\"bell.rung\"", "\"subscriber\":\"bells:Bells.hear\"", "\"heard\":true")
                .contains("\"reason\":\"the clapper is missing\"", "\"tries\":10");
        assertThat(panel.json(OWNER, "dead-letter.get", "{\"letter\":\"" + letter + "\"}"))
                .contains("\"data\":{\"text\":\"ding\"}")
                .doesNotContain("sesame-117");
    }

    @Test
    void onceItIsMendedAReplayDeliversIt() {
        String letter = deadLetter();
        bells.broken = false;

        assertThat(replay(letter)).isEqualTo("{\"replayed\":1,\"left\":0}");

        TestPanel.await("it is heard", () -> bells.heard.contains("ding"));
        TestPanel.await("the letter is gone", () -> list().equals("{\"items\":[]}"));
    }

    @Test
    void aReplayToNobodySaysSo() {
        String letter = deadLetter();
        registration.unregister();

        assertThatThrownBy(() -> replay(letter))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("bells:Bells.hear is not there to hear it");
        assertThat(panel.json(OWNER, "dead-letter.replay-all", "{}")).isEqualTo("{\"replayed\":0,\"left\":1}");
        assertThat(list()).contains("\"heard\":false");
    }

    @Test
    void allAreReplayedAtOnce() {
        deadLetter();
        bells.broken = false;

        assertThat(panel.json(OWNER, "dead-letter.replay-all", "{\"subscriber\":\"bells:Bells.hear\"}"))
                .isEqualTo("{\"replayed\":1,\"left\":0}");
        TestPanel.await("it is heard", () -> bells.heard.contains("ding"));
    }

    @Test
    void itCanBeDroppedByWhoeverSaysItsName() {
        String letter = deadLetter();

        assertThatThrownBy(() -> panel.json(OWNER, "dead-letter.delete", "{\"letter\":\"" + letter + "\"}"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.UNCONFIRMED));
        panel.json(OWNER, "dead-letter.delete", "{\"letter\":\"" + letter + "\",\"confirm\":\"bell.rung\"}");
        assertThat(list()).isEqualTo("{\"items\":[]}");
    }

    @Test
    void anotherTeamSeesNothingOfIt() {
        String letter = deadLetter();
        Principal other =
                new Principal(new Ref("local", "owner"), "local", Optional.of(Ref.create("team")), Optional.empty());

        assertThat(panel.json(other, "dead-letter.list", "{}")).isEqualTo("{\"items\":[]}");
        assertThat(letter).startsWith("dead-letter:");
    }
}
