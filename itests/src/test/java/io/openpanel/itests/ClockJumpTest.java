package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The machine's clock is put right by an hour, or the machine slept: sessions, jobs and schedules go on. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClockJumpTest {
    private static final int JUMPS = Figure.all() ? 12 : 6;

    private static ShiftedClock clock;
    private static GitServer git;
    private static Panel panel;
    private static String refreshToken;
    private static String accessToken;
    private static Api key;

    @BeforeAll
    static void start() {
        clock = new ShiftedClock();
        git = new GitServer();
        panel = Panel.start(clock.environment());
        Api owner = panel.owner();
        git.commit("app", slow("first"));
        owner.post("/api/v1/projects", Map.of("name", "clock")).ok();
        owner.post("/api/v1/apps", Map.of("project", "clock", "name", "app", "git", git.url("app"), "port", 8080))
                .ok();
        key = new Api(
                panel.url(),
                owner.post("/api/v1/api-keys", Map.of("name", "robust", "actions", List.of("*.*")))
                        .ok()
                        .json()
                        .get("token")
                        .asText());
        JsonNode session = panel.anonymous()
                .post("/api/v1/sessions", Map.of("email", Panel.EMAIL, "password", Panel.PASSWORD))
                .ok()
                .json();
        refreshToken = session.get("refreshToken").asText();
        accessToken = session.get("accessToken").asText();
    }

    @AfterAll
    static void stop() {
        if (panel != null) {
            panel.close();
            git.close();
            clock.close();
        }
    }

    private static Map<String, String> slow(String text) {
        Map<String, String> site = Sources.site(text);
        return Sources.with(site, "Dockerfile", site.get("Dockerfile") + "RUN sleep " + 3 * JUMPS + "\n");
    }

    /** Exchanges the refresh token and shows that both the new access token and the API key are good. */
    private static void goOn() {
        JsonNode next = panel.anonymous()
                .post("/api/v1/sessions/refresh", Map.of("refreshToken", refreshToken))
                .ok()
                .json();
        refreshToken = next.get("refreshToken").asText();
        accessToken = next.get("accessToken").asText();
        new Api(panel.url(), accessToken).get("/api/v1/projects").ok();
        key.get("/api/v1/projects").ok();
    }

    @Test
    @Order(1)
    void aJobIsNotRunTwiceWhenTheClockJumpsAhead() throws IOException {
        String job = key.post("/api/v1/deployments/start", Map.of("app", "clock/app"))
                .ok()
                .json()
                .get("job")
                .asText();
        Wait.until(
                "the build sleeps", Duration.ofSeconds(30), () -> key.log(job).contains("RUN sleep"));
        for (int hours = 1; hours <= JUMPS; hours++) {
            clock.shift(Duration.ofHours(hours));
            Wait.millis(2300);
        }
        JsonNode ended = key.await(job, Duration.ofSeconds(60));
        assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("done");
        assertThat(ended.get("attempt").asInt()).as(key.log(job)).isEqualTo(1);
        assertThat(new Api(panel.url(), accessToken).get("/api/v1/projects").status())
                .isEqualTo(401);
        goOn();
        long revived = Files.readString(panel.home.resolve("log/panel.jsonl"))
                .lines()
                .filter(line -> line.contains("The lease of job"))
                .count();
        Figure.say("clock: " + JUMPS + " jumps of +1 h in a build, its lease ran out " + revived + " times, 1 attempt");
    }

    @Test
    @Order(2)
    void everythingGoesOnWhenTheClockIsPutBack() {
        long begun = System.nanoTime();
        clock.shift(Duration.ofHours(JUMPS - 1));
        goOn();
        git.commit("app", Sources.site("second"));
        JsonNode job = key.deploy("clock/app");
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        Wait.until("the schedule that writes down the use of keys runs", Duration.ofSeconds(80), () -> {
            key.get("/api/v1/projects").ok();
            String used = key.get("/api/v1/api-keys")
                    .ok()
                    .json()
                    .at("/items/0/usedAt")
                    .asText("");
            return !used.isEmpty()
                    && Duration.between(Instant.parse(used), Instant.now().plus(Duration.ofHours(JUMPS - 1)))
                                    .abs()
                                    .toMinutes()
                            < 5;
        });
        Figure.say("1 h back, schedules run after " + OutageStage.millis(begun) / 1000 + " s");
    }
}
