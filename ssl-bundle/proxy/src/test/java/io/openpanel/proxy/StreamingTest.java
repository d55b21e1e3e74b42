package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Bytes go through as they come, however many. */
@Tag("slow")
class StreamingTest {
    private static final long BIG = 200L << 20;
    private final Rig rig = new Rig();
    private Backend app;

    private void app(Backend.Script script) throws IOException {
        app = new Backend(script);
        rig.routes("app.localhost=" + app.upstream());
    }

    @AfterEach
    void stop() {
        app.close();
        rig.close();
    }

    @Test
    void anEventIsThereBeforeTheNextIsMade() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        app((head, in, out) -> {
            Backend.write(
                    out,
                    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "d\r\ndata: first\n\n\r\n");
            try {
                Backend.write(
                        out, seen.await(10, TimeUnit.SECONDS) ? "e\r\ndata: second\n\n\r\n0\r\n\r\n" : "0\r\n\r\n");
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            return true;
        });
        try (Socket socket = rig.connect()) {
            Backend.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n");
            InputStream in = socket.getInputStream();
            until(in, "data: first");
            seen.countDown();
            until(in, "data: second");
        }
    }

    @Test
    void theAppSeesTheFirstPartOfABodyBeforeTheLast() throws Exception {
        CountDownLatch seen = new CountDownLatch(1);
        app((head, in, out) -> {
            int first = Backend.chunk(in);
            in.readNBytes(first);
            seen.countDown();
            Backend.line(in);
            int second = Backend.chunk(in);
            in.readNBytes(second);
            Backend.line(in);
            Backend.line(in);
            Backend.line(in);
            return Backend.answer(out, first + " " + second);
        });
        try (Socket socket = rig.connect()) {
            OutputStream out = socket.getOutputStream();
            Backend.write(
                    out, "POST / HTTP/1.1\r\nHost: app.localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
            assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
            Backend.write(out, "6\r\nsecond\r\n0\r\n\r\n");
            assertThat(ForwardingTest.readAnswer(socket.getInputStream())).isEqualTo("5 6");
        }
    }

    @Test
    void aBigBodyGoesUpAndComesDown() throws Exception {
        AtomicLong sum = new AtomicLong();
        app((head, in, out) -> {
            sum.set(sum(in, BIG));
            Backend.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n");
            send(out, BIG);
            return true;
        });
        try (Socket socket = rig.connect()) {
            Backend.write(
                    socket.getOutputStream(),
                    "POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: " + BIG + "\r\n\r\n");
            long sent = send(socket.getOutputStream(), BIG);
            InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            while (!Backend.line(in).isEmpty()) {
                // The head.
            }
            assertThat(sum(in, BIG)).isEqualTo(sent);
            assertThat(sum.get()).isEqualTo(sent);
        }
    }

    @Test
    void aReaderThatPausesHoldsTheAppBack() throws Exception {
        AtomicLong written = new AtomicLong();
        app((head, in, out) -> {
            Backend.write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + BIG + "\r\n\r\n");
            byte[] block = new byte[1 << 16];
            for (long left = BIG; left > 0; left -= block.length) {
                out.write(block);
                written.addAndGet(block.length);
            }
            return true;
        });
        try (Socket socket = rig.connect()) {
            Backend.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n");
            long before = -1;
            while (written.get() != before) {
                before = written.get();
                Thread.sleep(300);
            }
            assertThat(before).isPositive().isLessThan(40L << 20);
        }
    }

    @Test
    void anAnswerBeforeTheEndOfTheBodyComesThrough() throws Exception {
        app((head, in, out) -> {
            Backend.write(out, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
            return false;
        });
        for (int i = 0; i < 100; i++) {
            try (Socket socket = rig.connect()) {
                Backend.write(
                        socket.getOutputStream(),
                        "POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 1000000\r\n\r\nstart");
                assertThat(Backend.line(socket.getInputStream())).startsWith("HTTP/1.1 413");
                assertThat(ForwardingTest.readAnswer(socket.getInputStream())).isEqualTo("big");
            }
        }
    }

    @Test
    void aClientThatLeavesIsToldToTheApp() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        app((head, in, out) -> {
            Backend.write(out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            try {
                while (true) {
                    Backend.write(out, "400\r\n" + "x".repeat(1024) + "\r\n");
                }
            } catch (SocketException e) {
                gone.countDown();
            }
            return false;
        });
        try (Socket socket = rig.connect()) {
            Backend.write(socket.getOutputStream(), "GET / HTTP/1.1\r\nHost: app.localhost\r\n\r\n");
            socket.getInputStream().readNBytes(10_000);
        }
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aClientThatBreaksOffItsBodyBreaksOffTheAppsToo() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        app((head, in, out) -> {
            if (in.readNBytes(1000).length < 1000) {
                gone.countDown();
            }
            return false;
        });
        try (Socket socket = rig.connect()) {
            Backend.write(
                    socket.getOutputStream(),
                    "POST / HTTP/1.1\r\nHost: app.localhost\r\nContent-Length: 1000\r\n\r\nhalf");
            Rig.await(() -> !app.heads.isEmpty());
        }
        assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void until(InputStream in, String text) throws IOException {
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(text) < 0) {
            seen.append((char) in.read());
        }
    }

    private static long send(OutputStream out, long length) throws IOException {
        byte[] block = new byte[1 << 16];
        long sum = 0;
        for (long left = length; left > 0; left -= block.length) {
            for (int i = 0; i < block.length; i += 512) {
                block[i] = (byte) (left * 31 + i);
                sum += block[i];
            }
            out.write(block);
        }
        out.flush();
        return sum;
    }

    private static long sum(InputStream in, long length) throws IOException {
        byte[] block = new byte[1 << 16];
        long sum = 0;
        for (long left = length; left > 0; left -= block.length) {
            if (in.readNBytes(block, 0, block.length) < block.length) {
                throw new IOException("The body is too short");
            }
            for (int i = 0; i < block.length; i += 512) {
                sum += block[i];
            }
        }
        return sum;
    }
}
