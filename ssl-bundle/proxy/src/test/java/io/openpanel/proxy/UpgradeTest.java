package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** WebSockets and any other protocol that begins as HTTP/1.1. */
class UpgradeTest {
    private static Rig rig;
    private static Backend app;

    @BeforeAll
    static void start() throws IOException {
        rig = new Rig();
        app = new Backend((head, in, out) -> switch (head.target()) {
            case "/ws" -> webSocket(head, in, out);
            case "/echo" -> {
                Backend.write(
                        out,
                        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Early: 1\r\n\r\nhello ");
                in.transferTo(out);
                yield false;
            }
            case "/leave" -> {
                Backend.write(
                        out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nbye");
                yield false;
            }
            case "/unasked" -> {
                Backend.write(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
                yield false;
            }
            default -> {
                Backend.write(out, "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
                yield true;
            }
        });
        rig.routes("localhost=" + app.upstream());
    }

    @AfterAll
    static void stop() {
        app.close();
        rig.close();
    }

    @Test
    void aWebSocketEchoesTextBytesAndItsEnd() throws Exception {
        Listener heard = new Listener();
        WebSocket socket = open("/ws", heard);
        for (int i = 0; i < 100; i++) {
            socket.sendText("ping " + i, true).join();
            assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isEqualTo("ping " + i);
        }
        byte[] big = new byte[60_000];
        big[59_999] = 7;
        socket.sendBinary(ByteBuffer.wrap(big), true).join();
        assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isEqualTo("60000 bytes, 7");
        socket.sendClose(1000, "done").join();
        assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1000");
        Backend.Head head = app.heads.stream()
                .filter(each -> each.target().equals("/ws"))
                .findFirst()
                .orElseThrow();
        assertThat(head.one("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(head.one("Upgrade")).isEqualTo("websocket");
    }

    @Test
    void bytesThatCameWithTheHeadsAreNotLost() throws IOException {
        try (Socket socket = rig.connect()) {
            Backend.write(
                    socket.getOutputStream(),
                    "GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\nearly ");
            InputStream in = socket.getInputStream();
            assertThat(Backend.line(in)).isEqualTo("HTTP/1.1 101 Switching Protocols");
            while (!Backend.line(in).isEmpty()) {
                // The head.
            }
            assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII)).isEqualTo("hello early ");
            Backend.write(socket.getOutputStream(), "late");
            assertThat(new String(in.readNBytes(4), StandardCharsets.US_ASCII)).isEqualTo("late");
            socket.shutdownOutput();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void theEndOfOneSideIsTheEndOfTheOther() throws IOException {
        try (Socket socket = rig.connect()) {
            Backend.write(
                    socket.getOutputStream(),
                    "GET /leave HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .endsWith("bye");
        }
    }

    @Test
    void aRefusalIsAnOrdinaryAnswer() {
        assertThatThrownBy(() -> open("/no", new Listener()))
                .isInstanceOf(CompletionException.class)
                .hasRootCauseMessage("Unexpected HTTP response status code 403");
    }

    @Test
    void anUpgradeNobodyAskedForIsAnError() {
        assertThat(rig.ask("localhost", "POST /unasked", "Content-Length: 0")).startsWith("HTTP/1.1 502");
    }

    @Test
    void aSocketSurvivesTheSwitchToAnotherContainer() throws Exception {
        try (Rig own = new Rig();
                Backend next = Backend.text("next")) {
            own.routes("localhost=" + app.upstream());
            Listener heard = new Listener();
            WebSocket socket = HttpClient.newHttpClient()
                    .newWebSocketBuilder()
                    .buildAsync(URI.create("ws://localhost:" + own.port() + "/ws"), heard)
                    .join();
            own.routes("localhost=" + next.upstream());
            assertThat(own.ask("localhost", "GET /")).endsWith("next");
            socket.sendText("still here", true).join();
            assertThat(heard.messages.poll(10, TimeUnit.SECONDS)).isEqualTo("still here");
        }
    }

    private static WebSocket open(String path, Listener listener) {
        return HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(URI.create("ws://localhost:" + rig.port() + path), listener)
                .join();
    }

    private static final class Listener implements WebSocket.Listener {
        final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private int bytes;

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            messages.add(text.toString());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                messages.add(bytes + " bytes, " + data.get(data.limit() - 1));
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
            messages.add("closed " + status);
            return null;
        }
    }

    /** Sends each frame back without its mask. */
    private static boolean webSocket(Backend.Head head, InputStream in, OutputStream out) throws IOException {
        Backend.write(
                out,
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: "
                        + accept(head.one("Sec-WebSocket-Key")) + "\r\n\r\n");
        int opcode = 0;
        while (opcode != 8) {
            int first = in.read();
            if (first < 0) {
                return false;
            }
            opcode = first & 15;
            int length = in.read() & 127;
            if (length == 126) {
                length = in.read() << 8 | in.read();
            }
            byte[] mask = in.readNBytes(4);
            byte[] payload = in.readNBytes(length);
            for (int i = 0; i < length; i++) {
                payload[i] ^= mask[i % 4];
            }
            out.write(first);
            if (length < 126) {
                out.write(length);
            } else {
                out.write(new byte[] {126, (byte) (length >> 8), (byte) length});
            }
            out.write(payload);
            out.flush();
        }
        return false;
    }

    private static String accept(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
                                    .getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
