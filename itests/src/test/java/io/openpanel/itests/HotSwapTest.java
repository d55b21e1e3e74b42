package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hundred times a plugin comes, changes, changes back and goes, and nobody else notices. */
class HotSwapTest {
    private static final int CYCLES = 25;
    private static final List<String> OTHERS =
            List.of("/api/v1/projects", "/api/v1/containers?limit=20", "/api/v1/domains", "/api/v1/jobs?limit=5");

    @TempDir
    private static Path folder;

    private static Panel panel;
    private static Api api;
    private static Board board;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        api = panel.owner();
        board = new Board(api, folder);
        board.publish(Board.version("1.1.0", ""));
        board.refresh();
    }

    @AfterAll
    static void stop() {
        board.close();
        panel.close();
    }

    private static void done(JsonNode job) {
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
    }

    private static String jcmd(String... arguments) {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), "" + panel.pid("panel")));
        command.addAll(List.of(arguments));
        return Panel.run(command, Map.of(), null).output();
    }

    /** How many class loaders of bundles are alive; counting them collects what can be collected. */
    private static long classLoaders() {
        Matcher line = Pattern.compile(
                        "(\\d+)\\s+\\d+\\s+org\\.apache\\.felix\\.framework\\.BundleWiringImpl\\$BundleClassLoader")
                .matcher(jcmd("GC.class_histogram"));
        assertThat(line.find()).isTrue();
        return Long.parseLong(line.group(1));
    }

    private static double metaspace() {
        Matcher used = Pattern.compile("Both:.*?([0-9.]+) MB used|Both:.*?\\(.*?\\)\\s+([0-9.]+) MB")
                .matcher(jcmd("VM.metaspace", "basic", "scale=MB"));
        return used.find() ? Double.parseDouble(used.group(1) != null ? used.group(1) : used.group(2)) : 0;
    }

    private static void cycle(boolean withJob) {
        done(board.install("1.0.0"));
        assertThat(board.said()).isEqualTo("1.0.0");
        String job = withJob
                ? api.post("/api/v1/board/copy", Map.of())
                        .ok()
                        .json()
                        .get("job")
                        .asText()
                : "";
        done(board.update("1.1.0"));
        assertThat(board.said()).isEqualTo("1.1.0");
        done(board.rollBack());
        assertThat(board.said()).isEqualTo("1.0.0");
        if (withJob) {
            done(api.await(job, Duration.ofSeconds(60)));
        }
        board.uninstall();
        assertThat(api.get("/api/v1/board/say").status()).isEqualTo(404);
    }

    @Test
    void aHundredSwapsUnderLoadFailNoRequestAndLeaveNothing() throws Exception {
        cycle(true);
        long loaders = classLoaders();
        double metaspace = metaspace();
        Others others = new Others(panel, OTHERS);
        try (others) {
            for (int i = 0; i < CYCLES; i++) {
                cycle(i % 5 == 0);
                if (i % 5 == 4) {
                    api.post("/api/v1/plugins/teams/restart", Map.of()).ok();
                }
            }
        }
        assertThat(others.failed()).isEmpty();
        assertThat(others.perSecond()).isGreaterThan(200);
        Wait.until("no class loader stays", Duration.ofSeconds(30), () -> classLoaders() <= loaders);
        Figure.say(String.format(
                java.util.Locale.ROOT,
                "0 of %d requests to others failed in %d swaps at %.0f req/s, p50 %.1f ms, p99 %.1f ms, "
                        + "class loaders %d before and %d after, metaspace %.1f and %.1f MB",
                others.requests(),
                4 * CYCLES,
                others.perSecond(),
                others.percentile(0.5),
                others.percentile(0.99),
                loaders,
                classLoaders(),
                metaspace,
                metaspace()));
    }

    @Test
    void callsOfThePluginItselfWaitOnlyForItsExchange() throws Exception {
        done(board.install("1.0.0"));
        List<Double> gaps = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            AtomicBoolean over = new AtomicBoolean();
            List<String> wrong = new CopyOnWriteArrayList<>();
            long[] longest = {0};
            Thread caller = new Thread(() -> {
                while (!over.get()) {
                    long start = System.nanoTime();
                    int status = api.get("/api/v1/board/say").status();
                    longest[0] = Math.max(longest[0], System.nanoTime() - start);
                    int knocked = panel.anonymous().get("/board-hook").status();
                    if (status != 200 || knocked != 200) {
                        wrong.add(status + " " + knocked);
                    }
                }
            });
            caller.start();
            done(i % 2 == 0 ? board.update("1.1.0") : board.rollBack());
            over.set(true);
            caller.join();
            assertThat(wrong).isEmpty();
            gaps.add(longest[0] / 1e6);
        }
        board.uninstall();
        double[] sorted = gaps.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        Figure.say(String.format(
                java.util.Locale.ROOT,
                "longest call of the plugin during its exchange: %.0f ms in the middle, %.0f ms at most",
                sorted[sorted.length / 2],
                sorted[sorted.length - 1]));
    }
}
