package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.openpanel.testkit.PluginJar;
import io.openpanel.testkit.TestMarketplace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A plugin without code, by somebody nobody trusts: installed, set by its form, and a deployment is told in a channel. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NotifierTest {
    private static final Path FILES = Path.of("../marketplace/examples/notifier/src/main/resources");
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final String SECRET = "/services/T024F/B7K3/xoXx0451";
    private static final List<String> USES = List.of(
            "app.created",
            "app.deleted",
            "app.get",
            "deployment.failed",
            "deployment.finished",
            "host:127.0.0.1",
            "http.send");

    @TempDir
    private static Path folder;

    private static final List<String> MESSAGES = new CopyOnWriteArrayList<>();
    private static HttpServer channel;
    private static TestMarketplace market;
    private static GitServer git;
    private static Panel panel;
    private static Api api;

    @BeforeAll
    static void start() throws IOException {
        channel = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        channel.createContext("/", exchange -> {
            MESSAGES.add(exchange.getRequestURI() + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        channel.start();
        git = new GitServer();
        market = new TestMarketplace("market-of-channels");
        panel = Panel.start();
        api = panel.owner();
        api.post("/api/v1/marketplaces", Map.of("url", market.url(), "fingerprint", market.fingerprint()))
                .ok();
    }

    @AfterAll
    static void stop() {
        panel.close();
        market.close();
        git.close();
        channel.stop(0);
    }

    /** As it is, but for the hosts: there is no Slack here. */
    private static PluginJar jar(String version) throws IOException {
        PluginJar jar = PluginJar.of("notifier", version).uses(USES.toArray(String[]::new));
        try (Stream<Path> files = Files.walk(FILES)) {
            for (Path each : files.filter(Files::isRegularFile).toList()) {
                if (!each.endsWith("MANIFEST.MF")) {
                    jar.file(FILES.relativize(each).toString(), Files.readString(each));
                }
            }
        }
        return jar;
    }

    private static JsonNode install(PluginJar jar) {
        market.publish(jar.write(folder));
        api.post("/api/v1/marketplaces/market-of-channels/refresh", Map.of()).ok();
        JsonNode job = api.post("/api/v1/plugins/install", Map.of("offer", "notifier", "permissions", USES))
                .ok()
                .json();
        return api.await(job.get("job").asText(), PATIENCE);
    }

    private static void set(String plugin, Map<String, ?> values) {
        api.patch("/api/v1/plugins/" + plugin + "/settings", Map.of("values", values))
                .ok();
    }

    private static String url() {
        return "http://127.0.0.1:" + channel.getAddress().getPort() + SECRET;
    }

    private static JsonNode route(String id) {
        return api.get("/api/v1/routes/" + id).ok().json();
    }

    @Test
    @Order(1)
    void aRouteThatIsNotAllowedKeepsItOutWithTheReason() throws IOException {
        JsonNode job = install(jar("1.0.0")
                .file(
                        "OPENPANEL-INF/routes/out.yaml",
                        "- route: {id: notifier.out, from: {uri: 'event:app.created', steps: [{toD: 'file:/tmp'}]}}"));

        assertThat(job.get("state").asText()).isEqualTo("failed");
        assertThat(job.at("/error/message").asText())
                .contains("out.yaml[0].route.from.steps[0]", "'toD' is not allowed here");
        assertThat(api.get("/api/v1/plugins/notifier").status()).isEqualTo(404);
    }

    @Test
    @Order(2)
    void itIsInstalledWithoutAContainerAndItsRoutesAreShown() throws IOException {
        JsonNode job = install(jar("1.0.1"));

        assertThat(job.get("state").asText())
                .as(api.log(job.get("job").asText()))
                .isEqualTo("done");
        assertThat(api.get("/api/v1/plugins/notifier").ok().json().get("trust").asText())
                .isEqualTo("isolated");
        assertThat(Panel.run(List.of("docker", "ps", "-aq", "--filter", "label=op.plugin=notifier"), Map.of(), null)
                        .output())
                .isBlank();
        Wait.until("its routes run", PATIENCE, () -> route("notifier.send")
                .get("running")
                .asBoolean());
    }

    @Test
    @Order(3)
    void aPrivateHostIsNotReachedUntilAnOwnerNamesIt() {
        set("notifier", Map.of("url", url(), "events", "app.created,deployment.finished"));
        api.post("/api/v1/projects", Map.of("name", "shop")).ok();
        git.commit("web", Sources.site("here"));
        api.post("/api/v1/apps", Map.of("project", "shop", "name", "early", "git", git.url("web"), "port", 8080))
                .ok();

        Wait.until("it is refused", PATIENCE, () -> route("notifier.created").has("error"));
        assertThat(route("notifier.created").get("error").asText()).contains("https", "privateHosts");
        assertThat(MESSAGES).isEmpty();
    }

    @Test
    @Order(4)
    void anAppAndItsDeploymentAreToldInTheChannel() {
        set("webhook", Map.of("privateHosts", "127.0.0.1"));
        api.post("/api/v1/apps", Map.of("project", "shop", "name", "web", "git", git.url("web"), "port", 8080))
                .ok();
        assertThat(api.deploy("shop/web").get("state").asText()).isEqualTo("done");

        Wait.until("both are told", PATIENCE, () -> MESSAGES.size() >= 2);
        assertThat(MESSAGES.get(0)).isEqualTo(SECRET + " {\"text\":\"shop/web is new\"}");
        assertThat(MESSAGES.get(1)).startsWith(SECRET + " {\"text\":\"web is online at http");
    }

    @Test
    @Order(5)
    void theAddressOfTheChannelIsShownNowhere() {
        JsonNode trial = api.post(
                        "/api/v1/routes/notifier.finished/test",
                        Map.of("data", Map.of("app", "shop/web", "address", "x")))
                .ok()
                .json();

        assertThat(trial.toString()).contains("setting").doesNotContain("B7K3");
        assertThat(api.get("/api/v1/plugins/notifier/settings").text()).doesNotContain("B7K3");
        assertThat(api.get("/api/v1/audit?limit=100").ok().text())
                .contains("http.send")
                .doesNotContain("B7K3");
    }

    @Test
    @Order(6)
    void aHostThatItDoesNotDeclareIsNotReached() {
        set("webhook", Map.of("privateHosts", "localhost"));
        set("notifier", Map.of("url", url().replace("127.0.0.1", "localhost")));
        int told = MESSAGES.size();
        api.post("/api/v1/apps", Map.of("project", "shop", "name", "late", "git", git.url("web"), "port", 8080))
                .ok();

        Wait.until(
                "it is refused",
                PATIENCE,
                () -> route("notifier.created").get("error").asText().contains("localhost is not declared"));
        assertThat(MESSAGES).hasSize(told);
    }
}
