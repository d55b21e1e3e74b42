package io.openpanel.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The panel itself, over TLS. */
class PanelTlsTest {
    private final Rig rig = new Rig();
    private Backend panel;
    private X509Certificate certificate;

    @BeforeEach
    void start() throws Exception {
        panel = new Backend(
                (head, in, out) -> Backend.answer(out, head.target() + " " + Backend.body(head, in).length));
        certificate = keyStore();
        configure();
        Rig.await(() -> port() > 0);
    }

    @AfterEach
    void stop() {
        panel.close();
        rig.close();
    }

    private void configure() {
        rig.configure("\"panel\": {\"httpsPort\": 1, \"upstream\": \"" + panel.upstream()
                + "\", \"keyStore\": \"panel.p12\", \"keyStorePassword\": \"secret\"}, ");
    }

    private int port() {
        return rig.proxy().port("panel");
    }

    @Test
    void answersOverBothVersionsToABareAddress() throws Exception {
        for (HttpClient.Version version : HttpClient.Version.values()) {
            HttpClient client = HttpClient.newBuilder()
                    .version(version)
                    .sslContext(trusting(certificate))
                    .build();
            HttpResponse<String> got = client.send(
                    HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port() + "/api?x=1"))
                            .header("X-Forwarded-For", "6.6.6.6")
                            .header("OpenPanel-Proxy", "forged")
                            .header("CamelHttpUri", "x")
                            .header("cAmElExec", "x")
                            .header("org.apache.camel.x", "x")
                            .header("Cookie", "a=1")
                            .POST(HttpRequest.BodyPublishers.ofString("body"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(got.body()).isEqualTo("/api?x=1 4");
            assertThat(got.version()).isEqualTo(version);
            Backend.Head head = panel.heads.get(panel.heads.size() - 1);
            assertThat(head.one("X-Forwarded-Proto")).isEqualTo("https");
            assertThat(head.one("X-Forwarded-For")).isEqualTo("127.0.0.1");
            // What the panel makes of the same password, see WebHost.PROXY there.
            assertThat(head.all("OpenPanel-Proxy"))
                    .containsExactly("3564a90f88636dc4c468c2f6fa89aaa43650b8b01e141954c7fc9e69013f8cf5");
            assertThat(head.one("Host")).isEqualTo("127.0.0.1:" + port());
            assertThat(head.one("Cookie")).isEqualTo("a=1");
            assertThat(head.fields()).noneMatch(field -> field.toLowerCase().contains("camel"));
        }
    }

    @Test
    void aGetOverHttp2HasNoBody() throws Exception {
        HttpClient client =
                HttpClient.newBuilder().sslContext(trusting(certificate)).build();
        HttpResponse<String> got = client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + port() + "/"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(got.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(panel.heads.get(0).one("Transfer-Encoding")).isNull();
        byte[] big = new byte[5_000_000];
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create("https://localhost:" + port() + "/"))
                                        .POST(HttpRequest.BodyPublishers.ofInputStream(
                                                () -> new java.io.ByteArrayInputStream(big)))
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .body())
                .isEqualTo("/ 5000000");
    }

    @Test
    void aRenewedCertificateIsShownWithoutClosingThePort() throws Exception {
        int before = port();
        X509Certificate renewed = keyStore();
        Rig.await(() -> shown().equals(renewed));
        assertThat(port()).isEqualTo(before);
        Files.writeString(rig.home.resolve("panel.p12"), "broken");
        Rig.await(() -> rig.log().contains("the former certificate stays"));
        assertThat(shown()).isEqualTo(renewed);
    }

    @Test
    void theCertificateMayComeLater() throws Exception {
        try (Rig late = new Rig()) {
            late.configure("\"panel\": {\"upstream\": \"" + panel.upstream()
                    + "\", \"keyStore\": \"panel.p12\", \"keyStorePassword\": \"secret\"}, ");
            assertThat(late.proxy().port("panel")).isEqualTo(-1);
            Files.copy(rig.home.resolve("panel.p12"), late.home.resolve("panel.p12"));
            Rig.await(() -> late.proxy().port("panel") > 0);
        }
    }

