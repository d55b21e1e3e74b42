package io.openpanel.web;

import io.openpanel.spi.Authority;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Storage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.launch.Framework;

/** The web bundle in a real framework with the real HTTP server; the kernel beside it is fake. */
public final class WebHost implements AutoCloseable {
    /** What the proxy makes of the password "secret"; {@code PanelTlsTest} has it too. */
    static final String PROXY = "3564a90f88636dc4c468c2f6fa89aaa43650b8b01e141954c7fc9e69013f8cf5";

    /** The settings the distribution must have. */
    static final Map<String, String> HTTP = Map.of(
            "org.apache.felix.http.host", "127.0.0.1",
            "org.apache.felix.http.jetty.sendServerHeader", "false",
            "org.apache.felix.http.jetty.threadpool.max", "64",
            "org.apache.felix.http.jetty.acceptors", "1",
            "org.apache.felix.http.jetty.selectors", "2",
            "org.apache.felix.http.jetty.headerBufferSize", "16384",
            "org.apache.felix.http.timeout", "60000",
            "org.apache.felix.jetty.websocket.enable", "true",
            "org.eclipse.jetty.UriComplianceMode", "LEGACY",
            "org.apache.felix.http.jetty.errorPageCustomHeaders",
                    "Strict-Transport-Security=max-age=31536000; "
                            + "includeSubDomains##X-Content-Type-Options=nosniff##Referrer-Policy=no-referrer##"
                            + "Cross-Origin-Opener-Policy=same-origin##Cross-Origin-Resource-Policy=same-origin##"
                            + "Permissions-Policy=camera=(), microphone=(), geolocation=(), usb=()##"
                            + "Content-Security-Policy=default-src 'none'; base-uri 'none'; form-action 'none'; "
                            + "frame-ancestors 'none'");

    private static final List<String> SHARED = List.of(
            "io.openpanel.api;version=1.0.0",
            "io.openpanel.spi;version=1.0.0",
            "com.fasterxml.jackson.core;version=2.20.1",
            "com.fasterxml.jackson.databind;version=2.20.1",
            "com.fasterxml.jackson.databind.node;version=2.20.1",
            "org.slf4j;version=2.0.17",
            "org.slf4j.spi;version=2.0.17",
            "org.slf4j.event;version=2.0.17",
            "org.slf4j.helpers;version=2.0.17");

    private final Framework framework;
    private final Path cache;
    private final int port;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final FakeKernel kernel = new FakeKernel();
    private final List<ServiceRegistration<?>> published = new java.util.ArrayList<>();
    private final Bundle web;

    WebHost() throws Exception {
        this(Map.of());
    }

    /** @param overrides settings other than the distribution's */
    WebHost(Map<String, String> overrides) throws Exception {
        cache = Files.createTempDirectory("openpanel-web");
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Map<String, String> settings = new java.util.HashMap<>(HTTP);
        settings.put("org.osgi.framework.storage", cache.toString());
        settings.put("org.osgi.framework.system.packages.extra", String.join(",", SHARED));
        settings.put("org.osgi.service.http.port", Integer.toString(port));
        settings.put("openpanel.version", "9.9.9");
        settings.put("openpanel.home", cache.toString());
        Path password = cache.resolve("data/proxy/panel.password");
        Files.createDirectories(password.getParent());
        Files.writeString(password, "secret\n");
        settings.putAll(overrides);
        framework = new FrameworkFactory().newFramework(settings);
        framework.start();
        Path target = Path.of("target").toAbsolutePath();
        try (Stream<Path> jars = Files.list(target.resolve("bundles"))) {
            for (Path jar : jars.sorted().toList()) {
                framework.getBundleContext().installBundle(jar.toUri().toString());
            }
        }
        web = framework
                .getBundleContext()
                .installBundle("reference:" + target.resolve("classes").toUri());
        for (Bundle bundle : framework.getBundleContext().getBundles()) {
            if (bundle.getHeaders().get("Fragment-Host") == null) {
                bundle.start();
            }
        }
        published.add(publish(Gateway.class, kernel));
        published.add(publish(Catalogue.class, kernel.catalogue()));
        published.add(publish(java.time.InstantSource.class, java.time.InstantSource.system()));
        await(() -> get("/health/live").statusCode() == 200);
    }

    FakeKernel kernel() {
        return kernel;
    }

    /** The kernel goes. */
    void withdrawKernel() {
        published.forEach(ServiceRegistration::unregister);
        published.clear();
    }

    Bundle web() {
        return web;
    }

    int port() {
        return port;
    }

    HttpClient client() {
        return client;
    }

    <S> ServiceRegistration<S> publish(Class<S> type, S service, String... properties) {
        Dictionary<String, Object> dictionary = new Hashtable<>();
        for (int i = 0; i < properties.length; i += 2) {
            dictionary.put(properties[i], properties[i + 1]);
        }
        return framework.getBundleContext().registerService(type, service, dictionary);
    }

    void publishRest(Authority authority, Storage storage) {
        publish(Authority.class, authority);
        publish(Storage.class, storage);
    }

    /** Installs and starts a bundle made of these files. */
    Bundle install(String name, Map<String, String> headers, Map<String, byte[]> files)
            throws IOException, BundleException {
        Bundle bundle = framework
                .getBundleContext()
                .installBundle("test:" + name + System.nanoTime(), new ByteArrayInputStream(jar(name, headers, files)));
        bundle.start();
        return bundle;
    }

    private static byte[] jar(String name, Map<String, String> headers, Map<String, byte[]> files) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Bundle-ManifestVersion", "2");
        manifest.getMainAttributes().putValue("Bundle-SymbolicName", name);
        headers.forEach(manifest.getMainAttributes()::putValue);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JarOutputStream jar = new JarOutputStream(bytes, manifest)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                jar.putNextEntry(new JarEntry(file.getKey()));
                jar.write(file.getValue());
                jar.closeEntry();
            }
        }
        return bytes.toByteArray();
    }

    HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    HttpResponse<String> send(String method, String path, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(20))
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    HttpResponse<String> post(String path, String json, String... headers) {
        String[] all = Stream.concat(Stream.of("Content-Type", "application/json"), Stream.of(headers))
                .toArray(String[]::new);
        return send("POST", path, json.getBytes(StandardCharsets.UTF_8), all);
    }

    static void await(Condition condition) throws InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        Throwable last = null;
        while (System.nanoTime() < end) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (Exception e) {
                last = e;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("It did not come true within 30 s", last);
    }

    /** Something to wait for. */
    interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
        try (Stream<Path> files = Files.walk(cache)) {
            files.sorted(java.util.Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        }
    }
}
