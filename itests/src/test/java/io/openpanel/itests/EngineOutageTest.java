package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
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

    private static PrivateEngine engine;
    private static GitServer git;
    private static Panel panel;
    private static Api api;
    private static String host;
    private static String app;

    @BeforeAll
    static void start() {
        assumeTrue(PrivateEngine.isPossible(), "needs root, dockerd and containerd");
        engine = new PrivateEngine();
        git = new GitServer();
        panel = Panel.start(Map.of("OPENPANEL_DOCKER_HOST", engine.host()));
        api = panel.owner();
        git.commit("app", Sources.site("first"));
        api.post("/api/v1/projects", Map.of("name", "outage")).ok();
        api.post("/api/v1/apps", Map.of("project", "outage", "name", "app", "git", git.url("app"), "port", 8080))
                .ok();
        assertThat(api.deploy("outage/app").get("state").asText()).isEqualTo("done");
        host = host("outage/app");
        app = api.get("/api/v1/apps/" + Api.encode("outage/app"))
                .ok()
                .json()
                .get("app")
                .asText()
                .substring("app:".length());
    }

    @AfterEach
    void theEngineIsBack() {
        api = panel.owner();
        if (!engine.isRunning()) {
            engine.start();
        }
        engine.wake();
        awaitEngine();
    }

    @AfterAll
    static void stop() {
        if (panel != null) {
            panel.close();
        }
        if (git != null) {
            git.close();
        }
        if (engine != null) {
            engine.close();
        }
    }

    private static String host(String name) {
        return api.get("/api/v1/domains?app=" + Api.encode(name))
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
    }

    private static boolean answers() {
        return engineState().path("state").asText().equals("healthy");
    }

    private static JsonNode engineState() {
        return api.get("/api/v1/engine").ok().json();
    }

    private static Duration awaitEngine() {
        return Wait.until("the panel has the engine back", Duration.ofSeconds(60), EngineOutageTest::answers);
    }

    private static String status() {
        return api.get("/api/v1/apps/" + Api.encode("outage/app"))
                .ok()
                .json()
                .get("status")
                .asText();
    }

    private static boolean serves(String text) {
        try {
            return Web.get(panel.proxyPort, host, "/").text().contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    /** The paths of every list and page that can be shown with what is there. */
    private static List<String> pages() {
        JsonNode container = api.get("/api/v1/containers").ok().json().at("/items/0");
        JsonNode deployment =
                api.get("/api/v1/deployments?app=outage%2Fapp").ok().json().at("/items/0");
        JsonNode image = api.get("/api/v1/images").ok().json().at("/items/0");
        Map<String, String> known = Map.of(
                "project", "outage",
                "app", "outage/app",
                "container", id(container.get("container")),
                "deployment", id(deployment.get("deployment")),
                "job", id(deployment.get("job")),
                "image", id(image.path("image")),
                "reference", Sources.BASE);
        List<String> pages = new ArrayList<>();
        for (JsonNode operation : api.get("/api/v1/catalogue").ok().json().get("items")) {
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
        Api.Answer answer = api.get(page);
        return new Look(page, millis(begun), answer.status(), answer.text());
    }

    private static long millis(long since) {
        return (System.nanoTime() - since) / 1_000_000;
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
        try (Load load = new Load(panel.proxyPort, host, "/")) {
            engine.freeze();
            for (boolean known = false; ; looks += pages.size()) {
                for (String page : pages) {
                    Look look = look(page);
                    slowest.accumulateAndGet(look, (a, b) -> a.millis >= b.millis ? a : b);
                    assertThat(look.status)
                            .as(look + " " + millis(frozen) + " ms after the freeze")
                            .isIn(200, 503);
                    if (look.status == 503) {
                        assertThat(look.text).contains("container engine does not answer");
                    }
                }
                if (known) {
                    break;
                }
                assertThat(millis(frozen)).isLessThan(20_000);
                known = !answers();
                noticed = millis(frozen);
            }
            assertThat(slowest.get().millis).as(slowest.toString()).isLessThan(PATIENCE_MILLIS);
            JsonNode state = engineState();
            assertThat(state.get("state").asText()).isEqualTo("unavailable");
            assertThat(state.get("reason").asText()).isNotBlank();
            assertThat(status()).isEqualTo("Unknown");
            assertThat(api.get("/api/v1/containers")
                            .ok()
                            .json()
                            .at("/items/0/status")
                            .asText())
                    .isEqualTo("Unknown");
            asked = System.nanoTime();
            JsonNode job = api.deploy("outage/app");
            assertThat(job.get("state").asText()).isEqualTo("failed");
            assertThat(job.at("/error/message").asText())
                    .contains("container engine does not answer", "check the engine's service");
            asked = millis(asked);
            engine.wake();
            awake = awaitEngine().toMillis();
            load.close();
            assertThat(load.failed()).as(load.reasons()).isZero();
        }
        assertThat(status()).isIn("Running", "Healthy");
        JsonNode next = api.deploy("outage/app");
        assertThat(next.get("state").asText()).as(next.toString()).isEqualTo("done");
        Figure.say("hung engine: slowest of " + looks + " looks " + slowest.get().millis + " ms ("
                + slowest.get().page.replaceAll("[?/][^/?]{20,}", "/…") + "), noticed after " + noticed
                + " ms, deployment refused after " + asked + " ms, back " + awake + " ms after it woke");
    }

    @Test
    @Order(2)
    void anEngineThatDiedAndCameBackBringsTheAppsBackAndIsHeardAgain() {
        engine.kill();
        Wait.until("the panel notices", Duration.ofSeconds(10), () -> !answers());
        assertThat(serves("first")).isTrue();
        long begun = System.nanoTime();
        engine.start();
        long back = awaitEngine().toMillis();
        Wait.until("the app serves", Duration.ofSeconds(40), () -> serves("first"));
        Wait.until("the app's status is right", Duration.ofSeconds(20), () -> status().matches("Running|Healthy"));
        long served = millis(begun);
        String name = engine.containers(app).get(0).split(" ")[0];
        assertThat(engine.docker("pause", name).exitCode()).isZero();
        long heard = Wait.until("the pause is heard of", Duration.ofSeconds(5), () -> status().equals("Paused"))
                .toMillis();
        assertThat(engine.docker("unpause", name).exitCode()).isZero();
        Wait.until(
                "the end of the pause is heard of", Duration.ofSeconds(5), () -> status().matches("Running|Healthy"));
        assertThat(api.deploy("outage/app").get("state").asText()).isEqualTo("done");
        Figure.say("killed engine: found " + back + " ms after its start, the app serves " + served
                + " ms after, events heard within " + heard + " ms");
    }
}