    @Test
    void thePanelIsNoAppAndAppsAreNotThePanel() throws Exception {
        assertThat(rig.ask("127.0.0.1", "GET /")).startsWith("HTTP/1.1 404");
        panel.close();
        HttpClient client =
                HttpClient.newBuilder().sslContext(trusting(certificate)).build();
        HttpResponse<String> got = client.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + port() + "/"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(got.statusCode()).isEqualTo(502);
        assertThat(got.body()).contains("the panel");
    }

    @Test
    void aPageOfTheProxyForThePanelAsksForHttpsByNameButNeverAtABareAddress() throws Exception {
        panel.close();
        String header = "Strict-Transport-Security: max-age=31536000; includeSubDomains";
        assertThat(said("panel.example")).startsWith("HTTP/1.1 502").contains(header);
        for (String host : new String[] {"127.0.0.1:8443", "[::1]:8443", "localhost"}) {
            assertThat(said(host)).as(host).startsWith("HTTP/1.1 502").doesNotContain("Strict-Transport");
        }
        assertThat(rig.ask("shop.example", "GET /")).startsWith("HTTP/1.1 404").doesNotContain("Strict-Transport");
    }

    private String said(String host) throws Exception {
        try (SSLSocket socket =
                (SSLSocket) trusting(certificate).getSocketFactory().createSocket("127.0.0.1", port())) {
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n").getBytes());
            return new String(socket.getInputStream().readAllBytes());
        }
    }

    @Test
    void whoNeverEndsAHandshakeIsCut() throws Exception {
        try (Socket silent = new Socket("127.0.0.1", port());
                Socket half = new Socket("127.0.0.1", port())) {
            OutputStream out = half.getOutputStream();
            out.write(new byte[] {22, 3, 1, 2, 0});
            out.flush();
            Thread.sleep(300);
            rig.proxy().sweep(System.nanoTime());
            rig.proxy().sweep(System.nanoTime() + TimeUnit.SECONDS.toNanos(31));
            silent.setSoTimeout(5000);
            half.setSoTimeout(5000);
            assertThat(half.getInputStream().read()).isEqualTo(-1);
            assertThat(silent.getInputStream().read()).isEqualTo(-1);
        }
    }

    private X509Certificate shown() {
        try {
            SSLContext any = trusting(certificate);
            try (SSLSocket socket = (SSLSocket) any.getSocketFactory().createSocket("127.0.0.1", port())) {
                socket.startHandshake();
                return (X509Certificate) socket.getSession().getPeerCertificates()[0];
            } catch (IOException e) {
                SSLContext renewed = trusting(onDisk());
                try (SSLSocket socket = (SSLSocket) renewed.getSocketFactory().createSocket("127.0.0.1", port())) {
                    socket.startHandshake();
                    return (X509Certificate) socket.getSession().getPeerCertificates()[0];
                }
            }
        } catch (Exception e) {
            return latest;
        }
    }

    private X509Certificate latest;

    private X509Certificate onDisk() {
        return latest;
    }

    private X509Certificate keyStore() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        X500Name name = new X500Name("CN=test");
        long now = System.nanoTime();
        JcaX509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(Math.abs(now)),
                Date.from(java.time.Instant.parse("2020-01-01T00:00:00Z")),
                Date.from(java.time.Instant.parse("2100-01-01T00:00:00Z")),
                name,
                keys.getPublic());
        builder.addExtension(Extension.subjectAlternativeName, false, new GeneralNames(new GeneralName[] {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"), new GeneralName(GeneralName.dNSName, "localhost")
        }));
        X509Certificate made = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("panel", keys.getPrivate(), "secret".toCharArray(), new Certificate[] {made});
        Path temporary = rig.home.resolve("next.p12");
        try (OutputStream out = Files.newOutputStream(temporary)) {
            store.store(out, "secret".toCharArray());
        }
        Files.move(temporary, rig.home.resolve("panel.p12"), StandardCopyOption.ATOMIC_MOVE);
        latest = made;
        return made;
    }

    private static SSLContext trusting(X509Certificate certificate) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("only", certificate);
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
