package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client that sends what it likes, reads as far as it likes and leaves without a word. */
final class Visitor implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket = new Socket();

    Visitor(int port) throws IOException {
        socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
        socket.setSoTimeout(TIMEOUT_MILLIS);
    }

    Visitor send(String head, byte[] body) throws IOException {
        socket.getOutputStream().write(head.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(body);
        socket.getOutputStream().flush();
        return this;
    }

    /** The first bytes of the answer. */
    String first() throws IOException {
        byte[] buffer = new byte[4096];
        InputStream in = socket.getInputStream();
        int got = in.read(buffer);
        return new String(buffer, 0, Math.max(0, got), StandardCharsets.UTF_8);
    }

    /** Leaves with a reset, as a killed program or a lost network does. */
    void vanish() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
