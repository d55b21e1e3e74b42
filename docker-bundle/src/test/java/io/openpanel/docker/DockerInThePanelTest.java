package io.openpanel.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Events;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;

/** The whole bundle in a running panel, called through the gateway, with a real engine. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.docker")
@Tag("slow")
class DockerInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Principal OWNER = TestPanel.local(new Ref("team", "t000000000000001"));
    private static final String[] ACTIONS = {
        "engine.get",
        "container.list",
        "container.get",
        "container.run",
        "container.start",
        "container.stop",
        "container.restart",
        "container.pause",
        "container.unpause",
        "container.kill",
        "container.delete",
        "container.logs",
        "container.stats",
        "image.list",
        "image.get",
        "image.build",
        "image.pull",
        "image.delete",
        "network.ensure",
        "network.delete"
    };
    private static TestPanel panel;

    @BeforeAll
    static void start(TestPanel running) throws Exception {
        panel = running;
        panel.awaitActions(ACTIONS);
        awaitEngine();
    }

    private static void awaitEngine() {
        TestPanel.await(
                "the engine",
                () -> call("engine.get", "{}").path("state").asText().equals("healthy"));
    }

    @AfterEach
    void clean() {
        try (TestEngine test = new TestEngine()) {
            test.clean();
        }
    }

    private static JsonNode call(String action, String json) {
        try {
            return JSON.readTree(panel.json(OWNER, action, json));
        } catch (java.io.IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode run(String name, String more) {
        return call(
                "container.run",
                "{\"name\":\"op-test-docker-" + name + "\",\"image\":\"" + TestEngine.IMAGE
                        + "\",\"command\":[\"sleep\",\"60\"],\"labels\":{}" + more + "}");
    }

    @Test
    void pathsAndWordsAreAsPromised() {
        Catalogue catalogue = panel.get(Catalogue.class);
        assertThat(path(catalogue, "container.list")).isEqualTo("GET /containers ps");
        assertThat(path(catalogue, "container.logs")).startsWith("GET /containers/{container}/logs");
        assertThat(path(catalogue, "container.start")).startsWith("POST /containers/{container}/start");
        assertThat(path(catalogue, "container.delete")).startsWith("DELETE /containers/{container}");
        assertThat(path(catalogue, "container.run")).startsWith("POST /containers/run");
        assertThat(path(catalogue, "image.get")).startsWith("GET /images/{reference}");
        assertThat(path(catalogue, "image.delete")).startsWith("DELETE /images/{reference}");
        assertThat(path(catalogue, "engine.get")).startsWith("GET /engine");
    }

    private static String path(Catalogue catalogue, String id) {
        var operation = catalogue.operation(id).orElseThrow();
        return operation.method() + ' ' + operation.path() + ' ' + operation.cli();
    }

    @Test
    void aContainerLivesAndIsTold() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        try (AutoCloseable watch = panel.get(Events.class)
                .watch(
                        "container.changed",
                        event -> told.add(event.team().orElseThrow().id()
                                + ' '
                                + event.data().get("status")))) {
            JsonNode ran = run("life", ",\"environment\":{\"TOKEN\":\"canary-55aa\"}");
            String ref = ran.path("container").asText();
            assertThat(ref).startsWith("container:");
            JsonNode item = call("container.get", "{\"container\":\"op-test-docker-life\"}");
            assertThat(item.path("status").asText()).isEqualTo("Running");
            assertThat(item.toString()).contains("TOKEN").doesNotContain("canary");
            assertThat(call("container.list", "{\"search\":\"docker-life\"}")
                            .path("items")
                            .size())
                    .isEqualTo(1);
            TestPanel.await("the news", () -> told.contains("t000000000000001 Running"));
            assertThat(call("container.pause", "{\"container\":\"" + ref + "\"}")
                            .path("status")
                            .asText())
                    .isEqualTo("Paused");
            TestPanel.await("the news", () -> told.contains("t000000000000001 Paused"));
            Problem unconfirmed = catchThrowableOfType(
                    Problem.class,
                    () -> panel.call(OWNER, "container.delete", "{\"container\":\"" + ref + "\",\"force\":true}"));
            assertThat(unconfirmed.kind()).isEqualTo(Problem.Kind.UNCONFIRMED);
            panel.call(
                    OWNER,
                    "container.delete",
                    "{\"container\":\"" + ref + "\",\"force\":true,\"confirm\":\"op-test-docker-life\"}");
            TestPanel.await("the news", () -> told.contains("t000000000000001 Removed"));
        }
    }

    @Test
    void whatReachesTheMachineCannotEvenBeSaid() {
        for (String more : List.of(
                ",\"privileged\":true",
                ",\"capAdd\":[\"ALL\"]",
                ",\"devices\":[]",
                ",\"volumes\":[{\"volume\":\"/etc\",\"path\":\"/x\"}]",
                ",\"volumes\":[{\"volume\":\"../x\",\"path\":\"/x\"}]",
                ",\"volumes\":[{\"volume\":\"data\",\"path\":\"/x:/etc\"}]",
                ",\"network\":\"container:abc\"")) {
            Problem problem = catchThrowableOfType(Problem.class, () -> run("unsafe", more));
            assertThat(problem).as(more).isNotNull();
            assertThat(problem.kind()).as(more).isEqualTo(Problem.Kind.INVALID);
        }
        for (String network : List.of("host", "none", "bridge")) {
            Problem problem =
                    catchThrowableOfType(Problem.class, () -> run("unsafe", ",\"network\":\"" + network + "\""));
            assertThat(problem).as(network).hasMessageContaining("not the panel's");
        }
        for (String name : List.of("a;reboot", "$(id)", "-v", "a b", "a\\u0000b", "../x", "")) {
            Problem problem = catchThrowableOfType(
                    Problem.class,
                    () -> call("container.run", "{\"name\":\"" + name + "\",\"image\":\"openpanel-test/busybox:1\"}"));
            assertThat(problem).as(name).isNotNull();
            assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        }
    }

    @Test
    void aBuildIsAJobOfItsOwnOnlyInsideOne() {
        Gateway.Reply reply = panel.call(OWNER, "image.pull", "{\"reference\":\"127.0.0.1:9/no/such:1\"}");
        assertThat(reply).isInstanceOf(Gateway.Reply.Accepted.class);
        String job = ((Gateway.Reply.Accepted) reply).job().toString();
        TestPanel.await("the job", () -> call("job.get", "{\"job\":\"" + job + "\"}")
                .path("state")
                .asText()
                .equals("failed"));
        assertThat(call("job.get", "{\"job\":\"" + job + "\"}")
                        .path("error")
                        .path("message")
                        .asText())
                .contains("Cannot pull the image")
                .contains("refused");
    }

    @Test
    void newNetworksGetTheirAddressesWhereTheSettingsSay() {
        set("[\"no network\",\"10.217.0.0/20\"]", "27");
        assertThat(call("network.ensure", "{\"name\":\"op-test-docker-set\"}")
                        .path("subnet")
                        .asText())
                .startsWith("10.217.")
                .endsWith("/27");
        call("network.delete", "{\"name\":\"op-test-docker-set\"}");
        assertThatThrownBy(() -> set("null", "31")).isInstanceOf(Problem.class).hasMessageContaining("28");
        set("null", "null");
    }

    private static void set(String ranges, String bits) {
        assertThat(call(
                                "setting.update",
                                "{\"plugin\":\"docker\",\"values\":{\"ranges\":" + ranges + ",\"bits\":" + bits + "}}")
                        .path("applied")
                        .asBoolean())
                .isTrue();
    }

    @Test
    void nothingOfItStaysWhenItIsUpdated() throws Exception {
        Bundle bundle = Stream.of(panel.context().getBundles())
                .filter(each -> "io.openpanel.docker".equals(each.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        run("leak", "");
        WeakReference<ClassLoader> loader =
                new WeakReference<>(bundle.adapt(BundleWiring.class).getClassLoader());
        bundle.stop();
        TestPanel.await(
                "the actions to go",
                () -> panel.get(Catalogue.class).operation("container.list").isEmpty());
        bundle.update();
        bundle.start();
        panel.awaitActions(ACTIONS);
        awaitEngine();
        assertThat(call("container.get", "{\"container\":\"op-test-docker-leak\"}")
                        .path("status")
                        .asText())
                .isEqualTo("Running");
        // The JVM's own thread that waits for programs remembers for a minute who had it started.
        TestEngine.await(
                () -> {
                    System.gc();
                    return loader.get() == null;
                },
                Duration.ofSeconds(100));
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .map(Thread::getName)
                        .filter(name -> name.startsWith("docker-watch")))
                .hasSize(1);
    }
}
