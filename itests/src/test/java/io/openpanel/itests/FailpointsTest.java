package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The panel is killed right after each step that outlives it; what it was at is whole afterwards. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailpointsTest {
    private static final long SEED = Long.getLong("openpanel.seed", 20260301L);
    private static final int KILLS = Figure.all() ? Integer.MAX_VALUE : 6;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String BOARD = "/api/v1/plugins/board";

    @TempDir
    private static Path folder;

    private static KillSwitch points;
    private static Panel panel;
    private static Api api;
    private static Board board;
    private static Aftermath aftermath;
    private static final Set<String> KILLED = new TreeSet<>();
    private static long slowest;

    /** What brings the panel to a point. */
    private record Way(Runnable before, Runnable there) {}

    @BeforeAll
    static void start() {
        points = new KillSwitch();
        panel = Panel.start(points.environment());
        aftermath = new Aftermath(panel);
        api = panel.owner();
        board = new Board(api, folder);
        board.publish(Board.version("1.0.1", ""));
        board.refresh();
    }

    @AfterAll
    static void stop() {
        aftermath.close();
        board.close();
        panel.close();
        points.close();
    }

    private static Way way(String point) {
        return switch (point.substring(0, point.indexOf('.'))) {
            case "install" -> new Way(FailpointsTest::goBack, () -> change("update"));
            case "stop" -> new Way(() -> {}, () -> change("stop"));
            case "start" -> new Way(() -> change("stop"), () -> change("start"));
            case "uninstall" -> new Way(() -> {}, () -> change("uninstall"));
            case "purge" -> new Way(() -> {}, FailpointsTest::purge);
            case "job" -> new Way(() -> {}, () -> api.post("/api/v1/board/copy", Map.of()));
            case "event", "call" -> new Way(() -> {}, () -> note(point));
            default -> point.endsWith("checkpoint") || point.endsWith("file")
                    ? new Way(() -> note(point), FailpointsTest::restart)
                    : new Way(() -> {}, () -> note(point));
        };
    }

    private static Api.Answer change(String verb) {
        return api.post(BOARD + '/' + verb, Map.of());
    }

    private static void purge() {
        api.post(BOARD + "/purge", Map.of("confirm", "board"));
    }

    /** Each with an idempotency key, as a careful client does. */
    private static Api.Answer note(String text) {
        byte[] body = Api.json(Map.of("text", text)).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        return api.send("POST", "/api/v1/board/note", body, "Idempotency-Key", text);
    }

    /** The end of the chain is signed at each start. */
    private static void restart() {
        panel.kill("panel");
        panel.up();
    }

    private static void awaitGone() {
        Wait.until("the panel is gone", SOON, () -> !panel.ready());
    }

    private static void signIn() {
        api = panel.owner();
        board.use(api);
    }

    private static void putInPlace() {
        String state = api.get(BOARD).json().path("state").asText("missing");
        if (state.equals("stopped")) {
            change("start").ok();
        } else if (!state.equals("active")) {
            assertThat(board.install("1.0.0").get("state").asText()).isEqualTo("done");
        }
    }

    private static void goBack() {
        if (board.said().equals("1.0.1")) {
            assertThat(board.rollBack().get("state").asText()).isEqualTo("done");
        }
    }

    private static void goTo(String point, Runnable way) {
        points.set(point);
        try {
            way.run();
        } catch (UncheckedIOException cutOff) {
            awaitGone();
        }
        Wait.until("the panel comes to " + point, SOON, () -> points.isSpent(point));
    }

    private static void killAt(String point) {
        putInPlace();
        Way way = way(point);
        way.before.run();
        // Nobody starts the panel again before what it left was looked at.
        panel.kill("panel.supervisor");
        try {
            goTo(point, way.there);
        } finally {
            points.unset(point);
            aftermath.remember();
            panel.up();
        }
        KILLED.add(point);
        signIn();
        slowest = Math.max(slowest, aftermath.check(api).toMillis());
        if (point.matches("(event|call|audit)\\..*")) {
            assertAnswered(note(point));
        }
    }

    /** Whoever asks again with the same key gets the first answer, or is told that nobody knows it; never to wait. */
    private static void assertAnswered(Api.Answer again) {
        assertThat(again.status()).as(again.text()).isIn(200, 204, 409);
        assertThat(again.text()).doesNotContain("still running");
    }

    @Test
    @Order(1)
    void theWorkOfThisSuiteComesToEachPoint() {
        for (String each : List.of("install.", "job.", "event.", "stop.", "start.", "uninstall.", "purge.")) {
            putInPlace();
            way(each).before.run();
            way(each).there.run();
            aftermath.remember();
            aftermath.check(api);
        }
        for (String each : KillSwitch.points()) {
            Wait.until("somebody comes to " + each, Duration.ofSeconds(70), () -> points.passed(each));
        }
    }

    @TestFactory
    @Order(2)
    Stream<DynamicTest> killedRightAfter() {
        return slice().stream().map(each -> DynamicTest.dynamicTest(each, () -> named(each)));
    }

    private static List<String> slice() {
        List<String> all = new ArrayList<>(KillSwitch.points());
        Collections.shuffle(all, new Random(SEED));
        return all.stream().limit(KILLS).toList();
    }

    /** The report knows dynamic tests by their numbers alone. */
    private static void named(String point) {
        try {
            killAt(point);
        } catch (AssertionError e) {
            throw new AssertionError("After " + point + ": " + e.getMessage(), e);
        }
    }

    /** With --all at every one there is; a way that no longer leads to its point is found here. */
    @Test
    @Order(3)
    void noPointIsLeftOut() {
        List<String> expected = slice();
        assertThat(KILLED).as("killed at, seed " + SEED).containsExactlyInAnyOrderElementsOf(expected);
        if (Figure.all()) {
            assertThat(KILLED).containsExactlyInAnyOrderElementsOf(KillSwitch.points());
        }
    }

    @Test
    @Order(4)
    void theFigures() {
        Figure.say("seed " + SEED + ", " + KILLED.size() + " kills at "
                + KillSwitch.points().size() + " points, the last job ended " + slowest
                + " ms after the panel was back");
    }
}
