package io.openpanel.ssl.internal;

import io.openpanel.api.Problem;
import io.openpanel.ssl.Configuration;
import io.openpanel.ssl.Proxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The proxy that comes with the panel: follows a file in a folder that both can write to. */
@Component(service = Proxy.class)
public class BuiltInProxy implements Proxy {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int CONNECT_MILLIS = 500;
    private static final Pattern VERSION = Pattern.compile("\"version\"\\s*:\\s*(\\d{1,18})");

    private final Home home;
    private final PanelCertificate certificate;
    private final Ports ports;

    /**
     * Ports; 0 for one that is not served.
     *
     * @param panel of the panel itself, on loopback
     */
    record Ports(int http, int https, int panelTls, int panel) {
        static Ports of(BundleContext context) {
            return new Ports(
                    port(context, "openpanel.proxy.port", 8000),
                    port(context, "openpanel.proxy.tls-port", 0),
                    port(context, "openpanel.panel.tls-port", 8443),
                    port(context, "openpanel.port", 8080));
        }

        private static int port(BundleContext context, String name, int otherwise) {
            String value = context.getProperty(name);
            return value == null || value.isBlank() ? otherwise : Integer.parseInt(value);
        }
    }

    @Activate
    public BuiltInProxy(BundleContext context, @Reference Home home, @Reference PanelCertificate certificate) {
        this(home, certificate, Ports.of(context));
    }

    BuiltInProxy(Home home, PanelCertificate certificate, Ports ports) {
        this.home = home;
        this.certificate = certificate;
        this.ports = ports;
    }

    @Override
    public long version() {
        return Math.max(given(), applied());
    }

    @Override
    public void put(Configuration configuration) {
        try {
            Home.write(file("proxy.json"), render(configuration), Home.SHARED);
        } catch (IOException e) {
            throw new UncheckedIOException("The proxy's configuration could not be written", e);
        }
    }

    @Override
    public void await(long version) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (applied() < version) {
            Optional<String> refused = refusal(version);
            if (refused.isPresent()) {
                throw new Problem(
                        Problem.Kind.UPSTREAM,
                        "The proxy refuses the change, the former version keeps serving: " + refused.get());
            }
            if (System.nanoTime() > end) {
                throw new Problem(
                        Problem.Kind.TIMEOUT,
                        "The proxy does not answer within " + PATIENCE.toSeconds()
                                + " s; the former version keeps serving. Look at 'openpanel status', then try again");
            }
            pause();
        }
    }

    @Override
    public State state() {
        long given = given();
        return new State(isRunning(), given, applied(), refusal(given));
    }

    private boolean isRunning() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.http()), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private long given() {
        Matcher matcher = VERSION.matcher(read("proxy.json"));
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private long applied() {
        String text = read("applied").strip();
        return text.matches("\\d{1,18}") ? Long.parseLong(text) : 0;
    }

    private Optional<String> refusal(long version) {
        String text = read("rejected").strip();
        return text.startsWith(version + " ") ? Optional.of(text.substring(text.indexOf(' ') + 1)) : Optional.empty();
    }

    private String read(String name) {
        try {
            return Files.readString(file(name));
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String name) throws IOException {
        return home.proxy().resolve(name);
    }

    private String render(Configuration configuration) {
        JsonText json = new JsonText()
                .open('{')
                .field("version", configuration.version())
                .field("httpPort", ports.http());
        if (ports.https() > 0) {
            json.field("httpsPort", ports.https());
        }
        certificate.keyStore().ifPresent(keys -> json.name("panel")
                .open('{')
                .field("httpsPort", ports.panelTls())
                .field("upstream", "127.0.0.1:" + ports.panel())
                .field("keyStore", keys.file())
                .field("keyStorePassword", keys.password())
                .close('}'));
        json.name("routes").open('[');
        for (Configuration.Route route : configuration.routes()) {
            json.open('{')
                    .field("host", route.host())
                    .field("app", route.app())
                    .name("upstreams")
                    .open('[');
            route.upstreams().forEach(json::value);
            json.close(']').field("tls", route.tls()).close('}');
        }
        return json.close(']').close('}').toString();
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping; try again in a moment", e);
        }
    }
}
