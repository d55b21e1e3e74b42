package io.openpanel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;

/** Twenty people log in at the same moment, and what it costs to know a caller and their rights again. */
final class SignInBench {
    private static final int AT_ONCE = 20;
    private static final int WAVES = 3;
    private static final int ALONE = 10;
    private static final String PASSWORD = "nine quiet harbours at noon";
    private static final int CALLS = 30_000;
    private static final double TICKS_PER_SECOND = 100;

    private SignInBench() {}

    static void run(Panel panel) throws IOException {
        List<String> people = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            people.add(invite(panel, "person" + i + "@example.com"));
        }
        long[] alone = new long[ALONE];
        for (int i = 0; i < ALONE; i++) {
            alone[i] = logIn(panel, people.get(i));
        }
        long[] together = new long[WAVES * AT_ONCE];
        for (int wave = 0; wave < WAVES; wave++) {
            System.arraycopy(wave(panel, people), 0, together, wave * AT_ONCE, AT_ONCE);
        }
        Bench.say(
                "log-in-20-p95",
                "ms",
                Bench.percentile(together, 0.95),
                Bench.percentile(alone, 0.5),
                400,
                false,
                false);
        String[] bearer = {"Authorization", "Bearer " + ReadBench.token(panel)};
        // Both answer from memory and with little: what is between them is who calls and what they may.
        double open = cpuMicros(panel, "/api/v1/registration");
        double permitted = cpuMicros(panel, "/api/v1/containers", bearer);
        Bench.say("authenticate-and-permit", "us CPU", permitted - open, open, 50, false, false);
    }

    private static String invite(Panel panel, String email) {
        String token = panel.owner()
                .post("/api/v1/invitations", Map.of("email", email, "role", "role:viewer"))
                .ok()
                .json()
                .get("token")
                .asText();
        panel.anonymous()
                .post("/api/v1/invitations/accept", Map.of("token", token, "password", PASSWORD, "name", "Somebody"))
                .ok();
        return email;
    }

    private static long logIn(Panel panel, String email) {
        long begun = System.nanoTime();
        panel.anonymous()
                .post("/api/v1/sessions", Map.of("email", email, "password", PASSWORD))
                .ok();
        return System.nanoTime() - begun;
    }

    private static long[] wave(Panel panel, List<String> people) {
        CyclicBarrier together = new CyclicBarrier(AT_ONCE);
        List<CompletableFuture<Long>> all = people.stream()
                .map(person -> CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                together.await();
                            } catch (InterruptedException | BrokenBarrierException e) {
                                throw new IllegalStateException(e);
                            }
                            return logIn(panel, person);
                        },
                        work -> new Thread(work).start()))
                .toList();
        return all.stream().mapToLong(CompletableFuture::join).toArray();
    }

    /** What the panel's process spends on a call, once it is warm. */
    private static double cpuMicros(Panel panel, String path, String... headers) throws IOException {
        try (KeepAlive connection = KeepAlive.tcp(panel.port)) {
            call(connection, path, headers);
            double before = seconds(panel);
            call(connection, path, headers);
            return (seconds(panel) - before) * 1e6 / CALLS;
        }
    }

    private static void call(KeepAlive connection, String path, String... headers) throws IOException {
        for (int i = 0; i < CALLS; i++) {
            connection.get(path, headers);
        }
    }

    /** User and system time of the process so far (proc(5): fields 14 and 15, counted from behind its name). */
    private static double seconds(Panel panel) {
        try {
            String stat = Files.readString(Path.of("/proc/" + panel.pid("panel") + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
