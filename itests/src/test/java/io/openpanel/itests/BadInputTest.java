package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes wrong is said clearly, and nothing is lost by it. */
class BadInputTest {
    private static final Path CANARY = Path.of("/tmp/openpanel-canary");
    private static final List<String> SHELL = List.of(
            "; touch " + CANARY,
            "$(touch " + CANARY + ")",
            "`touch " + CANARY + "`",
            "| touch " + CANARY,
            "&& touch " + CANARY,
            "\n touch " + CANARY,
            "'; touch " + CANARY + " #",
            "\"; touch " + CANARY,
            "--upload-pack=touch " + CANARY,
            "-u./x",
            "ext::sh -c touch% " + CANARY,
            "${IFS}touch${IFS}" + CANARY,
            "../../../etc/passwd",
            "%0atouch",
            "\u0000touch",
            "{{7*7}}",
            "${jndi:ldap://127.0.0.1/a}",
            "<script>alert(1)</script>",
            "' or '1'='1",
            "x; drop table app;--");

    private static GitServer git;
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        Files.deleteIfExists(CANARY);
        git = new GitServer();
        panel = Panel.start();
        api = panel.owner();
        api.post("/api/v1/projects", Map.of("name", "bad")).ok();
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    private static void app(String name, String url, Map<String, ?> more) {
        Map<String, Object> input =
                new LinkedHashMap<>(Map.of("project", "bad", "name", name, "git", url, "port", 8080));
        input.putAll(more);
        api.post("/api/v1/apps", input).ok();
    }

    /** The reason of a deployment that must fail. */
    private static String failing(String app) {
        JsonNode job = api.deploy("bad/" + app);
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("failed");
        return job.at("/error/message").asText();
    }

    @Test
    void malformedJsonIs400WithItsPlace() throws IOException {
        int files = 0;
        try (Stream<Path> all = Files.walk(TestData.folder("json-suite"))) {
            for (Path file : all.filter(each -> each.getFileName().toString().startsWith("n_"))
                    .sorted()
                    .toList()) {
                Api.Answer answer = api.send("POST", "/api/v1/projects", Files.readAllBytes(file));
                assertThat(answer.status())
                        .as(file.getFileName() + ": " + answer.text())
                        .isEqualTo(400);
                files++;
            }
        }
        Figure.say(files + " malformed documents refused");
    }

    @Test
    void unknownPropertiesDuplicateKeysAndTrailingTokensAreNamed() {
        assertThat(api.post("/api/v1/projects", Map.of("name", "x", "colour", "red"))
                        .json()
                        .at("/errors/colour")
                        .asText())
                .contains("not known");
        assertThat(api.send(
                                "POST",
                                "/api/v1/projects",
                                "{\"name\":\"a\",\"name\":\"b\"}".getBytes(StandardCharsets.UTF_8))
                        .status())
                .isEqualTo(400);
        assertThat(api.send("POST", "/api/v1/projects", "{\"name\":\"a\"} 1".getBytes(StandardCharsets.UTF_8))
                        .status())
                .isEqualTo(400);
        assertThat(api.send("POST", "/api/v1/projects", "{}".getBytes(StandardCharsets.UTF_8))
                        .json()
                        .at("/errors/name")
                        .asText())
                .contains("required");
    }

    @Test
    void naughtyStringsAreStoredAsTheyAreOrRefused() throws IOException {
        app("naughty", "http://127.0.0.1:9/none.git", Map.of());
        int stored = 0;
        int refused = 0;
        for (JsonNode text : Api.JSON.readTree(
                TestData.folder("naughty-strings").resolve("blns.json").toFile())) {
            Api.Answer named = api.post("/api/v1/projects", Map.of("name", text.asText()));
            assertThat(named.status()).as(text.asText()).isIn(200, 201, 400);
            Api.Answer described = api.patch("/api/v1/projects/bad", Map.of("description", text.asText()));
            assertThat(described.status()).as(described.text()).isIn(200, 400);
            if (described.status() == 200) {
                assertThat(api.get("/api/v1/projects/bad")
                                .ok()
                                .json()
                                .path("description")
                                .asText())
                        .isEqualTo(text.asText());
                stored++;
            } else {
                refused++;
            }
        }
        Figure.say(stored + " naughty strings stored exactly, " + refused + " refused");
    }

