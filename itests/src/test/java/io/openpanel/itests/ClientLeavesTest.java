package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Clients that leave in the middle: nothing of them stays, and what they began goes on. */
class ClientLeavesTest {
    private static final int CLIENTS = 60;
    private static final byte[] NOTHING = {};

    private static GitServer git;
    private static Panel panel;
    private static Api api;
    private static String container;
    private static String token;

    @BeforeAll
    static void start() {
        git = new GitServer();
        panel = Panel.start();
        panel.logIn();
        api = panel.owner();
        token = panel.anonymous()
                .post("/api/v1/sessions", Map.of("email", Panel.EMAIL, "password", Panel.PASSWORD))
                .ok()
                .json()
                .get("accessToken")
                .asText();
        git.commit("app", Sources.site("here"));
        api.post("/api/v1/projects", Map.of("name", "leave")).ok();
        api.post("/api/v1/apps", Map.of("project", "leave", "name", "app", "git", git.url("app"), "port", 8080))
                .ok();
        assertThat(api.deploy("leave/app").get("state").asText()).isEqualTo("done");
        container = api.get("/api/v1/containers?app=leave%2Fapp")
                .ok()
                .json()
                .at("/items/0/container")
                .asText()
                .substring("container:".length());
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    private static double metric(String name) {
        Matcher line = Pattern.compile("(?m)^" + name + " ([0-9.E]+)$")
                .matcher(panel.anonymous().get("/metrics").ok().text());
        assertThat(line.find()).as(name).isTrue();
        return Double.parseDouble(line.group(1));
    }

    /** Files and connections the panel has open, but for those to its database: its pools keep some for a minute. */
    private static long open() {
        try (Stream<Path> all = Files.list(Path.of("/proc/" + panel.pid("panel") + "/fd"))) {
            Set<String> kept = toTheDatabase();
            return all.filter(each -> !kept.contains(target(each))).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /** As the links to them read. */
    private static Set<String> toTheDatabase() throws IOException {
        int port = Integer.parseInt(
                Files.readString(panel.home.resolve("run/database.port")).strip());
        String remote = String.format(":%04X", port);
        Set<String> links = new HashSet<>();
        for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            for (String line : Files.readAllLines(Path.of(table))) {
                String[] fields = line.strip().split("\\s+");
                if (fields[2].endsWith(remote)) {
                    links.add("socket:[" + fields[9] + ']');
                }
            }
        }
        return links;
    }

    /** What must be as before once all have left. */
    private record Held(double streams, long open) {
        static Held now() {
            return new Held(metric("openpanel_streams"), ClientLeavesTest.open());
        }

        /** A few connections are kept for the next request. */
        long awaitAsBefore(Duration longest) {
            return Wait.until("as before: " + this, longest, () -> {
                        Held now = now();
                        return now.streams <= streams && now.open <= open + 8;
                    })
                    .toMillis();
        }
    }

    private static String path(String action) {
        for (JsonNode each : api.get("/api/v1/catalogue").ok().json().get("items")) {
            if (each.get("id").asText().equals(action)) {
                return "/api/v1" + each.get("path").asText().replace("{container}", container);
            }
        }
        throw new AssertionError("There is no " + action);
    }

    private static String head(String method, String path, int length) {
        return method + ' ' + path + " HTTP/1.1\nHost: localhost\nAuthorization: Bearer " + token
                + "\nAccept: text/event-stream\nContent-Type: application/json\n"
                + (length < 0 ? "" : "Content-Length: " + length + '\n') + '\n';
    }

    @Test
    void streamsOfClientsThatVanishAreEnded() throws IOException {
        api.get("/api/v1/containers").ok();
        Held before = Held.now();
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String path =
                    switch (i % 3) {
                        case 0 -> path("container.logs") + "?follow=true";
                        case 1 -> path("container.stats");
                        default -> path("event.watch");
                    };
            Visitor visitor = new Visitor(panel.port).send(head("GET", path, -1), NOTHING);
            assertThat(visitor.first()).as(path).contains(" 200 ");
            visitors.add(visitor);
        }
        // The answer's head leaves before the stream behind it is open.
        Wait.until(
                "all streams are open",
                Duration.ofSeconds(5),
                () -> metric("openpanel_streams") == before.streams + CLIENTS);
        long held = open() - before.open;
        for (int i = 0; i < CLIENTS; i++) {
            if (i % 2 == 0) {
                visitors.get(i).vanish();
            } else {
                visitors.get(i).close();
            }
        }
        long took = before.awaitAsBefore(Duration.ofSeconds(20));
        Figure.say(CLIENTS + " streams left (" + held + " files held): all given back within " + took + " ms");
    }

    @Test
    void halfAnUploadHoldsNothingAndNobodyUp() throws IOException {
        Held before = Held.now();
        List<Visitor> visitors = new ArrayList<>();
        for (int i = 0; i < 2 * CLIENTS; i++) {
            visitors.add(new Visitor(panel.port)
                    .send(head("POST", "/api/v1/projects", 100_000), "{\"name\":\"half".getBytes()));
        }
        Wait.millis(300);
        long slowest = 0;
        for (int i = 0; i < 10; i++) {
            long begun = System.nanoTime();
            api.get("/api/v1/projects").ok();
            slowest = Math.max(slowest, OutageStage.millis(begun));
            begun = System.nanoTime();
            panel.owner();
            slowest = Math.max(slowest, OutageStage.millis(begun));
        }
        for (Visitor visitor : visitors) {
            visitor.vanish();
        }
        long took = before.awaitAsBefore(Duration.ofSeconds(20));
        assertThat(slowest)
                .as("the slowest answer beside " + 2 * CLIENTS + " stalled uploads")
                .isLessThan(2000);
        assertThat(api.get("/api/v1/projects").ok().text()).doesNotContain("half");
        Figure.say(2 * CLIENTS + " stalled uploads: slowest answer beside them " + slowest
                + " ms, all given back within " + took + " ms");
    }

    @Test
    void aDeploymentGoesOnWhenWhoeverStartedItLeaves() throws Exception {
        Map<String, String> slow = Sources.site("alone");
        git.commit("app", Sources.with(slow, "Dockerfile", slow.get("Dockerfile") + "RUN sleep 3\n"));
        Held before = Held.now();
        ProcessBuilder client = new ProcessBuilder(
                        "java",
                        "-jar",
                        Panel.ROOT.resolve("cli/target/openpanel-cli.jar").toString(),
                        "deploy",
                        "leave/app",
                        "--wait")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        client.environment()
                .put("OPENPANEL_CLI_CONFIG", panel.home.resolve("cli.json").toString());
        Process waiting = client.start();
        Wait.until(
                "the deployment builds", Duration.ofSeconds(30), () -> running().isPresent());
        String job = running().orElseThrow();
        new Visitor(panel.port)
                .send(head("GET", "/api/v1/jobs/" + job.substring(4) + "/log?follow=true", -1), NOTHING)
                .vanish();
        waiting.destroyForcibly().waitFor();
        JsonNode ended = api.await(job, Duration.ofSeconds(60));
        assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("done");
        before.awaitAsBefore(Duration.ofSeconds(20));
    }

    private static Optional<String> running() {
        JsonNode items = api.get("/api/v1/jobs?state=running").ok().json().get("items");
        return items.isEmpty()
                ? Optional.empty()
                : Optional.of(items.get(0).get("job").asText());
    }
}
