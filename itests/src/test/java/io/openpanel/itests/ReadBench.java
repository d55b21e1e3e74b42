package io.openpanel.itests;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A simple authenticated read: one connection for the latency, sixteen for the rate. */
final class ReadBench {
    private static final int WARM_UP = 5000;
    private static final int COUNTED = 5000;
    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([\\d.]+)");

    private ReadBench() {}

    static void run(Panel panel) throws IOException {
        Api owner = panel.owner();
        String[] bearer = {"Authorization", "Bearer " + token(panel)};
        owner.get("/api/v1/profile").ok();
        rate(panel, "/api/v1/profile", 5, bearer[1]);
        long[] ours = latencies(panel, "/api/v1/profile", bearer);
        long[] floor = latencies(panel, "/health/live");
        Bench.say("read-p50", "ms", Bench.percentile(ours, 0.5), Bench.percentile(floor, 0.5), 0.5, false, false);
        Bench.say("read-p99", "ms", Bench.percentile(ours, 0.99), Bench.percentile(floor, 0.99), 2, false, false);
        Bench.say(
                "read-rate",
                "req/s",
                rate(panel, "/api/v1/profile", 8, bearer[1]),
                rate(panel, "/health/live", 8, null),
                5000,
                false,
                true);
    }

    static String token(Panel panel) {
        return panel.anonymous()
                .post("/api/v1/sessions", Map.of("email", Panel.EMAIL, "password", Panel.PASSWORD))
                .ok()
                .json()
                .get("accessToken")
                .asText();
    }

    static long[] latencies(Panel panel, String path, String... headers) throws IOException {
        long[] nanos = new long[COUNTED];
        try (KeepAlive connection = KeepAlive.tcp(panel.port)) {
            for (int i = 0; i < WARM_UP; i++) {
                connection.get(path, headers);
            }
            for (int i = 0; i < COUNTED; i++) {
                long start = System.nanoTime();
                connection.get(path, headers);
                nanos[i] = System.nanoTime() - start;
            }
        }
        return nanos;
    }

    private static double rate(Panel panel, String path, int seconds, String authorization) {
        var command = new java.util.ArrayList<>(List.of("wrk", "-t1", "-c16", "-d" + seconds + "s"));
        if (authorization != null) {
            command.addAll(List.of("-H", "Authorization: " + authorization));
        }
        command.add(panel.url() + path);
        String output = Panel.run(command, Map.of(), null).output();
        Matcher matcher = RATE.matcher(output);
        if (!matcher.find() || output.contains("Non-2xx")) {
            throw new AssertionError(output);
        }
        return Double.parseDouble(matcher.group(1));
    }
}
