package org.example.notifier;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What Slack or Discord would be: takes messages at an address that only who knows it may use. */
final class Channel implements AutoCloseable {
    static final String SECRET = "/services/T024F/B7K3/xoXx0451";

    private final HttpServer server;
    private final List<String> messages = new CopyOnWriteArrayList<>();

    Channel() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean known = exchange.getRequestURI().getPath().equals(SECRET);
            if (known) {
                messages.add(body);
            }
            byte[] answer = "ok".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(known ? 200 : 404, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + SECRET;
    }

    List<String> messages() {
        return messages;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
