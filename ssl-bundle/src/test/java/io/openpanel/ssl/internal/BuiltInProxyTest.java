package io.openpanel.ssl.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.openpanel.api.Problem;
import io.openpanel.ssl.Configuration;
import io.openpanel.ssl.Proxy;
import io.openpanel.testkit.FreePorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written for the real proxy, and what it does with it. */
@Tag("slow")
class BuiltInProxyTest {
    @TempDir
    private Path folder;

    private PanelCertificate certificate;
    private BuiltInProxy proxy;
    private int http;
    private int panelTls;

    @BeforeEach
    void make() {
        http = FreePorts.next();
        panelTls = FreePorts.next();
        InstantSource clock = InstantSource.system();
        Home home = new Home(folder);
        certificate =
                new PanelCertificate(home, new InternalAuthority(home, clock), new PanelNames("127.0.0.1"), clock);
        proxy = new BuiltInProxy(home, certificate, new BuiltInProxy.Ports(http, 0, panelTls, 1));
    }

    @Test
    void theFileSaysAllAndIsForTheProxyAlone() throws IOException {
        proxy.put(new Configuration(
                7,
                List.of(
                        new Configuration.Route("a.example", "app:1", List.of("10.201.0.2:80", "10.201.0.3:80"), false),
                        new Configuration.Route("b.example", "app:\"2\"\\", List.of(), true))));
        assertThat(read("proxy.json"))
                .isEqualTo("{\"version\":7,\"httpPort\":" + http
                        + ",\"routes\":[{\"host\":\"a.example\",\"app\":\"app:1\","
                        + "\"upstreams\":[\"10.201.0.2:80\",\"10.201.0.3:80\"],\"tls\":false},{\"host\":\"b.example\",\"app\":\"app:\\\"2\\\"\\\\\","
                        + "\"upstreams\":[],\"tls\":true}]}");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(folder.resolve("data/proxy/proxy.json"))))
                .isEqualTo("rw-r-----");
        certificate.ensure();
        proxy.put(new Configuration(8, List.of()));
        assertThat(read("proxy.json"))
                .contains("\"panel\":{\"httpsPort\":" + panelTls
                        + ",\"upstream\":\"127.0.0.1:1\",\"keyStore\":\"panel.p12\",\"keyStorePassword\":\"");
        assertThat(proxy.version()).isEqualTo(8);
    }

    @Test
    void versionsNeverGoBack() throws IOException {
        assertThat(proxy.version()).isZero();
        Files.createDirectories(folder.resolve("data/proxy"));
        Files.writeString(folder.resolve("data/proxy/applied"), "41\n");
        assertThat(proxy.version()).isEqualTo(41);
        proxy.put(new Configuration(42, List.of()));
        assertThat(proxy.version()).isEqualTo(42);
        Files.writeString(folder.resolve("data/proxy/applied"), "torn");
        assertThat(proxy.version()).isEqualTo(42);
    }

    @Test
    void whoIsNotThereIsATimeOut() {
        proxy.put(new Configuration(1, List.of()));
        long start = System.nanoTime();
        assertThatThrownBy(() -> proxy.await(1)).isInstanceOfSatisfying(Problem.class, problem -> {
            assertThat(problem.kind()).isEqualTo(Problem.Kind.TIMEOUT);
            assertThat(problem).hasMessageContaining("the former version keeps serving");
        });
        assertThat((System.nanoTime() - start) / 1_000_000_000)
                .as("as long as a proxy may take")
                .isGreaterThanOrEqualTo(4);
        assertThat(proxy.state()).isEqualTo(new Proxy.State(false, 1, 0, java.util.Optional.empty()));
    }

    @Test
    void whatTheProxyRefusesIsSaid() throws Exception {
        proxy.put(new Configuration(1, List.of()));
        try (ProxyProcess process = process()) {
            proxy.await(1);
            proxy.put(new Configuration(
                    2, List.of(new Configuration.Route("a.example", "app:1", List.of("not an address"), false))));
            assertThatThrownBy(() -> proxy.await(2)).isInstanceOfSatisfying(Problem.class, problem -> {
                assertThat(problem.kind()).isEqualTo(Problem.Kind.UPSTREAM);
                assertThat(problem).hasMessageContaining("not an address");
            });
            assertThat(proxy.state().trouble()).isPresent();
            assertThat(proxy.state().running()).isTrue();
            proxy.put(new Configuration(3, List.of()));
            proxy.await(3);
            assertThat(proxy.state()).isEqualTo(new Proxy.State(true, 3, 3, java.util.Optional.empty()));
        }
    }

    @Test
    void thePanelIsServedWithTheCertificateOfItsAuthority() throws Exception {
        certificate.ensure();
        proxy.put(new Configuration(1, List.of()));
        try (ProxyProcess process = process()) {
            proxy.await(1);
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            try (var in = Files.newInputStream(folder.resolve("keys/ca/ca.crt"))) {
                trusted.setCertificateEntry(
                        "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            try (SSLSocket socket = (SSLSocket) tls.getSocketFactory().createSocket("127.0.0.1", panelTls)) {
                var parameters = socket.getSSLParameters();
                parameters.setEndpointIdentificationAlgorithm("HTTPS");
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                socket.getOutputStream()
                        .write("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                        .startsWith("HTTP/1.1 502");
            }
        }
    }

    private ProxyProcess process() throws Exception {
        ProxyProcess process = new ProxyProcess(folder.resolve("data/proxy"), http, panelTls);
        long end = System.nanoTime() + 30_000_000_000L;
        while (System.nanoTime() < end) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), http)) {
                return process;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        return process;
    }

    private String read(String name) throws IOException {
        return Files.readString(folder.resolve("data/proxy").resolve(name));
    }
}
