package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two readers could read differently, and clients that never get to the point. */
class StrictnessTest {
    private static Rig rig;
    private static Backend app;

    @BeforeAll
    static void start() throws IOException {
        rig = new Rig();
        app = Backend.text("ok");
        rig.routes("a=" + app.upstream());
    }

    @AfterAll
    static void stop() {
        app.close();
        rig.close();
    }

    /** What the test before sent may still be on its way to the app. */
    @BeforeEach
    void forget() throws InterruptedException {
        int seen;
        do {
            seen = app.heads.size();
            Thread.sleep(50);
        } while (app.heads.size() != seen);
        app.heads.clear();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 2\r\n\r\nxx",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\nx",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nx",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\nx",
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 1\r\n\r\nx",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\u000bchunked\r\n\r\n0\r\n\r\n",
                "POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n Transfer-Encoding: chunked\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: folded\r\n here\r\n\r\n",
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\n",
                "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 x\r\nHost: a\r\n\r\n",
                "GET / HTTP/3.0\r\nHost: a\r\n\r\n",
                "GET /\r\n\r\n",
                "G{T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
            })
    void whatCanBeReadTwoWaysIsRefused(String request) {
        assertThat(rig.raw(request)).startsWith("HTTP/1.").containsPattern("^HTTP/1.. (400|426|501|505) ");
        assertThat(app.heads).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\r\n0\r\n\r\n",
                "5;x\nhello\r\n0\r\n\r\n",
                "5\r\nhello\n0\r\n\r\n",
                "5\r\nhelloX\r\n0\r\n\r\n",
                "g\r\n",
                "5 \r\nhello\r\n0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "fffffffff\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n0\n\r\n",
                "5\r\nhello\r\n0\r\nX: y\n\r\n",
                "\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            })
    void chunksAreFramedRightOrNotAtAll(String body) {
        String answer =
                rig.raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body);
        assertThat(answer).doesNotContain(" 200 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\r\nhello\r\n0\r\n\r\n",
                "005;a=b;c=\"d\"\r\nhello\r\n0;x\r\nT: u\r\nV: w\r\n\r\n",
                "A\r\n\n\n\n\n\n\n\n\n\n\n\r\n0\r\n\r\n"
            })
    void rightChunksAreTaken(String body) {
        assertThat(rig.raw(
                        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body))
                .contains(" 200 ");
    }

    @Test
    void aHeadInPiecesIsReadLikeAWholeOne() throws IOException {
        try (Socket socket = rig.connect()) {
            for (char c :
                    "\r\nPOST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n\r\n\n\r\n0\r\n\r\n"
                            .toCharArray()) {
                socket.getOutputStream().write(c);
                socket.getOutputStream().flush();
            }
            assertThat(ForwardingTest.readAnswer(socket.getInputStream())).isEqualTo("ok");
        }
    }

    @Test
    void aHeadTooLargeIsRefused() {
        assertThat(rig.ask("a", "GET /", "X: " + "x".repeat(17_000))).startsWith("HTTP/1.1 431");
        assertThat(rig.ask("a", "GET /" + "x".repeat(17_000))).startsWith("HTTP/1.1 414");
        assertThat(rig.ask("a", "GET /", "X: " + "x".repeat(14_000))).contains(" 200 ");
        assertThat(rig.raw("GET / HTTP/1.1\r\nHost: a\r\n" + "X: y\r\n".repeat(4000) + "\r\n"))
                .startsWith("HTTP/1.1 431");
    }

    @Test
    void itIsNoForwardProxy() {
        assertThat(rig.raw("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 501");
        assertThat(rig.raw("GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404");
    }

    @Test
    void clientsThatNeverEndTheirHeadAreCut() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (String start : List.of("G", "GET / HTTP/1.1\r\nHos", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n")) {
            Socket socket = rig.connect();
            Backend.write(socket.getOutputStream(), start);
            slow.add(socket);
        }
        try (Socket idle = rig.connect();
                Socket working = rig.connect()) {
            Backend.write(working.getOutputStream(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n");
            Rig.await(() -> app.heads.size() == 1);
            Thread.sleep(300);
            long now = System.nanoTime();
            rig.proxy().sweep(now);
            for (Socket socket : slow) {
                // However many bytes come, the head is what counts.
                Backend.write(socket.getOutputStream(), "x");
            }
            rig.proxy().sweep(now + TimeUnit.SECONDS.toNanos(29));
            rig.proxy().sweep(now + TimeUnit.SECONDS.toNanos(31));
            for (Socket socket : slow) {
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
                socket.close();
            }
            Backend.write(working.getOutputStream(), "body");
            assertThat(ForwardingTest.readAnswer(working.getInputStream())).isEqualTo("ok");
            // The client may have its answer before the proxy has put the request away.
            Thread.sleep(300);
            rig.proxy().sweep(System.nanoTime() + TimeUnit.SECONDS.toNanos(120));
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            assertThat(working.getInputStream().read()).isEqualTo(-1);
        }
    }
}
