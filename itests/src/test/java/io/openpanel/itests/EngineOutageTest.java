package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The engine hangs, dies, comes back and runs out of disk; the panel says so and goes on. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EngineOutageTest {
    private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");
    private static final long PATIENCE_MILLIS = 2000;

    private static OutageStage stage;

    @BeforeAll
    static void start() {
        assumeTrue(PrivateEngine.isPossible(), "needs root, dockerd and containerd");
        stage = new OutageStage();
    }

    @AfterEach
    void theEngineIsBack() {
        stage.recover();
    }

    @AfterAll
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    /** The paths of every list and page that can be shown with what is there. */
    private static List<String> pages() {
        JsonNode container = stage.api().get("/api/v1/containers").ok().json().at("/items/0");
        JsonNode deployment = stage.api()
                .get("/api/v1/deployments?app=outage%2Fapp")
                .ok()
                .json()
                .at("/items/0");
        JsonNode image = stage.api().get("/api/v1/images").ok().json().at("/items/0");
        Map<String, String> known = Map.of(
                "project", "outage",
                "app", OutageStage.APP,
                "container", id(container.get("container")),
                "deployment", id(deployment.get("deployment")),
                "job", id(deployment.get("job")),
                "image", id(image.path("image")),
                "reference", Sources.BASE);
        List<String> pages = new ArrayList<>();
        for (JsonNode operation :
                stage.api().get("/api/v1/catalogue").ok().json().get("items")) {
            if (operation.get("method").asText().equals("GET")
                    && operation.get("form").asText().equals("record")) {
                path(operation, known).ifPresent(pages::add);
            }
        }
        return pages;
    }

    private static String id(JsonNode ref) {
        return ref.asText().substring(ref.asText().indexOf(':') + 1);
    }

    private static Optional<String> path(JsonNode operation, Map<String, String> known) {
        String path = operation.get("path").asText();
        Matcher parameters = PARAMETER.matcher(path);
        StringBuilder filled = new StringBuilder("/api/v1");
        while (parameters.find()) {
            if (!known.containsKey(parameters.group(1))) {
                return Optional.empty();
            }
            parameters.appendReplacement(filled, Api.encode(known.get(parameters.group(1))));
        }
        parameters.appendTail(filled);
        char sign = '?';
        for (JsonNode required : operation.at("/input/required")) {
            if (path.contains('{' + required.asText() + '}')) {
                continue;
            }
            if (!known.containsKey(required.asText())) {
                return Optional.empty();
            }
            filled.append(sign).append(required.asText()).append('=').append(Api.encode(known.get(required.asText())));
            sign = '&';
        }
        return Optional.of(filled.toString());
    }

    private record Look(String page, long millis, int status, String text) {}

    private static Look look(String page) {
        long begun = System.nanoTime();
        Api.Answer answer = stage.api().get(page);
        return new Look(page, OutageStage.millis(begun), answer.status(), answer.text());
    }

    @Test
    @Order(1)
    void everyPageAnswersWhileTheEngineHangsAndAllIsRightAfterwards() {
        List<String> pages = pages();
        assertThat(pages).hasSizeGreaterThan(15).anyMatch(page -> page.startsWith("/api/v1/containers/"));
        AtomicReference<Look> slowest = new AtomicReference<>(new Look("", 0, 0, ""));
        int looks = 0;
        long frozen = System.nanoTime();
        long noticed = 0;
        long asked;
        long awake;
        try (Load load = new Load(stage.panel.proxyPort, stage.host("app"), "/")) {
            stage.engine.freeze();
            for (boolean known = false; ; looks += pages.size()) {
                for (String page : pages) {
                    Look look = look(page);
                    slowest.accumulateAndGet(look, (a, b) -> a.millis >= b.millis ? a : b);
                    assertThat(look.status)
                            .as(look + " " + OutageStage.millis(frozen) + " ms after the freeze")
                            .isIn(200, 503);
                    if (look.status == 503) {
                        assertThat(look.text).contains("container engine does not answer");
                    }
                }
                if (known) {
                    break;
                }
                assertThat(OutageStage.millis(frozen)).isLessThan(20_000);
                known = !stage.answers();
                noticed = OutageStage.millis(frozen);
            }
            assertThat(slowest.get().millis).as(slowest.toString()).isLessThan(PATIENCE_MILLIS);
            JsonNode state = stage.engineState();
            assertThat(state.get("state").asText()).isEqualTo("unavailable");
            assertThat(state.get("reason").asText()).isNotBlank();
            assertThat(stage.status()).isEqualTo("Unknown");
            assertThat(stage.api()
                            .get("/api/v1/containers")
                            .ok()
                            .json()
                            .at("/items/0/status")
                            .asText())
                    .isEqualTo("Unknown");
            asked = System.nanoTime();
            JsonNode job = stage.api().deploy(OutageStage.APP);
            assertThat(job.get("state").asText()).isEqualTo("failed");
            assertThat(job.at("/error/message").asText())
                    .contains("container engine does not answer", "check the engine's service");
            asked = OutageStage.millis(asked);
            stage.engine.wake();
            awake = stage.awaitEngine().toMillis();
            load.close();
            assertThat(load.failed()).as(load.reasons()).isZero();
        }
        assertThat(stage.status()).isIn("Running", "Healthy");
        JsonNode next = stage.api().deploy(OutageStage.APP);
        assertThat(next.get("state").asText()).as(next.toString()).isEqualTo("done");
        Figure.say("hung engine: slowest of " + looks + " looks " + slowest.get().millis + " ms ("
                + slowest.get().page.replaceAll("[?/][^/?]{20,}", "/…") + "), noticed after " + noticed
                + " ms, deployment refused after " + asked + " ms, back " + awake + " ms after it woke");
    }

    @Test
    @Order(2)
    void anEngineThatDiedAndCameBackBringsTheAppsBackAndIsHeardAgain() {
        stage.engine.kill();
        Wait.until("the panel notices", Duration.ofSeconds(10), () -> !stage.answers());
        assertThat(stage.engineState().get("reason").asText()).doesNotContain("chunk", "pool");
        assertThat(stage.serves("app", "first")).isTrue();
        long begun = System.nanoTime();
        stage.engine.start();
        long back = stage.awaitEngine().toMillis();
        Wait.until("the app serves", Duration.ofSeconds(40), () -> stage.serves("app", "first"));
        Wait.until("the app's status is right", Duration.ofSeconds(20), () -> stage.status()
                .matches("Running|Healthy"));
        long served = OutageStage.millis(begun);
        String name = stage.containers("app").get(0).split(" ")[0];
        assertThat(stage.engine.docker("pause", name).exitCode()).isZero();
        long heard = Wait.until("the pause is heard of", Duration.ofSeconds(5), () -> stage.status()
                        .equals("Paused"))
                .toMillis();
        assertThat(stage.engine.docker("unpause", name).exitCode()).isZero();
        Wait.until("the end of the pause is heard of", Duration.ofSeconds(5), () -> stage.status()
                .matches("Running|Healthy"));
        assertThat(stage.api().deploy(OutageStage.APP).get("state").asText()).isEqualTo("done");
        Figure.say("killed engine: found " + back + " ms after its start, the app serves " + served
                + " ms after, events heard within " + heard + " ms");
    }

    @Test
    @Order(3)
    void aFullDiskRefusesBuildsAndLeavesAppsAlone() throws IOException {
        Path filler = stage.engine.data().resolve("filler");
        try (Load load = new Load(stage.panel.proxyPort, stage.host("app"), "/")) {
            FileStore disk = Files.getFileStore(stage.engine.data());
            long leave = disk.getTotalSpace() / 100 * 8;
            stage.engine.fill(filler, disk.getUsableSpace() - leave);
            stage.git.commit("app", Sources.site("too much"));
            JsonNode job = stage.api().deploy(OutageStage.APP);
            assertThat(job.get("state").asText()).isEqualTo("failed");
            assertThat(job.at("/error/message").asText()).contains("are free in", "builds need 10 %", "deploy again");
            assertThat(stage.engineState().get("diskFree").asLong())
                    .isLessThan(stage.engineState().get("diskTotal").asLong() / 10);
            JsonNode back = stage.api()
                    .await(
                            stage.api()
                                    .post("/api/v1/deployments/rollback", Map.of("app", OutageStage.APP))
                                    .ok()
                                    .json()
                                    .get("job")
                                    .asText(),
                            Duration.ofSeconds(60));
            assertThat(back.get("state").asText()).as(back.toString()).isEqualTo("done");
            load.close();
            assertThat(load.failed()).as(load.reasons()).isZero();
            Figure.say("full disk: " + job.at("/error/message").asText().replaceAll(" in /.*", "")
                    + ", a rollback still works, 0 of " + load.requests() + " requests failed");
        } finally {
            Files.deleteIfExists(filler);
        }
        stage.deployed("app");
        assertThat(stage.serves("app", "too much")).isTrue();
    }
}
