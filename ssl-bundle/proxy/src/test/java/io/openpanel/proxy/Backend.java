package io.openpanel.proxy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An app that does with each connection exactly what a test says. */
final class Backend implements AutoCloseable {
    private final ServerSocket server;
    private final Script script;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    final List<Head> heads = new CopyOnWriteArrayList<>();

    /** Handles one request; returns whether the connection goes on. */
    interface Script {
        boolean handle(Head head, InputStream in, OutputStream out) throws IOException;
    }

    record Head(String line, List<String> fields) {
        String method() {
            return line.split(" ")[0];
        }

        String target() {
            return line.split(" ")[1];
        }

        List<String> all(String name) {
            return fields.stream()
                    .filter(field -> field.toLowerCase().startsWith(name.toLowerCase() + ":"))
                    .map(field -> field.substring(name.length() + 1).strip())
                    .toList();
        }

        String one(String name) {
            List<String> values = all(name);
            return values.isEmpty() ? null : values.get(0);
        }
    }

    Backend(Script script) throws IOException {
        this(0, script);
    }

    Backend(int port, Script script) throws IOException {
        this.script = script;
        this.server = new ServerSocket(port, 200, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    /** One that answers every request with a text, after reading its body. */
    static Backend text(String text) throws IOException {
        return new Backend((head, in, out) -> {
            body(head, in);
            return answer(out, text);
        });
    }

    static boolean answer(OutputStream out, String text, String... fields) throws IOException {
        StringBuilder head = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n");
        for (String field : fields) {
            head.append(field).append("\r\n");
        }
        write(out, head + "\r\n" + text);
        return true;
    }

    static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Reads a body as its head frames it. */
    static byte[] body(Head head, InputStream in) throws IOException {
        if (head.one("Transfer-Encoding") == null) {
            String length = head.one("Content-Length");
            return length == null ? new byte[0] : in.readNBytes(Integer.parseInt(length));
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (int size = chunk(in); size > 0; size = chunk(in)) {
            body.write(in.readNBytes(size));
            line(in);
        }
        while (!line(in).isEmpty()) {
            // Trailers.
        }
        return body.toByteArray();
    }

    static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in).split(";")[0], 16);
    }

    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("The connection ended in a line");
            }
            line.append((char) c);
        }
        return line.toString().stripTrailing();
    }

    String upstream() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    int port() {
        return server.getLocalPort();
    }

    int connections() {
        return open.size();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            boolean more = true;
            while (more) {
                String line = line(in);
                List<String> fields = new ArrayList<>();
                for (String field = line(in); !field.isEmpty(); field = line(in)) {
                    fields.add(field);
                }
                Head head = new Head(line, fields);
                heads.add(head);
                more = script.handle(head, in, socket.getOutputStream());
            }
        } catch (IOException e) {
            // The proxy closed it.
        } finally {
            open.remove(socket);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "backend");
        thread.setDaemon(true);
        thread.start();
    }

    /** Stops listening; connections live on. */
    void stopListening() {
        try {
            server.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        stopListening();
        for (Socket socket : open) {
            try {
                socket.close();
            } catch (IOException e) {
                // Closed already.
            }
        }
    }
}
