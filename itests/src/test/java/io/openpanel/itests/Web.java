package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An HTTP GET with a host of one's choice, which Java's own client does not allow. */
final class Web {
    private static final int TIMEOUT_MILLIS = 10_000;

    private Web() {}

    record Page(int status, String text) {}

    /** @throws IOException when the connection is refused, reset or silent */
    static Page get(int port, String host, String path) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.flush();
            InputStream in = socket.getInputStream();
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (text.length() < 12) {
                throw new IOException("The connection was closed without an answer");
            }
            int head = text.indexOf("\r\n\r\n");
            return new Page(Integer.parseInt(text.substring(9, 12)), head < 0 ? "" : text.substring(head + 4));
        }
    }
}