    @Test
    void shellCharactersInEveryTextOfEveryActionRunNothing() {
        int calls = 0;
        for (JsonNode operation : api.get("/api/v1/catalogue").ok().json().get("items")) {
            boolean spared = operation
                    .get("id")
                    .asText()
                    .matches("plugin\\.(stop|start)|session\\..*|route\\..*|profile\\.password|.*\\.watch|.*\\.stats");
            if (spared || !operation.get("form").asText().equals("record")) {
                continue;
            }
            for (String payload : Figure.all() ? SHELL : SHELL.subList(0, 6)) {
                calls++;
                int status = call(operation, payload).status();
                assertThat(status)
                        .as(operation.get("id").asText() + " with " + payload)
                        .isNotEqualTo(500);
            }
        }
        assertThat(CANARY).doesNotExist();
        Figure.say(calls + " calls with shell characters, canary untouched");
    }

    private static Api.Answer call(JsonNode operation, String payload) {
        Map<String, Object> body = new LinkedHashMap<>();
        String path = operation.get("path").asText();
        for (Map.Entry<String, JsonNode> property :
                operation.at("/input/properties").properties()) {
            String type = property.getValue().path("type").asText();
            if (path.contains('{' + property.getKey() + '}')) {
                path = path.replace('{' + property.getKey() + '}', Api.encode(payload));
            } else if (type.equals("string")) {
                body.put(
                        property.getKey(),
                        property.getKey().equals("project")
                                ? "bad"
                                : property.getKey().equals("app") ? "bad/naughty" : payload);
            }
        }
        String method = operation.get("method").asText();
        if (method.equals("GET") || method.equals("DELETE")) {
            StringBuilder query = new StringBuilder("?");
            body.forEach((name, value) -> query.append(name)
                    .append('=')
                    .append(Api.encode(String.valueOf(value)))
                    .append('&'));
            return api.send(method, "/api/v1" + path + query, null);
        }
        return api.send(method, "/api/v1" + path, Api.json(body).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aNameOf64KibibytesIsRefused() {
        Api.Answer answer = api.post("/api/v1/projects", Map.of("name", "a".repeat(65536)));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/name").asText()).contains("at most");
    }

    @Test
    void headersNamedLikeCamelsChangeNothing() {
        for (String name : List.of("CamelExecCommandExecutable", "cAmElBeanMethodName", "CamelHttpUri")) {
            assertThat(api.send("GET", "/api/v1/projects", null, name, "touch " + CANARY)
                            .status())
                    .isEqualTo(200);
        }
        assertThat(CANARY).doesNotExist();
    }

    @Test
    void aMissingRepositorySaysSo() {
        app("missing", git.url("no-such"), Map.of());
        assertThat(failing("missing")).containsIgnoringCase("not found");
    }

    @Test
    void aMissingBranchNamesThoseThereAre() {
        git.commit("branches", Sources.site("x"));
        app("branch", git.url("branches"), Map.of("branch", "release"));
        assertThat(failing("branch")).contains("release", "main");
    }

    @Test
    void aRepositoryWithoutADockerfileSaysWhereItLooked() {
        git.commit("plain", Map.of("README.md", "nothing to build"));
        app("plain", git.url("plain"), Map.of());
        assertThat(failing("plain")).contains("Dockerfile");
    }

    @Test
    void aFailingBuildShowsItsLastLinesAndTheFormerVersionServes() throws IOException {
        git.commit("breaks", Sources.site("good"));
        app("breaks", git.url("breaks"), Map.of());
        assertThat(api.deploy("bad/breaks").get("state").asText()).isEqualTo("done");
        String host = api.get("/api/v1/domains?app=bad%2Fbreaks")
                .ok()
                .json()
                .at("/items/0/host")
                .asText();
        Map<String, String> good = Sources.site("never seen");
        git.commit(
                "breaks",
                Sources.with(good, "Dockerfile", good.get("Dockerfile") + "RUN echo about to fail && false\n"));
        JsonNode job = api.deploy("bad/breaks");
        assertThat(job.get("state").asText()).isEqualTo("failed");
        assertThat(api.log(job.get("job").asText())).contains("about to fail");
        git.commit(
                "breaks",
                Sources.with(
                        good,
                        "Dockerfile",
                        "FROM " + Sources.BASE + "\nCMD [\"/bin/sh\", \"-c\", \"echo dying; exit 3\"]\n"));
        assertThat(failing("breaks")).contains("3");
        git.commit(
                "breaks",
                Sources.with(good, "Dockerfile", "FROM " + Sources.BASE + "\nCMD [\"/bin/sleep\", \"600\"]\n"));
        api.patch("/api/v1/apps/" + Api.encode("bad/breaks"), Map.of("healthTimeout", "4s"))
                .ok();
        assertThat(failing("breaks")).contains("8080");
        assertThat(Web.get(panel.proxyPort, host, "/").text()).contains("good");
    }

    @Test
    void ofSeveralDeploymentsAtOnceTheNewestWins() {
        git.commit("queue", Sources.site("queued"));
        app("queue", git.url("queue"), Map.of());
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            jobs.add(api.post("/api/v1/deployments/start", Map.of("app", "bad/queue"))
                    .ok()
                    .json()
                    .get("job")
                    .asText());
        }
        JsonNode last = api.await(jobs.get(3), Duration.ofMinutes(2));
        assertThat(last.get("state").asText()).as(last.toString()).isEqualTo("done");
        long superseded = jobs.subList(0, 3).stream()
                .map(job -> api.await(job, Duration.ofMinutes(2)))
                .filter(job -> job.toString().toLowerCase(java.util.Locale.ROOT).contains("supersede"))
                .count();
        assertThat(superseded).isGreaterThanOrEqualTo(1);
    }

    @Test
    void aTakenDomainIsRefused() {
        app("first", "http://127.0.0.1:9/x.git", Map.of());
        app("second", "http://127.0.0.1:9/x.git", Map.of());
        api.post("/api/v1/domains", Map.of("app", "bad/first", "host", "taken.localhost"))
                .ok();
        Api.Answer answer = api.post("/api/v1/domains", Map.of("app", "bad/second", "host", "taken.localhost"));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.detail()).contains("taken.localhost").doesNotContain("first");
    }

    @Test
    void cancellingStopsTheBuild() {
        Map<String, String> slow = Sources.site("slow");
        git.commit("slow", Sources.with(slow, "Dockerfile", slow.get("Dockerfile") + "RUN sleep 300\n"));
        app("slow", git.url("slow"), Map.of());
        String job = api.post("/api/v1/deployments/start", Map.of("app", "bad/slow"))
                .ok()
                .json()
                .get("job")
                .asText();
        Wait.until(
                "the build sleeps", Duration.ofSeconds(30), () -> api.log(job).contains("sleep 300"));
        api.post("/api/v1/jobs/" + job.substring(4) + "/cancel", Map.of()).ok();
        JsonNode ended = api.await(job, Duration.ofSeconds(15));
        assertThat(ended.get("state").asText()).isEqualTo("cancelled");
        Wait.until("no build container runs", Duration.ofSeconds(15), () -> !Panel.run(
                        List.of("docker", "ps", "--no-trunc", "--format", "{{.Command}}"), Map.of(), null)
                .output()
                .contains("sleep 300"));
    }
}
