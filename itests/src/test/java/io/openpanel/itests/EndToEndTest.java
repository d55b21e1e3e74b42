package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** A Git repository becomes a running app, by the command line and by the API. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndToEndTest {
    private static GitServer git;
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void start() {
        git = new GitServer();
        panel = Panel.start();
        panel.logIn();
        api = panel.owner();
    }

    @AfterAll
    static void stop() {
        panel.close();
        git.close();
    }

    private static String host(String app) {
        for (JsonNode domain :
                api.get("/api/v1/domains?app=" + Api.encode(app)).ok().json().get("items")) {
            return domain.get("host").asText();
        }
        throw new AssertionError(app + " has no domain");
    }

    private static Panel.Ran ok(Panel.Ran ran) {
        assertThat(ran.exitCode()).as(ran.output()).isZero();
        return ran;
    }

    @Test
    @Order(1)
    void theExampleOfTheCommandLineWorksAsWritten() throws IOException {
        git.commit("web", Sources.site("first"));
        ok(panel.cli("project", "create", "shop"));
        ok(panel.cli("app", "create", "--project", "shop", "--name", "web", "--git", git.url("web"), "--port", "8080"));
        long start = System.nanoTime();
        Panel.Ran deployed = ok(panel.cli("deploy", "shop/web", "--wait"));
        Figure.say("first deployment by the CLI " + (System.nanoTime() - start) / 1_000_000 + " ms");
        String last = deployed.output().strip().lines().reduce((a, b) -> b).orElse("");
        assertThat(last).startsWith("http://").contains("localhost");
        ok(panel.cli("domain", "add", "shop/web", "shop.localhost"));
        assertThat(Web.get(panel.proxyPort, "shop.localhost", "/").text()).contains("first");
        ok(panel.cli("logs", "shop/web", "--tail", "50"));

        git.commit("web", Sources.site("second"));
        ok(panel.cli("deploy", "shop/web", "--wait"));
        assertThat(Web.get(panel.proxyPort, "shop.localhost", "/").text()).contains("second");
        ok(panel.cli("rollback", "shop/web", "--wait"));
        assertThat(Web.get(panel.proxyPort, "shop.localhost", "/").text()).contains("first");
    }

    @Test
    @Order(2)
    void aNewVersionTakesOverWithoutAFailedRequest() {
        git.commit("web", Sources.site("third"));
        int requests;
        int failed;
        String reasons;
        try (Load load = new Load(panel.proxyPort, "shop.localhost", "/")) {
            assertThat(api.deploy("shop/web").get("state").asText()).isEqualTo("done");
            assertThat(api.deploy("shop/web").get("state").asText()).isEqualTo("done");
            Wait.millis(1000);
            load.close();
            requests = load.requests();
            failed = load.failed();
            reasons = load.reasons();
        }
        Figure.say(failed + " of " + requests + " requests failed during two switches");
        assertThat(failed).as(reasons).isZero();
    }

    @Test
    @Order(3)
    void anAppSeesItsEnvironmentAndItsSecretsAreShownNowhere() throws IOException {
        git.commit("env", Sources.environment());
        api.post("/api/v1/apps", Map.of("project", "shop", "name", "env", "git", git.url("env"), "port", 8080))
                .ok();
        String secret = "s3cr3t-value-\"with quotes\"-and-$dollars";
        api.post("/api/v1/variables/set", Map.of("app", "shop/env", "name", "API_KEY", "value", secret, "secret", true))
                .ok();
        api.post(
                        "/api/v1/variables/set",
                        Map.of("app", "shop/env", "name", "GREETING", "value", "olá mundo", "secret", false))
                .ok();
        JsonNode job = api.deploy("shop/env");
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        String page = Web.get(panel.proxyPort, host("shop/env"), "/").text();
        assertThat(page).contains("API_KEY=" + secret, "GREETING=olá mundo");
        assertThat(api.get("/api/v1/variables?app=shop%2Fenv").ok().text())
                .doesNotContain("s3cr3t")
                .contains("olá mundo");
        assertThat(api.get("/api/v1/audit").ok().text()).doesNotContain("s3cr3t");
        assertThat(api.log(job.get("job").asText())).doesNotContain("s3cr3t");
    }

    @Test
    @Order(4)
    void aBuildInTwoStagesRuns() throws IOException {
        git.commit("stages", Sources.twoStages());
        api.post("/api/v1/apps", Map.of("project", "shop", "name", "stages", "git", git.url("stages"), "port", 8080))
                .ok();
        JsonNode job = api.deploy("shop/stages");
        assertThat(job.get("state").asText())
                .as(job + api.log(job.get("job").asText()))
                .isEqualTo("done");
        assertThat(Web.get(panel.proxyPort, host("shop/stages"), "/").text()).contains("one two");
    }

    @Test
    @Order(5)
    void aPrivateRepositoryIsReadWithItsToken() {
        git.commit("private/site", Sources.site("private"));
        api.post(
                        "/api/v1/apps",
                        Map.of("project", "shop", "name", "private", "git", git.url("private/site"), "port", 8080))
                .ok();
        JsonNode refused = api.deploy("shop/private");
        assertThat(refused.get("state").asText()).isEqualTo("failed");
        assertThat(refused.at("/error/message").asText()).containsIgnoringCase("token");
        api.patch("/api/v1/apps/" + Api.encode("shop/private"), Map.of("token", GitServer.TOKEN))
                .ok();
        JsonNode job = api.deploy("shop/private");
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        assertThat(api.log(job.get("job").asText())).doesNotContain(GitServer.TOKEN);
    }

    @Test
    @Order(5)
    void aKeyForOneProjectSeesNoOtherNeitherItsAppsNorTheirDomains() {
        JsonNode other =
                api.post("/api/v1/projects", Map.of("name", "other")).ok().json();
        api.post("/api/v1/apps", Map.of("project", "other", "name", "x", "image", "nginx"))
                .ok();
        api.post("/api/v1/domains", Map.of("app", "other/x", "host", "other.localhost"))
                .ok();
        String token = api.post(
                        "/api/v1/api-keys",
                        Map.of(
                                "name",
                                "one project",
                                "actions",
                                List.of("*.*"),
                                "resources",
                                List.of(other.get("project").asText())))
                .ok()
                .json()
                .get("token")
                .asText();
        Api key = new Api(panel.url(), token);

        for (String kind : List.of("projects", "apps", "domains")) {
            JsonNode items = key.get("/api/v1/" + kind).ok().json().get("items");
            assertThat(items).as(kind + ": " + items).hasSize(1);
        }
        assertThat(key.get("/api/v1/apps").ok().json().at("/items/0/domains/0").asText())
                .isEqualTo("other.localhost");
        assertThat(key.get("/api/v1/apps/" + Api.encode("shop/web")).status()).isEqualTo(404);
        assertThat(key.get("/api/v1/containers").ok().json().get("items")).isEmpty();
    }

    @Test
    @Order(6)
    void aPushDeploysThroughTheRoute() throws IOException {
        JsonNode hook =
                api.post("/api/v1/hooks", Map.of("app", "shop/web")).ok().json();
        String commit = git.commit("web", Sources.site("pushed"));
        byte[] body =
                Api.json(Map.of("ref", "refs/heads/main", "after", commit)).getBytes(StandardCharsets.UTF_8);
        String signature = Signed.with(hook.get("secret").asText(), body);
        assertThat(panel.anonymous()
                        .send("POST", hook.get("path").asText(), body, "X-Hub-Signature-256", "sha256=00")
                        .status())
                .isEqualTo(401);
        Api.Answer answer =
                panel.anonymous().send("POST", hook.get("path").asText(), body, "X-Hub-Signature-256", signature);
        assertThat(answer.status()).as(answer.text()).isBetween(200, 202);
        Duration took = Wait.until("the pushed version is online", Duration.ofSeconds(60), () -> {
            try {
                return Web.get(panel.proxyPort, "shop.localhost", "/").text().contains("pushed");
            } catch (IOException e) {
                return false;
            }
        });
        Figure.say("push to online " + took.toMillis() + " ms");
    }

    @Test
    @Order(7)
    void anAppIsReachableWhileThePanelIsStopped() throws IOException {
        assertThat(panel.launcher("stop", "--home", panel.home.toString()).exitCode())
                .isZero();
        assertThat(Web.get(panel.proxyPort, "shop.localhost", "/").status()).isEqualTo(200);
        panel.up();
        assertThat(Web.get(panel.proxyPort, "shop.localhost", "/").status()).isEqualTo(200);
        api = panel.owner();
    }

    @Test
    @Order(8)
    void deletingAsksAndRemovesExactlyWhatTheAppMade() {
        Api.Answer asked = api.delete("/api/v1/apps/" + Api.encode("shop/stages"), "something else");
        assertThat(asked.status()).isEqualTo(428);
        assertThat(asked.detail()).contains("stages");
        String stages = api.id("shop/stages");
        String other = api.id("shop/web");
        assertThat(containers(stages)).isNotEmpty();
        // The panel was stopped while the version before was still being retired; the sweep does it at the latest.
        Wait.until(
                "one version of shop/web is left",
                Duration.ofSeconds(75),
                () -> containers(other).size() == 1);
        List<String> before = containers(other);
        api.delete("/api/v1/apps/" + Api.encode("shop/stages"), "stages").ok();
        assertThat(api.get("/api/v1/apps/" + Api.encode("shop/stages")).status())
                .isEqualTo(404);
        assertThat(containers(stages)).isEmpty();
        assertThat(containers(other)).isNotEmpty().isEqualTo(before);
    }

    @Test
    @Order(9)
    void everythingDoneIsInTheAuditLog() {
        List<String> actions =
                api.get("/api/v1/audit?limit=500").ok().json().get("items").findValuesAsText("action");
        assertThat(actions).contains("project.create", "app.create", "deployment.start", "domain.create", "app.delete");
    }

    private static List<String> containers(String app) {
        return Panel.run(List.of("docker", "ps", "-aq", "--filter", "label=op.app=" + app), Map.of(), null)
                .output()
                .lines()
                .sorted()
                .toList();
    }
}
