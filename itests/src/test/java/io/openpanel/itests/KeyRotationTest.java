package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A hundred thousand secrets of a hundred teams get another key while they are read, and the panel is killed in it. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class KeyRotationTest {
    private static final long SEED = Long.getLong("openpanel.seed", 20260301L);
    private static final int TEAMS = 100;
    private static final int SECRETS = 1000;
    private static final int READERS = 3;
    private static final int KILLS = Figure.all() ? 20 : 2;
    /** Below what a hook takes in a minute. */
    private static final int PAUSE_MILLIS = 5;

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private static final byte[] PING = "{}".getBytes(StandardCharsets.UTF_8);
    private static final List<Hook> HOOKS = new ArrayList<>();
    private static GitServer git;
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void fill() throws IOException {
        panel = Panel.start();
        api = panel.owner();
        String lines = lines();
        git = new GitServer();
        git.commit(
                "app",
                Sources.with(
                        Sources.environment(),
                        "run.sh",
                        """
                        mkdir -p /www && env | grep ^NAME_ > /www/index.html
                        exec httpd -f -p "$PORT" -h /www
                        """));
        post("/api/v1/projects", Map.of("name", "p"), "");
        post("/api/v1/apps", Map.of("project", "p", "name", "own", "git", git.url("app"), "port", 8080), "");
        post("/api/v1/variables/import", Map.of("app", "p/own", "text", lines), "");
        for (int i = 0; i < TEAMS; i++) {
            String team = post("/api/v1/teams", Map.of("name", "Team " + i), "")
                    .get("team")
                    .asText();
            post("/api/v1/projects", Map.of("name", "p"), team);
            post("/api/v1/apps", Map.of("project", "p", "name", "a", "image", "nowhere.invalid/x"), team);
            post("/api/v1/variables/import", Map.of("app", "p/a", "text", lines), team);
            JsonNode hook = post("/api/v1/hooks", Map.of("app", "p/a"), team);
            HOOKS.add(new Hook(
                    hook.get("path").asText(), Signed.with(hook.get("secret").asText(), PING)));
        }
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    /** An address whose deliveries are checked with a secret that its team's data key opens. */
    private record Hook(String path, String signature) {}

    private static String lines() {
        return IntStream.range(0, SECRETS)
                .mapToObj(i -> "NAME_" + i + "=canary-" + i + "-of-the-rotation\n")
                .collect(Collectors.joining());
    }

    private static JsonNode post(String path, Map<String, ?> input, String team) {
        byte[] body = Api.json(input).getBytes(StandardCharsets.UTF_8);
        String[] headers = team.isEmpty() ? new String[0] : new String[] {"OpenPanel-Team", team};
        return api.send("POST", path, body, headers).ok().json();
    }

    /** Has the panel open a team's secret; answers what went wrong. */
    private static String read(Hook hook) {
        Api.Answer answer = panel.anonymous()
                .send("POST", hook.path, PING, "X-Hub-Signature-256", hook.signature, "X-GitHub-Event", "ping");
        return answer.status() == 200 ? "" : answer.status() + " " + answer.text();
    }

    private static JsonNode state() {
        return api.get("/api/v1/encryption").ok().json();
    }

    @Test
    @Order(1)
    void everySecretHasTheNewKeyWithinAMinuteAndNoReadFails() throws InterruptedException {
        JsonNode before = state();
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger reads = new AtomicInteger();
        Queue<String> faults = new ConcurrentLinkedQueue<>();
        List<Thread> readers = new ArrayList<>();
        for (int i = 0; i < READERS; i++) {
            Random random = new Random(SEED + i);
            readers.add(new Thread(() -> {
                while (!over.get()) {
                    String fault = read(HOOKS.get(random.nextInt(TEAMS)));
                    reads.incrementAndGet();
                    Wait.millis(PAUSE_MILLIS);
                    if (!fault.isEmpty()) {
                        faults.add(fault);
                    }
                }
            }));
        }
        readers.forEach(Thread::start);
        Wait.millis(1000);
        long begun = System.nanoTime();
        JsonNode job = rotate();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        Wait.millis(1000);
        over.set(true);
        for (Thread each : readers) {
            each.join();
        }
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        assertThat(faults).isEmpty();
        assertThat(reads).hasValueGreaterThan(20);
        assertThat(took).isLessThan(LONGEST);
        JsonNode after = state();
        assertThat(after.get("version")).isNotEqualTo(before.get("version"));
        assertThat(after.get("dataKeys").asInt()).isGreaterThanOrEqualTo(TEAMS);
        assertThat(after.get("behind").asInt()).isZero();
        Figure.say(TEAMS * SECRETS + " secrets of " + TEAMS + " teams rewrapped in " + took.toMillis() + " ms beside "
                + reads + " reads, " + faults.size() + " failed");
    }

    private static JsonNode rotate() {
        return api.await(
                api.post("/api/v1/encryption/rotate", Map.of())
                        .ok()
                        .json()
                        .get("job")
                        .asText(),
                LONGEST);
    }

    @Test
    @Order(2)
    void aPanelThatIsKilledInARotationEndsItAndLosesNothing() {
        Random random = new Random(SEED);
        for (int kill = 0; kill < KILLS; kill++) {
            String job = api.post("/api/v1/encryption/rotate", Map.of())
                    .ok()
                    .json()
                    .get("job")
                    .asText();
            Wait.millis(random.nextInt(400));
            panel.kill("panel");
            panel.awaitReady(LONGEST);
            api = panel.owner();
            assertThat(api.await(job, LONGEST).get("state").asText())
                    .as("kill " + kill)
                    .isEqualTo("done");
            assertThat(state().get("behind").asInt()).as("kill " + kill).isZero();
            assertThat(HOOKS).allSatisfy(hook -> assertThat(read(hook)).isEmpty());
        }
        Figure.say(KILLS + " kills in a rotation");
    }

    @Test
    @Order(3)
    void anAppIsGivenAThousandSecretsThatWereSealedBefore() throws IOException {
        JsonNode job = api.deploy("p/own");
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        String host = api.get("/api/v1/domains?app=p%2Fown")
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
        String given = Web.get(panel.proxyPort, host, "/").text();
        assertThat(given.lines().sorted())
                .containsExactlyElementsOf(lines().lines().sorted().toList());
    }
}
