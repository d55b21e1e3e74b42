package io.openpanel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One round of measuring 100 containers that somebody watches and telling them, in processor time, beside opening and reading
 * the kernel's files once.
 */
final class StatsBench {
    private static final int CONTAINERS = 100;
    private static final int ROUNDS = 20;

    private StatsBench() {}

    static void run(Panel panel) throws IOException {
        List<String> made = new ArrayList<>();
        List<Visitor> watchers = new ArrayList<>();
        try {
            while (made.size() < CONTAINERS) {
                made.add(Panel.run(
                                List.of(
                                        "docker",
                                        "run",
                                        "-d",
                                        "--network",
                                        "none",
                                        "--label",
                                        "op.test=bench",
                                        Sources.BASE,
                                        "/bin/sh",
                                        "-c",
                                        // Figures that do not change are not told.
                                        "while :; do sleep 1; done"),
                                Map.of(),
                                null)
                        .output()
                        .strip());
            }
            String token = ReadBench.token(panel);
            for (String id : made) {
                String head = "GET /api/v1/containers/" + id.substring(0, 12) + "/stats HTTP/1.1\nHost: localhost\n"
                        + "Authorization: Bearer " + token + "\nAccept: text/event-stream\n\n";
                Visitor watcher = new Visitor(panel.port).send(head, new byte[0]);
                watchers.add(watcher);
                if (!watcher.first().contains(" 200 ")) {
                    throw new AssertionError("The figures of " + id + " are not told");
                }
            }
            Wait.millis(ROUNDS * 1000);
            Path sampler = sampler(panel.pid("panel"));
            long before = busyNanos(sampler);
            Wait.millis(ROUNDS * 1000);
            double ours = (busyNanos(sampler) - before) / 1e6 / ROUNDS;
            Bench.say("metrics-round-" + CONTAINERS, "ms CPU", ours, floor(made), 5, false, false);
        } finally {
            for (Visitor watcher : watchers) {
                watcher.close();
            }
            List<String> remove = new ArrayList<>(List.of("docker", "rm", "-f"));
            remove.addAll(made);
            Panel.run(remove, Map.of(), null);
        }
    }

    private static Path sampler(long pid) throws IOException {
        try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(pid), "task"))) {
            return threads.filter(each -> read(each.resolve("comm")).strip().equals("docker-sampler"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("Nothing is measured"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How long a thread was on a processor. */
    private static long busyNanos(Path thread) {
        return Long.parseLong(read(thread.resolve("schedstat")).split(" ")[0]);
    }

    private static double floor(List<String> containers) throws IOException {
        List<Path> files = new ArrayList<>();
        for (String id : containers) {
            String pid = Panel.run(List.of("docker", "inspect", "-f", "{{.State.Pid}}", id), Map.of(), null)
                    .output()
                    .strip();
            files.add(Path.of("/proc", pid, "net/dev"));
            for (String line : read(Path.of("/proc", pid, "cgroup")).split("\n")) {
                String[] parts = line.split(":", 3);
                Path group = Path.of("/sys/fs/cgroup", parts[1], parts[2]);
                for (String name : List.of(
                        "cpu.stat",
                        "memory.current",
                        "io.stat",
                        "cpuacct.usage",
                        "memory.usage_in_bytes",
                        "blkio.throttle.io_service_bytes")) {
                    if (Files.exists(group.resolve(name))) {
                        files.add(group.resolve(name));
                    }
                }
            }
        }
        long best = Long.MAX_VALUE;
        for (int round = 0; round < 2 * ROUNDS; round++) {
            long start = System.nanoTime();
            for (Path file : files) {
                Files.readAllBytes(file);
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        return best / 1e6;
    }
}
