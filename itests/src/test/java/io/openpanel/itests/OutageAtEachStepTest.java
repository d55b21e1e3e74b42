package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine hangs or dies in the middle of a deployment: its job ends with a reason and the next one succeeds. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutageAtEachStepTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static OutageStage stage;
    private static int version;

    private enum Blow {
        FREEZE,
        KILL
    }

    @BeforeAll
    static void start() {
        assumeTrue(PrivateEngine.isPossible(), "needs root, dockerd and containerd");
        stage = new OutageStage();
    }

    @AfterEach
    void theEngineIsBack() {
        stage.git.delay(0);
        stage.recover();
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    static Stream<Arguments> blows() {
        return Figure.all()
                ? Stream.of("clone", "build", "start", "health", "switch", "stop")
                        .flatMap(step -> Stream.of(Blow.values()).map(blow -> Arguments.of(step, blow)))
                : Stream.of(
                        Arguments.of("build", Blow.FREEZE),
                        Arguments.of("start", Blow.KILL),
                        Arguments.of("health", Blow.FREEZE));
    }

    /** Takes two seconds to build and two until it listens. */
    private static Map<String, String> slow(String text) {
        return Sources.with(
                Sources.site(text),
                "Dockerfile",
                """
                FROM %s
                COPY www /www
                RUN sleep 2
                CMD ["/bin/sh", "-c", "sleep 2; exec httpd -f -p 8080 -h /www"]
                """
                        .formatted(Sources.BASE));
    }

    private static boolean isAt(String job, String step) {
        JsonNode row = stage.api().get("/api/v1/jobs/" + job.substring(4)).ok().json();
        for (JsonNode each : row.get("steps")) {
            if (each.get("name").asText().equals(step)) {
                return true;
            }
        }
        return !row.get("state").asText().matches("queued|running");
    }

    private static void awaitStep(String job, String step) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!isAt(job, step)) {
            assertThat(System.nanoTime()).as(job + " comes to " + step).isLessThan(end);
            Wait.millis(2);
        }
    }

    private static void strike(Blow blow) {
        if (blow == Blow.FREEZE) {
            stage.engine.freeze();
        } else {
            stage.engine.kill();
        }
    }

    @ParameterizedTest
    @MethodSource("blows")
    @Order(1)
    void aDeploymentEndsWithAReasonAndTheNextOneSucceeds(String step, Blow blow) {
        String before = "before " + ++version;
        stage.signIn();
        stage.git.commit("app", Sources.site(before));
        stage.deployed("app");
        stage.git.commit("app", slow("during " + version));
        stage.git.delay(step.equals("clone") ? 1000 : 0);
        JsonNode ended;
        long took;
        try (Load load = new Load(stage.panel.proxyPort, stage.host("app"), "/")) {
            String job = stage.begin("app");
            awaitStep(job, step);
            long struck = System.nanoTime();
            strike(blow);
            ended = stage.api().await(job, LIMIT);
            took = OutageStage.millis(struck);
            load.close();
            assertThat(load.failed()).as(load.reasons()).isZero();
        }
        if (!ended.get("state").asText().equals("done")) {
            assertThat(ended.get("state").asText()).isEqualTo("failed");
            assertThat(ended.at("/error/message").asText()).contains("container engine does not answer");
            assertThat(stage.serves("app", before)).isTrue();
        }
        stage.git.delay(0);
        stage.recover();
        Wait.until("the app serves", Duration.ofSeconds(30), () -> stage.serves("app", " " + version));
        stage.git.commit("app", Sources.site("after " + version));
        stage.deployed("app");
        assertThat(stage.serves("app", "after " + version)).isTrue();
        Figure.say(blow + " at " + step + ": " + ended.get("state").asText() + " after " + took + " ms");
    }

    @Test
    @Order(2)
    void nothingOfThoseDeploymentsIsLeft() {
        Wait.until(
                "one container of the app is left",
                Duration.ofSeconds(75),
                () -> stage.containers("app").size() == 1);
        assertThat(stage.containers("app")).allMatch(each -> each.endsWith(" running"));
        Wait.until("no image without a name is left", Duration.ofSeconds(75), () -> stage.engine
                .docker("images", "--filter", "dangling=true", "-q")
                .output()
                .isBlank());
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.EnumSource(Blow.class)
    @Order(3)
    void anAppWithAVolumeIsNotLeftStopped(Blow blow) {
        stage.signIn();
        String name = "kept-" + blow.name().toLowerCase(java.util.Locale.ROOT);
        stage.git.commit(name, Sources.site("kept"));
        stage.create(name, Map.of("volumes", List.of(Map.of("name", "files", "path", "/files"))));
        stage.deployed(name);
        stage.git.commit(name, slow("never"));
        String job = stage.begin(name);
        Wait.until("the former version has stopped", Duration.ofSeconds(30), () -> stage.containers(name).stream()
                .anyMatch(each -> each.endsWith(" exited")));
        strike(blow);
        JsonNode ended = stage.api().await(job, LIMIT);
        stage.recover();
        Wait.until(
                "the app with a volume serves after " + ended.get("state").asText(),
                Duration.ofSeconds(75),
                () -> stage.serves(name, ended.get("state").asText().equals("done") ? "never" : "kept"));
        Figure.say(blow + " and a volume: " + ended.get("state").asText() + ", serves again");
    }
}
