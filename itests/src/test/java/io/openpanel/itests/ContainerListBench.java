package io.openpanel.itests;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Listing 50 and 200 containers, beside the engine's own list. */
final class ContainerListBench {
    private static final String SOCKET = "/var/run/docker.sock";
    private static final int COUNTED = 300;

    private ContainerListBench() {}

    static void run(Panel panel) throws IOException {
        List<String> made = new ArrayList<>();
        try {
            for (int wanted : new int[] {50, 200}) {
                while (made.size() < wanted) {
                    made.add(Panel.run(
                                    List.of(
                                            "docker",
                                            "create",
                                            "--label",
                                            "op.test=bench",
                                            Sources.BASE,
                                            "/bin/sleep",
                                            "60"),
                                    Map.of(),
                                    null)
                            .output()
                            .strip());
                }
                measure(panel, wanted);
            }
        } finally {
            List<String> remove = new ArrayList<>(List.of("docker", "rm", "-f"));
            remove.addAll(made);
            Panel.run(remove, Map.of(), null);
        }
    }

    private static void measure(Panel panel, int wanted) throws IOException {
        String[] bearer = {"Authorization", "Bearer " + ReadBench.token(panel)};
        Wait.until(
                "the list has them",
                Duration.ofSeconds(20),
                () -> panel.owner()
                                .get("/api/v1/containers?limit=1000")
                                .ok()
                                .json()
                                .get("items")
                                .size()
                        >= wanted);
        long[] ours = ReadBench.latencies(panel, "/api/v1/containers?limit=" + wanted, bearer);
        long[] floor = new long[COUNTED];
        try (KeepAlive engine = KeepAlive.unix(SOCKET)) {
            for (int i = 0; i < COUNTED; i++) {
                long start = System.nanoTime();
                engine.get("/containers/json?all=1&limit=" + wanted);
                floor[i] = System.nanoTime() - start;
            }
        }
        Bench.say(
                "container-list-" + wanted + "-p50",
                "ms",
                Bench.percentile(ours, 0.5),
                Bench.percentile(floor, 0.5),
                0.5,
                false,
                false);
        Bench.say(
                "container-list-" + wanted + "-p99",
                "ms",
                Bench.percentile(ours, 0.99),
                Bench.percentile(floor, 0.99),
                3,
                false,
                false);
    }
}
