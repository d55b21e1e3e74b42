package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A capability goes and comes back while everything else keeps serving. */
class PluginsTest {
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        panel.logIn();
        api = panel.owner();
    }

    @AfterAll
    static void stop() {
        panel.close();
    }

    private static boolean pagesOfDocker() {
        return panel.anonymous().get("/api/v1/console").text().contains("\"/containers\"");
    }

    private static boolean pathsOfDocker() {
        return api.get("/api/v1/openapi.json").text().contains("\"/api/v1/containers\"")
                || api.get("/api/v1/openapi.json").text().contains("\"/containers\"");
    }

    @Test
    void stoppingContainersTakesItsPagesPathsAndCommandsAwayWithinASecond() {
        assertThat(api.get("/api/v1/containers").status()).isEqualTo(200);
        assertThat(pagesOfDocker()).isTrue();
        assertThat(pathsOfDocker()).isTrue();
        assertThat(panel.cli("container", "list").exitCode()).isZero();

        api.post("/api/v1/plugins/docker/stop", Map.of()).ok();
        Duration gone = Wait.until(
                "the plugin is gone everywhere",
                Duration.ofSeconds(1),
                () -> api.get("/api/v1/containers").status() == 404 && !pagesOfDocker() && !pathsOfDocker());
        assertThat(panel.cli("container", "list").exitCode()).isNotZero();
        assertThat(api.get("/api/v1/projects").status()).isEqualTo(200);

        api.post("/api/v1/plugins/docker/start", Map.of()).ok();
        Duration back = Wait.until(
                "the plugin is back everywhere",
                Duration.ofSeconds(2),
                () -> api.get("/api/v1/containers").status() == 200 && pagesOfDocker() && pathsOfDocker());
        assertThat(panel.cli("container", "list").exitCode()).isZero();
        Figure.say("gone after " + gone.toMillis() + " ms, back after " + back.toMillis() + " ms");
    }

    @Test
    void otherCapabilitiesAnswerEveryRequestWhileOneIsSwapped() throws InterruptedException {
        List<Integer> bad = new ArrayList<>();
        int[] requests = {0};
        boolean[] stop = {false};
        Thread load = new Thread(() -> {
            while (!stop[0]) {
                requests[0]++;
                int status = api.get("/api/v1/projects").status();
                if (status != 200) {
                    bad.add(status);
                }
            }
        });
        load.start();
        for (int i = 0; i < 10; i++) {
            api.post("/api/v1/plugins/docker/stop", Map.of()).ok();
            api.post("/api/v1/plugins/docker/start", Map.of()).ok();
        }
        stop[0] = true;
        load.join();
        Figure.say(bad.size() + " of " + requests[0] + " requests to other plugins failed in 10 swaps");
        assertThat(bad).isEmpty();
    }
}
