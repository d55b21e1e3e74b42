package io.openpanel.webhook.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests as they cross the wire, to a server that says what it is told to. */
class OutgoingRequestTest {
    private static final Body NOTHING = Body.of(Optional.empty(), Optional.empty());

    private final ServerSocket server = listen();
    private final CompletableFuture<String> asked = new CompletableFuture<>();

    private static ServerSocket listen() {
        try {
            return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private void answer(String... parts) {
        Thread thread = new Thread(() -> {
            try (Socket socket = server.accept()) {
                InputStream in = socket.getInputStream();
                StringBuilder text = new StringBuilder();
                while (text.indexOf("\r\n\r\n") < 0 || in.available() > 0) {
                    text.append((char) in.read());
                }
                asked.complete(text.toString());
                for (String part : parts) {
                    socket.getOutputStream().write(part.getBytes(StandardCharsets.ISO_8859_1));
                    socket.getOutputStream().flush();
                }
            } catch (IOException e) {
                asked.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private OutgoingRequest.Answer send(String method, Map<String, Secret> headers, Body body) {
        Target target = Target.parse("http://127.0.0.1:" + server.getLocalPort() + "/hook/s3cret?a=b");
        return new OutgoingRequest(target, method, headers, body).send(target.addresses(true));
    }

    @Test
    void aRequestSaysWhatItIsTold() throws Exception {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        OutgoingRequest.Answer answer = send(
                "POST",
                Map.of("Authorization", Secret.of("Bearer x")),
                Body.of(Optional.of(Map.of("text", List.of("é", 1, true))), Optional.empty()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("ok");
        assertThat(asked.get(5, TimeUnit.SECONDS))
                .startsWith("POST /hook/s3cret?a=b HTTP/1.1\r\n")
                .contains("Host: 127.0.0.1:" + server.getLocalPort() + "\r\n", "Connection: close\r\n")
                .contains("Authorization: Bearer x\r\n", "Content-Type: application/json\r\n")
                .contains("Content-Length: 22\r\n")
                .contains("\r\n\r\n{\"text\":[");
    }

    @Test
    void aGetHasNoBody() throws Exception {
        answer("HTTP/1.1 204 No Content\r\n\r\n");

        assertThat(send("GET", Map.of(), NOTHING).text()).isEmpty();
        assertThat(asked.get(5, TimeUnit.SECONDS)).doesNotContain("Content-").endsWith("\r\n\r\n");
    }

    @Test
    void chunksAreReadAndInterimAnswersPassedOver() {
        answer(
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n",
                "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");

        OutgoingRequest.Answer answer = send("POST", Map.of(), NOTHING);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text()).isEqualTo("abcde");
    }

    @ParameterizedTest
    @CsvSource({"''", "Content-Length: 999999999", "Transfer-Encoding: chunked"})
    void anAnswerIsReadUpToItsLimit(String header) {
        String[] parts = new String[200];
        java.util.Arrays.fill(parts, header.startsWith("T") ? "400\r\n" + "x".repeat(1024) + "\r\n" : "x".repeat(1024));
        parts[0] = "HTTP/1.1 200 OK\r\n" + (header.isEmpty() ? "" : header + "\r\n") + "\r\n";
        answer(parts);

        assertThat(send("POST", Map.of(), NOTHING).body()).hasSize(64 << 10);
    }

    @ParameterizedTest
    @CsvSource({
        "'SSH-2.0-OpenSSH\r\n'",
        "'HTTP/2 200\r\n\r\n'",
        "'HTTP/1.1 99 x\r\n\r\n'",
        "'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'",
        "'HTTP/1.1 200 OK\r\n'",
        "''"
    })
    void whatIsNoHttpIsSaidSo(String said) {
        answer(said);

        assertThatThrownBy(() -> send("POST", Map.of(), NOTHING))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("127.0.0.1 cannot be reached: its answer is no HTTP")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void eachAddressIsTriedAndNoNameIsLookedUpAgain() {
        answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Target target = Target.parse("http://nowhere.invalid:" + server.getLocalPort() + "/");

        OutgoingRequest.Answer answer = new OutgoingRequest(target, "GET", Map.of(), NOTHING)
                .send(List.of(address("127.0.0.77"), InetAddress.getLoopbackAddress()));

        assertThat(answer.text()).isEqualTo("ok");
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aHeadThatNeverEndsIsGivenUp() {
        answer("HTTP/1.1 200 OK\r\n" + "x: y\r\n".repeat(10_000));

        assertThatThrownBy(() -> send("POST", Map.of(), NOTHING)).hasMessageContaining("no HTTP");
    }

    @Test
    void aServerThatDoesNotProveWhoItIsGetsNothing(@TempDir Path folder) throws Exception {
        try (SSLServerSocket impostor = impostor(folder)) {
            CompletableFuture<Integer> read = CompletableFuture.supplyAsync(() -> {
                try (Socket socket = impostor.accept()) {
                    return socket.getInputStream().readAllBytes().length;
                } catch (IOException e) {
                    return 0;
                }
            });
            Target target = Target.parse("https://127.0.0.1:" + impostor.getLocalPort() + "/hook/s3cret");

            assertThatThrownBy(
                            () -> new OutgoingRequest(target, "POST", Map.of(), NOTHING).send(target.addresses(true)))
                    .isInstanceOf(Problem.class)
                    .hasMessageStartingWith("127.0.0.1 does not prove who it is")
                    .hasMessageNotContaining("s3cret");
            assertThat(read.get(5, TimeUnit.SECONDS)).isZero();
        }
    }

    /** A server with a certificate that it signed itself. */
    private static SSLServerSocket impostor(Path folder) throws Exception {
        Path file = folder.resolve("key.p12");
        String[] keytool = {
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-keyalg",
            "EC",
            "-alias",
            "x",
            "-dname",
            "CN=127.0.0.1",
            "-ext",
            "san=ip:127.0.0.1",
            "-storepass",
            "changeit",
            "-keystore",
            file.toString(),
            "-storetype",
            "PKCS12"
        };
        assertThat(new ProcessBuilder(keytool).inheritIO().start().waitFor()).isZero();
        char[] password = "changeit".toCharArray();
        KeyStore store = KeyStore.getInstance(file.toFile(), password);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, password);
        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        return (SSLServerSocket)
                tls.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    @Test
    void nobodyThereIsSaidWithoutTheAddress() throws IOException {
        server.close();

        assertThatThrownBy(() -> send("POST", Map.of(), NOTHING))
                .isInstanceOf(Problem.class)
                .hasMessageStartingWith("127.0.0.1 cannot be reached")
                .hasMessageNotContaining("s3cret");
    }

    @ParameterizedTest
    @CsvSource({
        "Host, x",
        "content-length, 5",
        "Transfer-Encoding, chunked",
        "Connection, keep-alive",
        "'a b', x",
        "'a:b', x",
        "'a\r\nb', x",
        "'', x",
        "a, 'x\r\nHost: y'",
        "a, 'x\ny'",
        "a, é"
    })
    void headersCannotChangeTheRequest(String name, String value) {
        assertThatThrownBy(() -> send("POST", Map.of(name, Secret.of(value)), NOTHING))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("headers");
    }

    @Test
    void aBodyIsOneThingAndBounded() {
        assertThatThrownBy(() -> Body.of(Optional.of(Map.of()), Optional.of("x")))
                .hasMessageContaining("leave one");
        assertThatThrownBy(() -> Body.of(Optional.of(Map.of("a", "x".repeat(1 << 20))), Optional.empty()))
                .hasMessageContaining("longer than 1 MiB");
    }
}
