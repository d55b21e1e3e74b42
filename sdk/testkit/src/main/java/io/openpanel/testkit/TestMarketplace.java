package io.openpanel.testkit;

import com.sun.net.httpserver.HttpServer;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.Keys;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.marketplace.Quality;
import io.openpanel.marketplace.Root;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A marketplace on a port of this machine, with keys of its own: what plugins are installed from in tests. */
public final class TestMarketplace implements AutoCloseable {
    public static final String PUBLISHER = "ada";

    private final String name;
    private final HttpServer server;
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();
    private final Root root;
    private final KeyPair indexKey = Keys.generate();
    private final KeyPair publisherKey = Keys.generate();
    private final Map<String, Index.Plugin> plugins = new HashMap<>();
    private final List<Index.Revocation> revoked = new ArrayList<>();
    private long version;

    public TestMarketplace(String name) {
        this.name = name;
        KeyPair first = Keys.generate();
        KeyPair second = Keys.generate();
        Map<String, String> keys = new HashMap<>();
        for (KeyPair key : List.of(first, second, indexKey)) {
            keys.put(Keys.id(key.getPublic()), Keys.text(key.getPublic()));
        }
        List<String> owners = List.of(Keys.id(first.getPublic()), Keys.id(second.getPublic()));
        root = new Root(
                name,
                1,
                later(Duration.ofDays(365)),
                keys,
                new Root.Role(2, owners),
                new Root.Role(1, List.of(Keys.id(indexKey.getPublic()))));
        files.put("/root.json", root.sign(List.of(first, second)).toBytes());
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", exchange -> {
            byte[] file = files.get(exchange.getRequestURI().getPath());
            exchange.sendResponseHeaders(file == null ? 404 : 200, file == null ? -1 : file.length);
            if (file != null) {
                exchange.getResponseBody().write(file);
            }
            exchange.close();
        });
        server.start();
        index(Duration.ofDays(14));
    }

    private static Instant later(Duration time) {
        return java.time.Clock.systemUTC().instant().plus(time);
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    public String fingerprint() {
        return root.fingerprint();
    }

    /** Publishes a jar as its publisher signs it. */
    public PluginFile publish(Path jar) {
        return publish(jar, publisherKey);
    }

    /** Publishes a jar with somebody else's signature. */
    public PluginFile publishForged(Path jar) {
        return publish(jar, Keys.generate());
    }

    private PluginFile publish(Path jar, KeyPair by) {
        PluginFile file = PluginFile.read(jar);
        String path = file.id() + '/' + file.version() + '-' + file.sha256().substring(0, 8) + ".jar";
        try {
            files.put('/' + path, Files.readAllBytes(jar));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Index.Release> releases = new ArrayList<>();
        Optional.ofNullable(plugins.get(file.id())).ifPresent(known -> known.releases().stream()
                .filter(each -> !each.version().equals(file.version()))
                .forEach(releases::add));
        releases.add(new Index.Release(
                file.version(),
                path,
                file.sha256(),
                file.size(),
                file.host(),
                file.permissions(),
                later(Duration.ZERO),
                Index.state(file, by),
                Quality.of(jar).level().map(Quality.Level::word),
                Optional.empty()));
        plugins.put(
                file.id(),
                new Index.Plugin(file.id(), file.title(), "For tests", List.of("test"), PUBLISHER, releases));
        index(Duration.ofDays(14));
        return file;
    }

    /** Serves other bytes in the place of a release. */
    public void tamper(PluginFile file, byte[] bytes) {
        files.keySet().stream()
                .filter(path -> path.contains(file.sha256().substring(0, 8)))
                .forEach(path -> files.put(path, bytes));
    }

    /** Takes a version back. */
    public void revoke(String plugin, String which, String reason) {
        revoked.add(new Index.Revocation(plugin, Optional.of(which), reason, later(Duration.ZERO)));
        index(Duration.ofDays(14));
    }

    /** Signs the index anew, to count for so long. */
    public void index(Duration lives) {
        version++;
        Index index = new Index(
                name,
                version,
                later(lives),
                Map.of(PUBLISHER, new Index.Publisher(List.of(Keys.text(publisherKey.getPublic())), Optional.empty())),
                List.copyOf(plugins.values()),
                List.copyOf(revoked));
        files.put("/index.json", index.sign(List.of(indexKey)).toBytes());
    }

    /** The file served at a path, to be shown again later. */
    public byte[] file(String path) {
        return files.get(path);
    }

    public void serve(String path, byte[] bytes) {
        files.put(path, bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
