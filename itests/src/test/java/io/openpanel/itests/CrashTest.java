package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The panel is killed at a random moment of a deployment, again and again. */
class CrashTest {
    private static final long SEED = Long.getLong("openpanel.seed", 20260301L);
    private static final int ROUNDS = Figure.all() ? 100 : 4;

    private static GitServer git;
    private static Panel panel;

    @BeforeAll
    static void start() {
        git = new GitServer();
        panel = Panel.start();
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    @Test
    void aKilledPanelFinishesOrFailsItsDeploymentAndLeavesNothingBehind() throws IOException {
        Random random = new Random(SEED);
        Api api = panel.owner();
        git.commit("app", Sources.site("version 0"));
        api.post("/api/v1/projects", Map.of("name", "crash")).ok();
        api.post("/api/v1/apps", Map.of("project", "crash", "name", "app", "git", git.url("app"), "port", 8080))
                .ok();
        JsonNode first = api.deploy("crash/app");
        assertThat(first.get("state").asText()).as(first.toString()).isEqualTo("done");
        String host = api.get("/api/v1/domains?app=crash%2Fapp")
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
        long slowest = 0;
        int done = 0;
        List<String> reasons = new ArrayList<>();
        try (Load load = new Load(panel.proxyPort, host, "/")) {
            for (int round = 1; round <= ROUNDS; round++) {
                git.commit("app", Sources.site("version " + round));
                String job = api.post("/api/v1/deployments/start", Map.of("app", "crash/app"))
                        .ok()
                        .json()
                        .get("job")
                        .asText();
                Wait.millis(random.nextInt(2500));
                long killed = System.nanoTime();
                panel.kill("panel");
                panel.awaitReady(Duration.ofSeconds(60));
                api = panel.owner();
                JsonNode ended = api.await(job, Duration.ofSeconds(60));
                slowest = Math.max(slowest, (System.nanoTime() - killed) / 1_000_000);
                if (ended.get("state").asText().equals("done")) {
                    done++;
                } else {
                    String reason = ended.at("/error/message").asText();
                    assertThat(reason).as("round " + round).isNotBlank();
                    reasons.add(reason);
                }
            }
            Wait.millis(8000);
            load.close();
            Figure.say("seed " + SEED + ", " + ROUNDS + " kills, " + done + " resumed to the end"
                    + (reasons.isEmpty() ? "" : ", others: " + reasons) + ", slowest " + slowest + " ms, "
                    + load.failed() + " of " + load.requests() + " requests failed");
            assertThat(load.failed()).as(load.reasons()).isZero();
        }
        assertThat(slowest).isLessThan(60_000);
        assertNothingIsLeft();
    }

    private static void assertNothingIsLeft() {
        Wait.until(
                "one container of the app is left",
                Duration.ofSeconds(75),
                () -> docker("ps", "-aq", "--filter", "label=op.app=" + app())
                                .lines()
                                .count()
                        == 1);
        Wait.until("no work folder is left", Duration.ofSeconds(30), CrashTest::noWorkIsLeft);
        Api api = panel.owner();
        assertThat(api.get("/api/v1/jobs?state=running").ok().json().get("items"))
                .isEmpty();
        assertThat(api.get("/api/v1/jobs?state=queued").ok().json().get("items"))
                .isEmpty();
    }

    private static boolean noWorkIsLeft() {
        Path workspaces = panel.home.resolve("cache").resolve("workspaces");
        if (Files.notExists(workspaces)) {
            return true;
        }
        try (Stream<Path> left = Files.list(workspaces)) {
            return left.findAny().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String app() {
        return panel.owner().id("crash/app");
    }

    private static String docker(String... arguments) {
        var command = new java.util.ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return Panel.run(command, Map.of(), null).output();
    }
}
