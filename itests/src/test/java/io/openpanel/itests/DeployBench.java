package io.openpanel.itests;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.testkit.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** From the push of a trivial app to its first answer, beside the engine's own command line; and what the switch costs. */
final class DeployBench {
    private static final int ROUNDS = 9;

    private DeployBench() {}

    static void run(Panel panel) throws IOException {
        try (GitServer git = new GitServer()) {
            Api api = panel.owner();
            git.commit("bench", Sources.site("version 0"));
            api.post("/api/v1/projects", Map.of("name", "bench")).ok();
            api.post("/api/v1/apps", Map.of("project", "bench", "name", "site", "git", git.url("bench"), "port", 8080))
                    .ok();
            api.deploy("bench/site");
            String host = api.get("/api/v1/domains?app=bench%2Fsite")
                    .ok()
                    .json()
                    .at("/items/0/host")
                    .asText();
            double[] ours = new double[ROUNDS];
            double[] floor = new double[ROUNDS];
            int requests;
            int failed;
            try (Load load = new Load(panel.proxyPort, host, "/")) {
                for (int i = 0; i < ROUNDS; i++) {
                    floor[i] = byHand("hand " + i);
                    git.commit("bench", Sources.site("version " + (i + 1)));
                    ours[i] = deploy(panel, api, host, "version " + (i + 1));
                }
                load.close();
                requests = load.requests();
                failed = load.failed();
            }
            tellSteps(api);
            Arrays.sort(ours);
            Arrays.sort(floor);
            Bench.say("deploy", "s", ours[ROUNDS / 2], floor[ROUNDS / 2], 2, true, false);
            Bench.say("switch-failed-of-" + requests, "requests", failed, 0, 0, false, false);
            api.delete("/api/v1/projects/bench", "bench");
        }
    }

    private static double deploy(Panel panel, Api api, String host, String text) throws IOException {
        long start = System.nanoTime();
        api.post("/api/v1/deployments/start", Map.of("app", "bench/site")).ok();
        while (!Web.get(panel.proxyPort, host, "/").text().contains(text)) {
            Wait.millis(5);
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /** Where the last deployment spent its time: for whoever tunes it, not a figure. */
    private static void tellSteps(Api api) {
        String last = api.get("/api/v1/deployments?app=bench%2Fsite")
                .ok()
                .json()
                .at("/items/0/job")
                .asText();
        JsonNode job = api.get("/api/v1/jobs/" + Api.encode(last)).ok().json();
        Instant created = Instant.parse(job.get("createdAt").asText());
        StringBuilder line = new StringBuilder("steps, ms since the call:");
        job.get("steps").forEach(step -> line.append(' ')
                .append(step.get("name").asText())
                .append(' ')
                .append(millis(created, step, "startedAt"))
                .append('-')
                .append(step.has("finishedAt") ? millis(created, step, "finishedAt") : ""));
        System.err.println(line);
    }

    private static String millis(Instant since, JsonNode step, String name) {
        return String.valueOf(
                Duration.between(since, Instant.parse(step.get(name).asText())).toMillis());
    }

    private static double byHand(String text) throws IOException {
        Path source = Files.createTempDirectory("openpanel-bench");
        for (Map.Entry<String, String> file : Sources.site(text).entrySet()) {
            Path path = source.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        int port = FreePorts.next();
        long start = System.nanoTime();
        docker("build", "-q", "-t", "openpanel-bench-hand", source.toString());
        String id = docker("run", "-d", "-p", "127.0.0.1:" + port + ":8080", "openpanel-bench-hand");
        while (!answers(port, text)) {
            Wait.millis(5);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        docker("rm", "-f", id);
        docker("rmi", "-f", "openpanel-bench-hand");
        return seconds;
    }

    private static boolean answers(int port, String text) {
        try {
            return Web.get(port, "localhost", "/").text().contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    private static String docker(String... arguments) {
        var command = new java.util.ArrayList<>(List.of("docker"));
        command.addAll(List.of(arguments));
        return Panel.run(command, Map.of("DOCKER_BUILDKIT", "0"), null)
                .output()
                .strip()
                .lines()
                .reduce((a, b) -> b)
                .orElse("");
    }
}
