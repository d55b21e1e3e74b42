package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the panel's file is followed. */
class InboxTest {
    private final Rig rig = new Rig();
    private Backend app;

    @BeforeEach
    void start() throws IOException {
        app = Backend.text("ok");
    }

    @AfterEach
    void stop() {
        app.close();
        rig.close();
    }

    @Test
    void withoutAConfigurationItListensAndSaysSo() {
        assertThat(rig.ask("app.localhost", "GET /")).startsWith("HTTP/1.1 404");
        assertThat(rig.read("applied")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "nothing",
                "{\"version\": 2}",
                "{\"version\": \"2\", \"routes\": []}",
                "{\"version\": 2, \"routes\": []} x",
                "{\"version\": 2, \"version\": 3, \"routes\": []}",
                "{\"version\": 2, \"routes\": [{}]}",
                "{\"version\": 2, \"routes\": [{\"host\": \"a\", \"app\": \"b\", \"upstreams\": [\"name:80\"]}]}",
                "{\"version\": 2, \"routes\": [{\"host\": \"a\", \"app\": \"b\", \"upstreams\": [\"1.2.3.4:0\"]}]}",
                "{\"version\": 2, \"routes\": [{\"host\": \"a\", \"app\": \"b\", \"upstreams\": [\"1.2.3.4\"]}]}",
                "{\"version\": 2, \"routes\": [], \"panel\": {}}",
                "{\"version\": 2, \"httpPort\": 70000, \"routes\": []}"
            })
    void aBrokenFileChangesNothing(String text) {
        rig.routes("app.localhost=" + app.upstream());
        rig.put(text);
        Rig.await(() -> !rig.read("rejected").isEmpty());
        assertThat(rig.ask("app.localhost", "GET /")).endsWith("ok");
        assertThat(rig.read("applied")).isEqualTo("1\n");
        assertThat(rig.read("rejected"))
                .startsWith(
                        text.startsWith("{\"version\": 2,") && !text.contains("x") && !text.contains("version\": 3")
                                ? "2 "
                                : rig.read("rejected").substring(0, 2));
        rig.routes("app.localhost=");
        assertThat(rig.read("rejected")).isEmpty();
        assertThat(rig.ask("app.localhost", "GET /")).startsWith("HTTP/1.1 503");
    }

    @Test
    void aRestartTakesTheLastGoodConfiguration() throws IOException {
        rig.routes("app.localhost=" + app.upstream());
        rig.put("{broken");
        Rig.await(() -> !rig.read("rejected").isEmpty());
        rig.stop();
        rig.start();
        assertThat(rig.ask("app.localhost", "GET /")).endsWith("ok");
        assertThat(Files.getPosixFilePermissions(rig.home.resolve("last-good.json")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void aRestartTakesTheFileThatCameMeanwhile() {
        rig.stop();
        rig.put("{\"version\": 9, \"routes\": [{\"host\": \"app.localhost\", \"app\": \"a\", \"upstreams\": [\""
                + app.upstream() + "\"]}]}");
        rig.start();
        assertThat(rig.read("applied")).isEqualTo("9\n");
        assertThat(rig.ask("app.localhost", "GET /")).endsWith("ok");
    }

    @Test
    void aChangeIsTakenAtOnce() {
        rig.routes();
        long start = System.nanoTime();
        for (int i = 0; i < 20; i++) {
            rig.routes("app.localhost=" + app.upstream());
        }
        assertThat((System.nanoTime() - start) / 20_000_000.0)
                .as("milliseconds each")
                .isLessThan(200);
    }

    @Test
    void theFileMayBeTakenAwayAndComeBack() throws IOException {
        rig.routes("app.localhost=" + app.upstream());
        Files.delete(rig.home.resolve("proxy.json"));
        assertThat(rig.ask("app.localhost", "GET /")).endsWith("ok");
        rig.routes("other.localhost=" + app.upstream());
        assertThat(rig.ask("app.localhost", "GET /")).startsWith("HTTP/1.1 404");
    }

    @Test
    void anotherPortIsOpenedAndTheFormerClosed() throws IOException {
        int first = freePort();
        int second = freePort();
        Log log = new Log(new PrintStream(OutputStream.nullOutputStream()), InstantSource.system());
        rig.stop();
        try (Proxy proxy = new Proxy(Options.parse("--home", rig.home.toString(), "--address", "127.0.0.1"), log)) {
            rig.put("{\"version\": 1, \"httpPort\": " + first + ", \"routes\": []}");
            proxy.start();
            assertThat(proxy.port("http")).isEqualTo(first);
            rig.put("{\"version\": 2, \"httpPort\": " + second + ", \"routes\": []}");
            Rig.await(() -> rig.read("applied").equals("2\n"));
            assertThat(proxy.port("http")).isEqualTo(second);
            new Socket("127.0.0.1", second).close();
            Rig.await(() -> isFree(first));

            rig.put("{\"version\": 3, \"httpPort\": " + app.port() + ", \"routes\": []}");
            Rig.await(() -> rig.read("rejected").startsWith("3 Port " + app.port() + " cannot be opened"));
            assertThat(proxy.port("http")).isEqualTo(second);
        }
        rig.start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try {
            new Socket("127.0.0.1", port).close();
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
