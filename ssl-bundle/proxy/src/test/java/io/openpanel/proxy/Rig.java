package io.openpanel.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A proxy on a free port with a folder of its own. */
final class Rig implements AutoCloseable {
    final Path home;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final String[] flags;
    private Proxy proxy;
    private long version;

    Rig(String... flags) {
        this.flags = flags;
        try {
            home = Files.createTempDirectory("proxy-test");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
    }

    void start() {
        String[] always = {"--home", home.toString(), "--address", "127.0.0.1", "--http-port", "0", "--panel-port", "0"
        };
        Log log = new Log(new PrintStream(out, true, StandardCharsets.UTF_8), InstantSource.system());
        proxy = new Proxy(
                Options.parse(Stream.concat(Arrays.stream(always), Arrays.stream(flags))
                        .toArray(String[]::new)),
                log);
        try {
            proxy.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void stop() {
        proxy.close();
    }

    Proxy proxy() {
        return proxy;
    }

    int port() {
        return proxy.port("http");
    }

    String log() {
        return out.toString(StandardCharsets.UTF_8);
    }

    /** {@code host=ip:port,ip:port}; returns once the proxy took it. */
    void routes(String... routes) {
        configure("", routes);
    }

    void configure(String panel, String... routes) {
        version++;
        put("{\"version\": " + version + ", " + panel + "\"routes\": ["
                + Stream.of(routes).map(Rig::route).collect(Collectors.joining(",")) + "]}");
        await(() -> read("applied").equals(version + "\n"));
    }

    private static String route(String route) {
        String[] parts = route.split("=", 2);
        String upstreams = parts[1].isEmpty() ? "" : '"' + parts[1].replace(",", "\",\"") + '"';
        return "{\"host\": \"" + parts[0] + "\", \"app\": \"app:1\", \"upstreams\": [" + upstreams
                + "], \"tls\": false}";
    }

    void put(String text) {
        try {
            Path temporary = home.resolve("next.tmp");
            Files.writeString(temporary, text);
            Files.move(temporary, home.resolve("proxy.json"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String read(String name) {
        try {
            Path file = home.resolve(name);
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void await(BooleanSupplier so) {
        long end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (!so.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("Not within 15 s");
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(15_000);
        return socket;
    }

    /** What comes back for some bytes until the connection ends. */
    String raw(String bytes) {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A request that ends its connection; the head's lines without their ends. */
    String ask(String host, String line, String... fields) {
        return raw(line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n"
                + Stream.of(fields).map(field -> field + "\r\n").collect(Collectors.joining()) + "\r\n");
    }

    /** By a client that keeps its connections. {@code localhost} is the host it names. */
    HttpResponse<String> send(HttpClient client, String path) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port() + path))
                        .timeout(Duration.ofSeconds(15))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        stop();
        try (Stream<Path> files = Files.list(home)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(home);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
