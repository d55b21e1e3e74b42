package io.openpanel.docker;

import static io.openpanel.docker.TestEngine.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.docker.internal.build.ImageBuild;
import io.openpanel.testkit.FakeCall;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ContainerNewsTest {
    private static TestEngine test;
    private final FakePanel panel = new FakePanel(Path.of("."));

    @BeforeAll
    static void start() {
        test = new TestEngine();
    }

    @AfterEach
    void clean() {
        test.clean();
    }

    @AfterAll
    static void stop() {
        test.close();
    }

    private static String run(Optional<String> team) {
        Map<String, String> labels = new HashMap<>(TestEngine.LABELS);
        team.ifPresent(id -> labels.putAll(Map.of("op.team", id, "op.app", "a1")));
        return test.client(docker -> {
            String id = docker.createContainerCmd(TestEngine.IMAGE)
                    .withCmd("sleep", "60")
                    .withLabels(labels)
                    .withName("op-test-docker-news" + team.orElse(""))
                    .exec()
                    .getId();
            docker.startContainerCmd(id).exec();
            return id;
        });
    }

    private List<FakePanel.Published> of(String id) {
        return panel.published.stream()
                .filter(each -> each.event() instanceof ContainerEvents.Changed changed
                        && id.startsWith(changed.container().id()))
                .toList();
    }

    private static boolean isPaused(String id) {
        return Boolean.TRUE.equals(test.client(
                docker -> docker.inspectContainerCmd(id).exec().getState().getPaused()));
    }

    @Test
    void changesAreToldToTheirTeamAFewAtATime() {
        ContainerNews news = new ContainerNews(panel, test.engine);
        String id = run(Optional.of("t1"));
        FakePanel.Published wanted = new FakePanel.Published(
                Optional.of(new Ref("team", "t1")),
                new ContainerEvents.Changed(
                        new Ref("container", id.substring(0, 12)),
                        "op-test-docker-newst1",
                        "Running",
                        Optional.of(new Ref("app", "a1"))));
        await(() -> of(id).contains(wanted), Duration.ofSeconds(5));
        for (int i = 0; i < 5; i++) {
            // The engine answers before it has noted what it did.
            test.client(docker -> docker.pauseContainerCmd(id).exec());
            await(() -> isPaused(id), Duration.ofSeconds(5));
            test.client(docker -> docker.unpauseContainerCmd(id).exec());
            await(() -> !isPaused(id), Duration.ofSeconds(5));
        }
        test.client(docker -> docker.removeContainerCmd(id).withForce(true).exec());
        await(
                () -> of(id).stream().anyMatch(each -> ((ContainerEvents.Changed) each.event())
                        .status()
                        .equals("Removed")),
                Duration.ofSeconds(5));
        assertThat(of(id)).hasSizeLessThan(12);
        news.close();
    }

    @Test
    void containersOfNobodyAreToldToThePanelAndADatabaseThatIsDownStopsNothing() {
        panel.databaseDown = true;
        ContainerNews news = new ContainerNews(panel, test.engine);
        String id = run(Optional.empty());
        await(() -> test.engine.snapshot().container(id).isPresent(), Duration.ofSeconds(5));
        test.client(docker -> docker.pauseContainerCmd(id).exec());
        await(() -> test.engine.snapshot().container(id).orElseThrow().state().equals("paused"), Duration.ofSeconds(5));
        panel.databaseDown = false;
        test.client(docker -> docker.unpauseContainerCmd(id).exec());
        await(() -> !of(id).isEmpty(), Duration.ofSeconds(5));
        assertThat(of(id).get(0).team()).isEmpty();
        news.close();
    }

    @Test
    void anEngineThatGoesAndComesIsTold() {
        TestEngine own = new TestEngine();
        ContainerNews news = new ContainerNews(panel, own.engine);
        own.engine.close();
        news.close();
        try (io.openpanel.docker.internal.engine.DockerEngine none =
                new io.openpanel.docker.internal.engine.DockerEngine(
                        URI.create("unix:///no/such/docker.sock"), java.time.InstantSource.system())) {
            EngineActions.Engine seen = new EngineActions(none, new ImageBuild(none)).get(FakeCall.ofTeam("t1"));
            assertThat(seen.state()).isEqualTo("unavailable");
            assertThat(seen.version()).isEmpty();
            await(() -> none.health().reason().contains("No such file"), Duration.ofSeconds(5));
        }
    }

    @Test
    void theEngineShowsItsMachine() {
        String id = run(Optional.of("t1"));
        test.engine.refresh(id);
        EngineActions actions = new EngineActions(test.engine, new ImageBuild(test.engine));
        EngineActions.Engine seen = actions.get(FakeCall.ofTeam("t1"));
        assertThat(seen.state()).isEqualTo("healthy");
        assertThat(seen.version().orElseThrow()).matches("\\d+\\..*");
        assertThat(seen.cpus().orElseThrow()).isPositive();
        assertThat(seen.diskFree().orElseThrow())
                .isPositive()
                .isLessThanOrEqualTo(seen.diskTotal().orElseThrow());
        assertThat(seen.running()).isPositive();
        FakeCall narrow = FakeCall.reaching("t1", new Reach(false, Set.of(new Ref("app", "a1"))));
        assertThat(actions.get(narrow).containers()).isEqualTo(1);
        ContainerResources resources = new ContainerResources(test.engine);
        Resource resource = resources.find("op-test-docker-newst1").orElseThrow();
        assertThat(resource.ref().id()).isEqualTo(id.substring(0, 12));
        assertThat(resource.team()).contains(new Ref("team", "t1"));
        assertThat(resource.parent()).contains(new Ref("app", "a1"));
        assertThat(resources.find("none")).isEmpty();
        assertThat(resources.kind() + resources.plural()).isEqualTo("containercontainers");
    }
}
