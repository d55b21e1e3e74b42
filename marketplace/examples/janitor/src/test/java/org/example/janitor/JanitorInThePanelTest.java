package org.example.janitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Extension;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resources;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Events;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.ServiceReference;

/** The janitor in a running panel, with an engine and deployments in memory. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("org.example.janitor")
@Tag("slow")
class JanitorInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration TWO_DAYS = Duration.ofDays(2);
    private static TestPanel panel;
    private static FakeDocker docker;
    private static FakeDeploy deploy;

    private final Ref team = Ref.create("team");
    private final Principal owner = TestPanel.local(team);

    @BeforeAll
    static void start(TestPanel running) {
        panel = running;
        docker = offer("docker", FakeDocker.ROLES, new FakeDocker());
        deploy = offer("deploy", FakeDeploy.ROLES, new FakeDeploy());
        panel.awaitActions(
                "janitor.run", "janitor.list", "container.list", "deployment.get", "job.get", "setting.update");
        TestPanel.await("the kinds", () -> panel.get(Catalogue.class)
                .kinds()
                .keySet()
                .containsAll(List.of("container", "deployment", "job")));
    }

    private static <T> T offer(String plugin, String roles, T service) {
        panel.plugin(plugin, List.of(), Map.of("OPENPANEL-INF/roles.yaml", roles))
                .getBundleContext()
                .registerService(new String[] {Extension.class.getName(), Resources.class.getName()}, service, null);
        return service;
    }

    @BeforeEach
    void empty() {
        docker.containers.clear();
        set("{\"olderThan\":null,\"keep\":null,\"dryRun\":null,\"scheduled\":null}");
    }

    private static void set(String values) {
        assertThat(panel.json(
                        TestPanel.local(null), "setting.update", "{\"plugin\":\"janitor\",\"values\":" + values + "}"))
                .contains("\"applied\":true");
    }

    private JsonNode call(String action, String input) throws Exception {
        return JSON.readTree(panel.json(owner, action, input));
    }

    /** The job's result. */
    private JsonNode run(String input) throws Exception {
        String job = ((Gateway.Reply.Accepted) panel.call(owner, "janitor.run", input))
                .job()
                .toString();
        JsonNode[] now = new JsonNode[1];
        TestPanel.await("the janitor", () -> {
            try {
                now[0] = call("job.get", "{\"job\":\"" + job + "\"}");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
            return !List.of("queued", "running").contains(now[0].path("state").asText());
        });
        assertThat(now[0].path("state").asText()).as(now[0].toString()).isEqualTo("done");
        return now[0].path("result");
    }

    @Test
    void itRemovesWhatEndedAndWritesItDown() throws Exception {
        docker.ended(team, "import-1", TWO_DAYS);
        docker.ended(team, "import-2", TWO_DAYS);
        docker.ended(team, "import-3", TWO_DAYS);
        List<String> told = new CopyOnWriteArrayList<>();

        try (AutoCloseable watch = panel.get(Events.class)
                .watch(
                        "janitor.*",
                        event -> told.add(String.valueOf(event.data().get("name"))))) {
            assertThat(run("{}").path("items").findValuesAsText("name"))
                    .containsExactlyInAnyOrder("import-1", "import-2", "import-3");
            TestPanel.await("the news", () -> told.size() == 3);
        }

        assertThat(docker.names()).isEmpty();
        assertThat(call("janitor.list", "{}").path("items").findValuesAsText("name"))
                .containsExactlyInAnyOrder("import-1", "import-2", "import-3");
    }

    @Test
    void itLeavesAloneWhatIsNotForItToRemove() throws Exception {
        Map<String, String> ours = Map.of("op.team", team.id());
        Optional<Ref> app = Optional.of(Ref.create("app"));
        docker.ended(team, "young", Duration.ofHours(1));
        docker.ended(Ref.create("team"), "of-another-team", TWO_DAYS);
        docker.add("not-the-panels", "exited", TWO_DAYS, Map.of(), Optional.empty(), Optional.empty());
        docker.add("running", "running", TWO_DAYS, ours, Optional.empty(), Optional.empty());
        docker.add("stopped-app", "exited", TWO_DAYS, ours, app, Optional.of(deploy.add(true, true)));
        docker.add("being-deployed", "exited", TWO_DAYS, ours, app, Optional.of(deploy.add(false, false)));
        docker.add("of-an-unknown-deployment", "exited", TWO_DAYS, ours, app, Optional.of("0000000000000000"));
        docker.add("of-an-app", "exited", TWO_DAYS, ours, app, Optional.empty());
        docker.add("replaced", "exited", TWO_DAYS, ours, app, Optional.of(deploy.add(false, true)));

        run("{}");

        assertThat(docker.names())
                .containsExactly(
                        "being-deployed",
                        "not-the-panels",
                        "of-an-app",
                        "of-an-unknown-deployment",
                        "of-another-team",
                        "running",
                        "stopped-app",
                        "young");
    }

    @Test
    void aDryRunRemovesNothing() throws Exception {
        docker.ended(team, "import", TWO_DAYS);

        JsonNode result = run("{\"dryRun\":true}");

        assertThat(result.path("items").findValuesAsText("name")).containsExactly("import");
        assertThat(docker.names()).containsExactly("import");
        assertThat(call("janitor.list", "{}").path("items")).isEmpty();
    }

    @Test
    void itsSettingsCountFromTheNextCallOn() throws Exception {
        docker.ended(team, "import-1", TWO_DAYS);
        docker.ended(team, "export-1", TWO_DAYS);

        set("{\"olderThan\":\"72h\"}");
        assertThat(run("{}").path("items")).isEmpty();
        set("{\"olderThan\":\"24h\",\"keep\":[\"import-*\"],\"dryRun\":true}");
        assertThat(run("{}").path("items").findValuesAsText("name")).containsExactly("export-1");
        assertThat(docker.names()).containsExactly("export-1", "import-1");
        set("{\"dryRun\":false}");
        run("{}");
        assertThat(docker.names()).containsExactly("import-1");
    }

    @Test
    void whoeverRunsThePanelCanHoldItBack() throws Exception {
        docker.ended(team, "import", TWO_DAYS);
        call("janitor.configure", "{\"scheduled\":true,\"olderThan\":\"24h\"}");

        set("{\"scheduled\":false}");
        anHourPasses();
        assertThat(docker.names()).containsExactly("import");

        set("{\"scheduled\":true}");
        anHourPasses();
        assertThat(docker.names()).isEmpty();
    }

    @Test
    void whatJustEndedMayBeSomebodysWork() {
        assertThatThrownBy(() -> call("janitor.configure", "{\"olderThan\":\"1m\"}"))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("10 minutes");
    }

    @Test
    void anotherTeamSeesNothingOfIt() throws Exception {
        docker.ended(team, "import", TWO_DAYS);
        run("{}");

        String seen = panel.json(TestPanel.local(Ref.create("team")), "janitor.list", "{}");

        assertThat(JSON.readTree(seen).path("items")).isEmpty();
    }

    @Test
    void byItselfItWorksOnlyWhereItWasAskedTo() throws Exception {
        docker.ended(team, "import", TWO_DAYS);
        assertThat(call("janitor.settings", "{}").path("scheduled").asBoolean()).isFalse();
        anHourPasses();
        assertThat(docker.names()).containsExactly("import");

        call("janitor.configure", "{\"scheduled\":true,\"olderThan\":\"72h\"}");
        anHourPasses();
        assertThat(docker.names()).containsExactly("import");

        call("janitor.configure", "{\"olderThan\":\"24h\"}");
        anHourPasses();
        assertThat(docker.names()).isEmpty();
        assertThat(call("janitor.list", "{}").path("items").findValuesAsText("name"))
                .contains("import");
    }

    /** What the clock would call. */
    private static void anHourPasses() throws Exception {
        for (ServiceReference<Extension> each : panel.context().getServiceReferences(Extension.class, null)) {
            if ("org.example.janitor".equals(each.getBundle().getSymbolicName())) {
                Extension actions = panel.context().getService(each);
                actions.getClass().getMethod("clearAway").invoke(actions);
            }
        }
    }
}
