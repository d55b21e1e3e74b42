package io.openpanel.proxy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/** The ports this process listens on. */
final class Listeners {
    private static final String HTTP = "http";
    private static final int DEFAULT_HTTP = 8000;
    private static final int DEFAULT_PANEL = 8443;
    private static final int HEAD_BYTES = 16 * 1024;

    private final Server server;
    private final EventLoop loop;
    private final Options options;
    private final Log log;
    private final Map<String, Port> open = new HashMap<>();
    private Configuration.Panel panel;
    private SslContextFactory.Server panelTls;
    private Keys panelKeys;
    private String panelTrouble = "";

    private record Keys(Path file, FileTime time, String password) {}

    Listeners(Server server, EventLoop loop, Options options, Log log) {
        this.server = server;
        this.loop = loop;
        this.options = options;
        this.log = log;
    }

    /**
     * Opens what the configuration asks for. A port that stays the same is not touched.
     *
     * @throws IllegalArgumentException when the port for the apps cannot be opened
     */
    synchronized void apply(Configuration configuration) {
        int port = options.httpPort().orElse(configuration.httpPort().orElse(DEFAULT_HTTP));
        try {
            http(port);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        panel = configuration.panel().orElse(null);
        tick();
    }

    /** Listens for the apps even where nothing is configured yet. */
    synchronized void openDefault() throws IOException {
        if (!open.containsKey(HTTP)) {
            http(options.httpPort().orElse(DEFAULT_HTTP));
        }
    }

    /** Cuts slow clients. */
    synchronized void sweep(long now) {
        open.values().forEach(port -> port.sweep(now));
    }

    /** Looks whether the panel's certificate came or changed. */
    synchronized void tick() {
        if (panel == null) {
            return;
        }
        try {
            panel(panel);
            panelTrouble = "";
        } catch (IOException e) {
            if (!panelTrouble.equals(e.getMessage())) {
                panelTrouble = e.getMessage();
                log.error("The panel's port is not served as configured", Map.of("cause", panelTrouble));
            }
        }
    }

    synchronized int port(String name) {
        Port port = open.get(name);
        return port == null ? -1 : port.getLocalPort();
    }

    private void http(int port) throws IOException {
        if (isElsewhere(HTTP, port)) {
            open(HTTP, port, new GuardedConnection.Factory(http()));
        }
    }

    private void panel(Configuration.Panel panel) throws IOException {
        OptionalInt wanted = options.panelPort().isPresent() ? options.panelPort() : panel.port();
        Path keys = options.home().resolve(panel.keyStore());
        if (!Files.isReadable(keys)) {
            throw new IOException("There is no readable key store " + keys);
        }
        Keys now = new Keys(keys, Files.getLastModifiedTime(keys), panel.keyStorePassword());
        if (isElsewhere(Edge.PANEL, wanted.orElse(DEFAULT_PANEL))) {
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setKeyStorePath(keys.toUri().toString());
            tls.setKeyStorePassword(panel.keyStorePassword());
            tls.setSniRequired(false);
            tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
            open(Edge.PANEL, wanted.orElse(DEFAULT_PANEL), tls(tls));
            panelTls = tls;
            panelKeys = now;
        } else if (!now.equals(panelKeys)) {
            reload(now);
        }
    }

    /** Takes a renewed certificate without closing the port. */
    private void reload(Keys keys) throws IOException {
        try {
            panelTls.reload(tls -> {
                tls.setKeyStorePath(keys.file.toUri().toString());
                tls.setKeyStorePassword(keys.password);
            });
        } catch (Exception e) {
            throw new IOException(
                    "The key store " + keys.file + " cannot be read, the former certificate stays: " + e.getMessage(),
                    e);
        }
        panelKeys = keys;
        log.info("Reloaded the panel's certificate", Map.of());
    }

    private boolean isElsewhere(String name, int number) {
        Port port = open.get(name);
        return port == null || number != 0 && port.getPort() != number;
    }

    private void open(String name, int number, ConnectionFactory... protocols) throws IOException {
        Port port = new Port(name, server, loop, protocols);
        port.setHost(options.address().orElse(null));
        port.setPort(number);
        port.open();
        try {
            server.addConnector(port);
            port.start();
        } catch (Exception e) {
            port.close();
            server.removeConnector(port);
            throw new IOException("Port " + number + " cannot be served: " + e.getMessage(), e);
        }
        close(open.put(name, port));
        log.info("Listening", Map.of("listener", name, "port", port.getLocalPort()));
    }

    private void close(Port former) {
        if (former == null) {
            return;
        }
        former.close();
        former.shutdown().whenComplete((done, failure) -> {
            try {
                former.stop();
            } catch (Exception e) {
                log.error("A former listener did not stop", Map.of("cause", e.toString()));
            }
            server.removeConnector(former);
        });
    }

    private static ConnectionFactory[] tls(SslContextFactory.Server tls) {
        HttpConfiguration configuration = http();
        // A certificate for addresses is asked for without a server name.
        configuration.addCustomizer(new SecureRequestCustomizer(false));
        HTTP2ServerConnectionFactory h2 = new HTTP2ServerConnectionFactory(configuration);
        // WebSockets come over HTTP/1.1, where the tunnel is.
        h2.setConnectProtocolEnabled(false);
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol("http/1.1");
        return new ConnectionFactory[] {
            new SslConnectionFactory(tls, alpn.getProtocol()), alpn, h2, new GuardedConnection.Factory(configuration)
        };
    }

    private static HttpConfiguration http() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setRequestHeaderSize(HEAD_BYTES);
        configuration.setResponseHeaderSize(HEAD_BYTES);
        configuration.setMaxResponseHeaderSize(2 * HEAD_BYTES);
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(false);
        configuration.setHttpCompliance(HttpCompliance.RFC7230);
        // Targets go on as they came; only the upstream knows what they mean.
        configuration.setUriCompliance(UriCompliance.UNSAFE);
        return configuration;
    }
}
