package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings count at once, while everything serves, and are there after whatever happens to the panel or the plugin. */
class SettingsTest {
    private static final String SECRET = "canary-setting-5d1f77";

    @TempDir
    private static Path folder;

    private static Panel panel;
    private static Api api;
    private static Board board;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        panel.logIn();
        api = panel.owner();
        board = new Board(api, folder);
        board.publish(Board.version("1.1.0", ""));
        board.refresh();
        assertThat(board.install("1.0.0").get("state").asText()).isEqualTo("done");
    }

    @AfterAll
    static void stop() {
        board.close();
        panel.close();
    }

    private static Api.Answer set(String name, Object value) {
        Map<String, Object> values = new HashMap<>();
        values.put(name, value);
        return api.patch("/api/v1/plugins/board/settings", Map.of("values", values));
    }

    private static JsonNode said() {
        return api.get("/api/v1/board/say").ok().json();
    }

    @Test
    void aChangeCountsFromTheNextCallOnAndNobodyWaits() throws IOException {
        List<Double> took = new ArrayList<>();
        int started = said().get("started").asInt();
        Others others = new Others(panel, List.of("/api/v1/board/say", "/api/v1/projects"));
        try (others) {
            for (int i = 0; i < 50; i++) {
                long begun = System.nanoTime();
                JsonNode changed = set("greeting", "hello " + i).ok().json();
                took.add((System.nanoTime() - begun) / 1e6);
                assertThat(changed.get("applied").asBoolean()).isTrue();
                assertThat(said().get("greeting").asText()).isEqualTo("hello " + i);
            }
        }
        assertThat(others.failed()).isEmpty();
        assertThat(said().get("started").asInt()).as("it was not started again").isEqualTo(started);
        double[] sorted =
                took.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        Figure.say(String.format(
                java.util.Locale.ROOT,
                "0 of %d requests failed in 50 changes of %.0f ms in the middle, %.0f ms at most",
                others.requests(),
                sorted[sorted.length / 2],
                Arrays.stream(sorted).max().orElse(0)));
    }

    @Test
    void theyAreThereAfterARestartAnUpdateAndARollBack() {
        set("greeting", "good day").ok();

        panel.launcher("stop", "--home", panel.home.toString());
        panel.up();
        api = panel.owner();
        board.use(api);
        assertThat(said().get("greeting").asText()).isEqualTo("good day");

        assertThat(board.update("1.1.0").get("state").asText()).isEqualTo("done");
        assertThat(said().get("greeting").asText()).isEqualTo("good day");
        assertThat(board.rollBack().get("state").asText()).isEqualTo("done");
        assertThat(said().get("greeting").asText()).isEqualTo("good day");
    }

    @Test
    void theCommandLineShowsChangesAndUndoesThem() {
        set("greeting", "hello").ok();

        assertThat(panel.cli("setting", "update", "board", "--values", "greeting=howdy")
                        .exitCode())
                .isZero();
        assertThat(panel.cli("setting", "get", "board").output())
                .contains("NAME", "TITLE", "VALUE", "greeting", "Greeting", "howdy");
        Panel.Ran wrong = panel.cli("setting", "update", "board", "--values", "size=1");
        assertThat(wrong.exitCode()).isNotZero();
        assertThat(wrong.output()).contains("values.size is not known; known are greeting, key");
        assertThat(panel.cli("setting", "undo", "board").exitCode()).isZero();
        assertThat(said().get("greeting").asText()).isEqualTo("hello");
        assertThat(panel.cli("setting", "history", "board").output()).contains("howdy", "greeting");
    }

    @Test
    void aSecretIsInNoAnswerAndInNoFile() throws IOException {
        set("key", SECRET).ok();

        for (String path :
                List.of("/plugins/board/settings", "/plugins/board/settings/history", "/audit?limit=50", "/plugins")) {
            assertThat(api.get("/api/v1" + path).ok().text()).as(path).doesNotContain(SECRET);
        }
        panel.launcher("stop", "--home", panel.home.toString());
        try (Stream<Path> files = Files.walk(panel.home)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET))
                        .as(file.toString())
                        .isFalse();
            }
        } finally {
            panel.up();
            api = panel.owner();
            board.use(api);
        }
    }
}
