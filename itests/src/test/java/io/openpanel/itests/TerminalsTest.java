package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Terminals into a container, as browsers and the command line open them. */
class TerminalsTest {
    private static final String IMAGE = "openpanel-test/busybox:1";
    private static final String SECRET = "nobody-may-read-this-back";
    private static Panel panel;
    private static Api api;
    private static String container;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        api = panel.owner();
        panel.logIn();
        container = api.post(
                        "/api/v1/containers/run",
                        Map.of("name", "terminals-" + panel.port, "image", IMAGE, "command", List.of("sleep", "3600")))
                .ok()
                .json()
                .get("container")
                .asText()
                .substring("container:".length());
    }

    @AfterAll
    static void stop() {
        api.delete("/api/v1/containers/" + container + "?force=true", "terminals-" + panel.port);
        Panel.run(List.of("docker", "rm", "-f", container), Map.of(), null);
        panel.close();
    }

    /** One that is open, with all it printed. */
    private static final class Open implements WebSocket.Listener {
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        private final WebSocket socket;

        Open(HttpClient client, String base, Api as) {
            JsonNode ticket = as.post("/api/v1/containers/" + container + "/terminal", Map.of())
                    .ok()
                    .json();
            socket = client.newWebSocketBuilder()
                    .subprotocols(
                            "openpanel.terminal",
                            "ticket." + ticket.get("ticket").asText())
                    .header("Origin", base)
                    .buildAsync(
                            URI.create(base.replaceFirst("^http", "ws")
                                    + ticket.get("url").asText()),
                            this)
                    .join();
        }

        synchronized String printed() {
            return printed.toString(StandardCharsets.UTF_8);
        }

        void type(String text) {
            socket.sendBinary(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), true)
                    .join();
        }

        void awaitText(String text) {
            Wait.until(text + " is printed", Duration.ofSeconds(15), () -> printed()
                    .contains(text));
        }

        @Override
        public synchronized CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            printed.write(bytes, 0, bytes.length);
            from.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int status, String reason) {
            closed.complete(status);
            return null;
        }

        @Override
        public void onError(WebSocket from, Throwable cause) {
            closed.completeExceptionally(cause);
        }
    }

    private static Open open(Api as) {
        return new Open(HttpClient.newHttpClient(), panel.url(), as);
    }

    private static String processes() {
        return Panel.run(List.of("docker", "top", container), Map.of(), null).output();
    }

    private static List<JsonNode> audit() {
        List<JsonNode> rows = new ArrayList<>();
        api.get("/api/v1/audit?action=container.terminal&limit=200")
                .ok()
                .json()
                .path("items")
                .forEach(rows::add);
        return rows;
    }

    @Test
    void whatIsTypedIsAnsweredAndTheAuditHasOpeningAndEndButNotWhatWasTyped() throws Exception {
        int before = audit().size();
        Open terminal = open(api);
        terminal.type("echo $((6*7)) # " + SECRET + "\n");
        terminal.awaitText("42");
        assertThat(audit()).as("the opening").hasSize(before + 1);
        terminal.type("exit 4\n");
        assertThat(terminal.closed.get(10, TimeUnit.SECONDS)).isEqualTo(1000);
        Wait.until("the end is noted", Duration.ofSeconds(5), () -> audit().toString()
                .contains("exit code 4"));
        assertThat(audit().toString()).contains("Open for PT").doesNotContain(SECRET);
    }

    @Test
    void itPassesTheProxyWithTls() throws Exception {
        String base = "https://127.0.0.1:" + panel.tlsPort();
        Wait.until("there is a certificate", Duration.ofSeconds(30), () -> Files.exists(authority()));
        HttpClient client = trusting();
        Wait.until("the proxy has it", Duration.ofSeconds(30), () -> answers(client, base));
        Open terminal = new Open(client, base, api);
        terminal.type("echo $((2+3))x\n");
        terminal.awaitText("5x");
        terminal.socket
                .sendText("{\"resize\":{\"columns\":101,\"rows\":33}}", true)
                .join();
        terminal.type("stty size\n");
        terminal.awaitText("33 101");
        terminal.type("sleep 4001\n");
        Wait.until("it sleeps", Duration.ofSeconds(10), () -> processes().contains("sleep 4001"));
        terminal.socket.abort();
        Wait.until("nothing is left", Duration.ofSeconds(15), () -> !processes().contains("sleep 4001"));
    }

    private static Path authority() {
        return panel.home.resolve("keys/ca/ca.crt");
    }

    private static boolean answers(HttpClient client, String base) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(base + "/health/live")).build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static HttpClient trusting() throws IOException, GeneralSecurityException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream pem = Files.newInputStream(authority())) {
            trusted.setCertificateEntry(
                    "panel", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(context)
                .build();
    }

    @Test
    void aPluginThatIsRestartedEndsItWithTheStatusForThatAndLeavesNothing() throws Exception {
        Open terminal = open(api);
        terminal.type("sleep 4002\n");
        Wait.until("it sleeps", Duration.ofSeconds(10), () -> processes().contains("sleep 4002"));
        api.post("/api/v1/plugins/docker/restart", Map.of()).ok();
        assertThat(terminal.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1012);
        Wait.until("nothing is left", Duration.ofSeconds(15), () -> !processes().contains("sleep 4002"));
        Wait.until(
                "the plugin knows the container again",
                Duration.ofSeconds(15),
                () -> api.get("/api/v1/containers/" + container).status() == 200);
        Open again = open(api);
        again.type("echo $((4*4))\n");
        again.awaitText("16");
        again.socket.abort();
    }

    @Test
    void aSessionThatEndsTakesItsTerminalsWithinFiveSeconds() throws Exception {
        Api other = panel.owner();
        Open mine = open(api);
        Open terminal = open(other);
        terminal.type("echo $((3*3))\n");
        terminal.awaitText("9");
        other.post("/api/v1/sessions/delete", Map.of()).ok();
        assertThat(terminal.closed.get(5, TimeUnit.SECONDS)).isEqualTo(1008);
        mine.type("echo $((5*5))\n");
        mine.awaitText("25");
        mine.socket.abort();
    }

    @Test
    void theCommandLinePipesThroughAProgramAndEndsAsItDid() {
        Panel.Ran cat = panel.cliWith("one\ntwo\n", "container", "terminal", container, "--", "cat", "-");
        assertThat(cat.output()).isEqualTo("one\ntwo\n");
        assertThat(cat.exitCode()).isZero();
        Panel.Ran failed = panel.cli("container", "terminal", container, "--", "sh", "-c", "echo no; exit 7");
        assertThat(failed.output()).isEqualTo("no\n");
        assertThat(failed.exitCode()).isEqualTo(7);
        Panel.Ran missing = panel.cli("container", "terminal", "nosuch");
        assertThat(missing.exitCode()).isEqualTo(5);
    }
}
