package io.openpanel.ssl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.openpanel.api.Event;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Events;
import io.openpanel.ssl.internal.ProxyProcess;
import io.openpanel.testkit.FreePorts;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Domains through the gateway, with the real database and the real proxy. */
@Tag("slow")
class DomainsTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Ref ALPHA = Ref.create("team");
    private static final Ref BETA = Ref.create("team");
    private static final Fakes FAKES = new Fakes();
    private static final int HTTP = FreePorts.next();
    private static final int PANEL_TLS = FreePorts.next();
    private static TestPanel panel;
    private static ProxyProcess proxy;
    private static String machine;

    @BeforeAll
    static void start() throws IOException {
        machine = addressOfTheMachine();
        System.setProperty("openpanel.proxy.port", Integer.toString(HTTP));
        System.setProperty("openpanel.panel.tls-port", Integer.toString(PANEL_TLS));
        System.setProperty("openpanel.address", "127.0.0.1");
        panel = new TestPanel("io.openpanel.ssl");
        FAKES.publish(panel);
        TestPanel.await("the first configuration", () -> Files.exists(folder().resolve("proxy.json")));
        proxy = new ProxyProcess(folder(), HTTP, PANEL_TLS);
        TestPanel.await(
                "the proxy",
                () -> json(ALPHA, "proxy.get", "{}").path("state").asText().equals("serving"));
    }

    @AfterAll
    static void stop() {
        proxy.close();
        panel.close();
        List.of("openpanel.proxy.port", "openpanel.panel.tls-port", "openpanel.address")
                .forEach(System::clearProperty);
    }

    @Test
    void anAppAnswersUnderItsGeneratedHostAndItsOwn() throws Exception {
        Ref app = FAKES.app(ALPHA, "web", "shop");
        assertThat(json(ALPHA, "domain.generate", of(app)).path("host").asText())
                .isEqualTo("web-shop.localhost");
        assertThat(json(ALPHA, "domain.generate", of(app)).path("host").asText())
                .isEqualTo("web-shop.localhost");
        awaitStatus("web-shop.localhost", 503);

        try (Origin origin = new Origin("v1")) {
            FAKES.addresses.put(app, List.of(machine));
            JsonNode applied = apply(ALPHA, app, origin.upstream());
            assertThat(applied.path("hosts")).hasSize(1);
            assertThat(applied.path("addresses").get(0).asText()).isEqualTo("http://web-shop.localhost:" + HTTP);
            assertThat(get("web-shop.localhost")).isEqualTo("200 v1");

            JsonNode made = json(ALPHA, "domain.create", "{\"app\":\"" + app + "\",\"host\":\"Bücher.example.COM\"}");
            assertThat(made.path("host").asText()).isEqualTo("xn--bcher-kva.example.com");
            assertThat(made.path("status").asText()).isEqualTo("serving");
            assertThat(get("xn--bcher-kva.example.com")).isEqualTo("200 v1");

            json(ALPHA, "domain.delete", "{\"domain\":\"" + made.path("domain").asText() + "\"}");
            assertThat(get("xn--bcher-kva.example.com")).startsWith("404");
            assertThat(get("web-shop.localhost")).isEqualTo("200 v1");
        }
    }

    @Test
    void aHostIsFoundAndShownInItsOwnLetters() {
        Ref app = FAKES.app(ALPHA, "letters", "shop");
        json(ALPHA, "domain.create", create(app, "café.example.com"));

        JsonNode found = json(ALPHA, "domain.get", "{\"domain\":\"CAFÉ.example.com\"}");

        assertThat(found.get("host").asText()).isEqualTo("xn--caf-dma.example.com");
        assertThat(found.get("unicode").asText()).isEqualTo("café.example.com");
        assertThat(json(ALPHA, "domain.create", create(app, "plain.example.com"))
                        .has("unicode"))
                .isFalse();
    }

    @Test
    void theSwitchIsThereWhenApplyReturns() throws Exception {
        Ref app = FAKES.app(ALPHA, "switch", "shop");
        json(ALPHA, "domain.generate", of(app));
        FAKES.addresses.put(app, List.of(machine));
        List<Event> heard = new CopyOnWriteArrayList<>();
        try (AutoCloseable watch = panel.get(Events.class).watch("domain.applied", heard::add);
                Origin one = new Origin("one");
                Origin two = new Origin("two")) {
            long version = 0;
            for (int i = 0; i < 10; i++) {
                Origin origin = i % 2 == 0 ? one : two;
                JsonNode applied = apply(ALPHA, app, origin.upstream());
                assertThat(get("switch-shop.localhost")).isEqualTo("200 " + origin.text);
                assertThat(applied.path("version").asLong()).isGreaterThan(version);
                version = applied.path("version").asLong();
            }
            TestPanel.await("the events", () -> heard.size() == 10);
        }
    }

    @Test
    void whatTheProxyDoesNotTakeIsTakenBack() throws Exception {
        Ref app = FAKES.app(ALPHA, "steady", "shop");
        json(ALPHA, "domain.generate", of(app));
        FAKES.addresses.put(app, List.of(machine));
        try (Origin one = new Origin("one");
                Origin two = new Origin("two")) {
            apply(ALPHA, app, one.upstream());
            proxy.stop();

            assertThatThrownBy(() -> apply(ALPHA, app, two.upstream()))
                    .isInstanceOfSatisfying(Problem.class, problem -> {
                        assertThat(problem.kind()).isEqualTo(Problem.Kind.TIMEOUT);
                        assertThat(problem).hasMessageContaining("the former version keeps serving");
                    });
            assertThat(json(ALPHA, "proxy.get", "{}").path("state").asText()).isEqualTo("down");
            proxy.start();

            TestPanel.await(
                    "the proxy",
                    () -> json(ALPHA, "proxy.get", "{}").path("state").asText().equals("serving"));
            assertThat(get("steady-shop.localhost")).isEqualTo("200 one");
            apply(ALPHA, app, two.upstream());
            assertThat(get("steady-shop.localhost")).isEqualTo("200 two");
        }
    }

    @Test
    void aHostBelongsToTheFirstWhoTookItAndSaysNothingElse() {
        Ref mine = FAKES.app(ALPHA, "first", "shop");
        Ref theirs = FAKES.app(BETA, "second", "secret-project");
        String made = json(ALPHA, "domain.create", create(mine, "taken.example.com"))
                .path("domain")
                .asText();

        assertThatThrownBy(() -> json(BETA, "domain.create", create(theirs, "TAKEN.example.com")))
                .isInstanceOfSatisfying(Problem.class, problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
                    assertThat(problem).hasMessage("'taken.example.com' is already in use on this server");
                });
        assertThatThrownBy(() -> json(BETA, "domain.get", "{\"domain\":\"" + made + "\"}"))
                .isInstanceOfSatisfying(
                        Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.MISSING));
        assertThat(json(BETA, "domain.list", "{}").toString()).doesNotContain("taken");

        json(ALPHA, "domain.delete", "{\"domain\":\"taken.example.com\"}");
        json(BETA, "domain.create", create(theirs, "taken.example.com"));
        assertThat(json(ALPHA, "domain.list", "{}").toString()).doesNotContain("taken.example.com");
    }

    @Test
    void generatedHostsOfTwoTeamsDiffer() {
        Ref mine = FAKES.app(ALPHA, "Café №1", "Größe");
        Ref theirs = FAKES.app(BETA, "cafe 1", "grosse");
        Ref same = FAKES.app(BETA, "cafe-1", "grosse");
        assertThat(json(ALPHA, "domain.generate", of(mine)).path("host").asText())
                .isEqualTo("cafe-1-gro-e.localhost");
        assertThat(json(BETA, "domain.generate", of(theirs)).path("host").asText())
                .isEqualTo("cafe-1-grosse.localhost");
        assertThat(json(BETA, "domain.generate", of(same)).path("host").asText())
                .isEqualTo("cafe-1-grosse-2.localhost");
    }

    @Test
    void requestsAreSentToNothingButTheAppsContainers() {
        Ref app = FAKES.app(ALPHA, "honest", "shop");
        FAKES.addresses.put(app, List.of("10.201.0.9"));
        for (String upstream : List.of(
                "10.201.0.10:8080",
                "127.0.0.1:8080",
                "169.254.169.254:80",
                "10.201.0.9",
                "host:80",
                "10.201.0.9:0",
                "10.201.0.9:99999",
                "010.201.0.9:80",
                "[::1]:80",
                "0.0.0.0:80")) {
            assertThatThrownBy(() -> apply(ALPHA, app, upstream))
                    .as(upstream)
                    .isInstanceOfSatisfying(
                            Problem.class, problem -> assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID));
        }
    }

    @Test
    void releaseTakesEverythingOfAnApp() throws Exception {
        Ref app = FAKES.app(ALPHA, "gone", "shop");
        json(ALPHA, "domain.generate", of(app));
        json(ALPHA, "domain.create", create(app, "gone.example.com"));
        FAKES.addresses.put(app, List.of(machine));
        try (Origin origin = new Origin("here")) {
            apply(ALPHA, app, origin.upstream());
            assertThat(get("gone.example.com")).isEqualTo("200 here");

            json(ALPHA, "domain.release", of(app));

            assertThat(get("gone.example.com")).startsWith("404");
            assertThat(get("gone-shop.localhost")).startsWith("404");
            assertThat(json(ALPHA, "domain.list", of(app)).path("items")).isEmpty();
            json(ALPHA, "domain.release", of(app));
        }
    }

    @Test
    void listsGoPageByPage() {
        Ref app = FAKES.app(ALPHA, "many", "shop");
        for (int i = 0; i < 5; i++) {
            json(ALPHA, "domain.create", create(app, "many-" + i + ".example.com"));
        }
        JsonNode first = json(ALPHA, "domain.list", "{\"app\":\"" + app + "\",\"limit\":3}");
        JsonNode second = json(
                ALPHA, "domain.list", "{\"app\":\"" + app + "\",\"limit\":3,\"cursor\":" + first.path("next") + "}");
        assertThat(first.path("items").findValuesAsText("host"))
                .containsExactly("many-0.example.com", "many-1.example.com", "many-2.example.com");
        assertThat(second.path("items").findValuesAsText("host"))
                .containsExactly("many-3.example.com", "many-4.example.com");
        assertThat(second.has("next")).isFalse();
    }

    @Test
    void aFileThatWasChangedByHandIsPutRight() throws Exception {
        Ref app = FAKES.app(ALPHA, "mended", "shop");
        json(ALPHA, "domain.create", create(app, "mended.example.com"));
        awaitStatus("mended.example.com", 503);
        Files.writeString(folder().resolve("proxy.json"), "{\"version\": 1, \"routes\": []}");

        TestPanel.await("the file is right again", () -> {
            reconcile();
            return read("proxy.json").contains("mended.example.com");
        });
        awaitStatus("mended.example.com", 503);
    }

    @Test
    void thePanelHasACertificateOfItsOwnAuthority() throws Exception {
        String fingerprint =
                Files.readString(panel.home().resolve("run/ca.sha256")).strip();
        assertThat(fingerprint).matches("([0-9A-F]{2}:){31}[0-9A-F]{2}");
        TestPanel.await("the panel's port", () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PANEL_TLS)) {
                return socket.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
        assertThat(Files.getPosixFilePermissions(panel.home().resolve("keys/ca/ca.key")))
                .hasSize(2);
        assertThat(read("proxy.json")).contains("\"keyStore\":\"panel.p12\"");
    }

    private static void reconcile() {
        try {
            for (var reference :
                    panel.context().getAllServiceReferences(io.openpanel.api.Extension.class.getName(), null)) {
                Object service = panel.context().getService(reference);
                if (service.getClass().getName().equals("io.openpanel.ssl.ProxyActions")) {
                    service.getClass().getMethod("reconcile").invoke(service);
                }
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode apply(Ref team, Ref app, String upstream) {
        return json(team, "domain.apply", "{\"app\":\"" + app + "\",\"upstreams\":[\"" + upstream + "\"]}");
    }

    private static String of(Ref app) {
        return "{\"app\":\"" + app + "\"}";
    }

    private static String create(Ref app, String host) {
        return "{\"app\":\"" + app + "\",\"host\":\"" + host + "\"}";
    }

    private static JsonNode json(Ref team, String action, String input) {
        try {
            return JSON.readTree(panel.json(TestPanel.local(team), action, input));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder() {
        return panel.home().resolve("data/proxy");
    }

    private static String read(String name) {
        try {
            return Files.readString(folder().resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void awaitStatus(String host, int status) {
        TestPanel.await(host + " " + status, () -> get(host).startsWith(Integer.toString(status)));
    }

    /** Status and body. */
    private static String get(String host) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), HTTP)) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return answer.substring(9, 12) + ' ' + answer.substring(answer.indexOf("\r\n\r\n") + 4);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The panel refuses loopback as an upstream, so the origins listen on another of the machine's addresses. */
    private static String addressOfTheMachine() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address instanceof Inet4Address
                        && !address.isLoopbackAddress()
                        && !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("This machine has no address but loopback"));
    }

    private static final class Origin implements AutoCloseable {
        private final HttpServer server;
        private final String text;

        Origin(String text) throws IOException {
            this.text = text;
            server = HttpServer.create(new InetSocketAddress(machine, 0), 0);
            server.createContext("/", exchange -> {
                exchange.sendResponseHeaders(200, text.length());
                exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
                exchange.close();
            });
            server.start();
        }

        String upstream() {
            return machine + ':' + server.getAddress().getPort();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
