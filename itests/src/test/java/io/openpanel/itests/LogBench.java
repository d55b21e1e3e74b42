package io.openpanel.itests;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Reading 200,000 log lines through the API, beside the engine's own API. */
final class LogBench {
    private static final int LINES = 200_000;
    private static final int ROUNDS = 3;

    private LogBench() {}

    static void run(Panel panel) throws IOException {
        String id = Panel.run(
                        List.of(
                                "docker",
                                "run",
                                "-d",
                                "--label",
                                "op.test=bench",
                                Sources.BASE,
                                "/bin/awk",
                                "BEGIN { for (i = 0; i < " + LINES
                                        + "; i++) print i \" the quick brown fox jumps over the lazy dog, again and again\" }"),
                        Map.of(),
                        null)
                .output()
                .strip();
        try {
            Panel.run(List.of("docker", "wait", id), Map.of(), null);
            String reference = id.substring(0, 12);
            Wait.until(
                    "the panel knows the container",
                    Duration.ofSeconds(10),
                    () -> panel.owner().get("/api/v1/containers/" + reference).status() == 200);
            double ours = Double.MAX_VALUE;
            double floor = Double.MAX_VALUE;
            for (int i = 0; i < ROUNDS; i++) {
                floor = Math.min(floor, engine(id));
                ours = Math.min(ours, panel(panel, reference));
            }
            Bench.say("logs-200000", "s", ours, floor, 2, true, false);
        } finally {
            Panel.run(List.of("docker", "rm", "-f", id), Map.of(), null);
        }
    }

    private static double engine(String id) throws IOException {
        long start = System.nanoTime();
        try (KeepAlive connection = KeepAlive.unix("/var/run/docker.sock")) {
            connection.get("/containers/" + id + "/logs?stdout=1&stderr=1&timestamps=1");
        }
        return (System.nanoTime() - start) / 1e9;
    }

    private static double panel(Panel panel, String reference) throws IOException {
        String bearer = "Bearer " + ReadBench.token(panel);
        long start = System.nanoTime();
        try (KeepAlive connection = KeepAlive.tcp(panel.port)) {
            long bytes = connection.get("/api/v1/containers/" + reference + "/logs", "Authorization", bearer);
            if (bytes < LINES * 50L) {
                throw new AssertionError("Only " + bytes + " bytes of the log came");
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
