package io.openpanel.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/** Routes of a plugin are shown, tried out, counted and switched. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.routes")
@Tag("slow")
class RoutesInThePanelTest {
    private static final Principal OWNER = TestPanel.local(Ref.create("team"));
    private static final String ROUTE = "{\"route\":\"bell-wire\"}";
    private static final String YAML =
            """
            - route:
                id: bell-wire
                description: Pulls the wire when a bell is rung loudly
                from:
                  uri: event:bell.rung
                  steps:
                    - filter:
                        expression:
                          simple:
                            expression: "${body[loud]} == true"
                        steps:
                          - setBody:
                              expression:
                                simple:
                                  expression: '{"text":"${body[text]}"}'
                          - to:
                              uri: action:bell.pull
            """;
    private static final Map<String, String> FILES = Map.of(
            "OPENPANEL-INF/roles.yaml",
            "bell.ring: [owner]\nbell.pull: [owner]\n",
            "OPENPANEL-INF/routes/bell.yaml",
            YAML,
            "db/V001__bell.sql",
            "create table bell (id text);");

    private final TestPanel panel;
    private Bundle bundle;
    private Bells bells;

    RoutesInThePanelTest(TestPanel panel) {
        this.panel = panel;
    }

    public record Ring(String text, boolean loud) {}

    public record Pull(String text) {}

    @Topic(value = "bell.rung", summary = "A bell was rung")
    public record Rung(String text, boolean loud) {}

    public static final class Bells implements Extension {
        private final Panel panel;
        final List<String> pulled = new CopyOnWriteArrayList<>();

        Bells(Panel panel) {
            this.panel = panel;
        }

        @Action(value = "bell.ring", summary = "Rings a bell", effect = Action.Effect.CHANGE)
        public void ring(Ring in) {
            panel.database().tx(tx -> {
                tx.publish(new Rung(in.text(), in.loud()));
                return null;
            });
        }

        @Action(value = "bell.pull", summary = "Pulls the wire", effect = Action.Effect.CHANGE)
        public void pull(Pull in) {
            if (in.text().equals("torn")) {
                throw new Problem(Problem.Kind.CONFLICT, "The wire is torn; mend it");
            }
            pulled.add(in.text());
        }
    }

    @BeforeEach
    void publish() {
        bundle = panel.plugin("bell", List.of(), FILES);
        BundleContext context = bundle.getBundleContext();
        bells = new Bells(context.getService(context.getServiceReference(Panel.class)));
        context.registerService(Extension.class, bells, null);
        panel.awaitActions("bell.ring", "route.test");
        TestPanel.await("the route runs", () -> list().contains("\"running\":true"));
    }

    @AfterEach
    void remove() throws BundleException {
        panel.json(OWNER, "route.enable", ROUTE);
        bundle.uninstall();
        TestPanel.await("the route is gone", () -> list().equals("{\"items\":[]}"));
    }

    private String list() {
        return panel.json(OWNER, "route.list", "{}");
    }

    private void ring(String text) {
        panel.json(OWNER, "bell.ring", "{\"text\":\"" + text + "\",\"loud\":true}");
    }

    private String test(String data) {
        return panel.json(OWNER, "route.test", "{\"route\":\"bell-wire\",\"data\":" + data + "}");
    }

    @Test
    void aRouteSaysWhatItHearsAndCallsAndHowItIsWritten() {
        assertThat(list())
                .contains("\"route\":\"route:bell-wire\"", "\"plugin\":\"bell\"", "\"from\":\"event:bell.rung\"")
                .contains("\"calls\":[\"bell.pull\"]");
        assertThat(panel.json(OWNER, "route.get", ROUTE)).contains("\"definition\":\"- route:\\n    id: bell-wire");
    }

    @Test
    void itsRunsAndFailuresAreCounted() {
        ring("ding");
        TestPanel.await("the wire is pulled", () -> bells.pulled.contains("ding"));
        TestPanel.await("the run is counted", () -> list().contains("\"lastRun\":"));
        assertThat(list()).doesNotContain("\"error\"");

        ring("torn");
        TestPanel.await("the failure is told", () -> list().contains("\"error\":\"The wire is torn; mend it\""));
    }

    @Test
    void tryingItOutCallsNothing() {
        assertThat(test("{\"loud\":true,\"text\":\"ding\"}"))
                .isEqualTo(
                        "{\"calls\":[{\"action\":\"bell.pull\",\"there\":true,\"input\":\"{\\\"text\\\":\\\"ding\\\"}\"}]}");
        assertThat(test("{\"loud\":false}")).isEqualTo("{\"calls\":[]}");
        assertThat(bells.pulled).isEmpty();
    }

    @Test
    void whatARouteWouldHearWaitsWhileItIsOff() {
        assertThat(panel.json(OWNER, "route.disable", ROUTE)).contains("\"running\":false");
        ring("later");
        assertThatThrownBy(() -> test("{}")).hasMessageContaining("bell-wire is off; switch it on");

        assertThat(panel.json(OWNER, "route.enable", ROUTE)).contains("\"running\":true");
        TestPanel.await("it is heard", () -> bells.pulled.contains("later"));
    }

    @Test
    void aRouteThereIsNotIsMissing() {
        assertThatThrownBy(() -> panel.json(OWNER, "route.get", "{\"route\":\"nonsense\"}"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.MISSING));
    }
}
