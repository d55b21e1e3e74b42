package io.openpanel.ssl.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.ssl.Issuer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PanelCertificateTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    private Path folder;

    private Instant now = START;

    private PanelCertificate certificate(String address) {
        InstantSource clock = () -> now;
        Home home = new Home(folder);
        return new PanelCertificate(home, new InternalAuthority(home, clock), new PanelNames(address), clock);
    }

    @Test
    void theFirstOneIsMadeWithItsAuthority() throws Exception {
        assertThat(certificate("203.0.113.5").keyStore()).isEmpty();
        certificate("203.0.113.5").ensure();

        X509Certificate shown = shown();
        X509Certificate root = root();
        shown.verify(root.getPublicKey());
        root.verify(root.getPublicKey());
        assertThat(shown.getSubjectAlternativeNames())
                .contains(
                        List.of(7, "203.0.113.5"),
                        List.of(7, "127.0.0.1"),
                        List.of(2, "localhost"),
                        List.of(7, "0:0:0:0:0:0:0:1"));
        assertThat(shown.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(Duration.between(START, shown.getNotAfter().toInstant())).isEqualTo(Duration.ofDays(397));
        assertThat(root.getBasicConstraints()).isZero();
        assertThat(Duration.between(START, root.getNotAfter().toInstant()).toDays())
                .isEqualTo(3652);
        assertThat(shown.getPublicKey().getAlgorithm()).isEqualTo("EC");

        assertThat(permissions("keys/ca/ca.key")).isEqualTo("rw-------");
        assertThat(permissions("keys/ca")).isEqualTo("rwx------");
        assertThat(permissions("data/proxy/panel.p12")).isEqualTo("rw-r-----");
        assertThat(permissions("data/proxy/panel.password")).isEqualTo("rw-r-----");
        assertThat(Files.readString(folder.resolve("run/ca.sha256")).strip())
                .isEqualTo(HexFormat.ofDelimiter(":")
                        .withUpperCase()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(root.getEncoded())));
    }

    @Test
    void itStaysUntilTwoThirdsOfItsLifeAreOver() throws Exception {
        certificate("203.0.113.5").ensure();
        X509Certificate first = shown();
        now = START.plus(Duration.ofDays(264));
        certificate("203.0.113.5").ensure();
        assertThat(shown()).isEqualTo(first);
        now = START.plus(Duration.ofDays(266));
        certificate("203.0.113.5").ensure();
        assertThat(shown()).isNotEqualTo(first);
        shown().verify(root().getPublicKey());
    }

    @Test
    void aNewAddressNeedsANewOne() throws Exception {
        certificate("203.0.113.5").ensure();
        X509Certificate first = shown();
        String password = Files.readString(folder.resolve("data/proxy/panel.password"));
        certificate("203.0.113.6").ensure();
        assertThat(shown()).isNotEqualTo(first);
        assertThat(Files.readString(folder.resolve("data/proxy/panel.password")))
                .isEqualTo(password);
    }

    @Test
    void aBrokenKeyStoreIsReplacedAndTheAuthorityKept() throws Exception {
        certificate("127.0.0.1").ensure();
        X509Certificate root = root();
        Files.writeString(folder.resolve("data/proxy/panel.p12"), "broken");
        certificate("127.0.0.1").ensure();
        shown().verify(root.getPublicKey());
        Files.delete(folder.resolve("data/proxy/panel.password"));
        certificate("127.0.0.1").ensure();
        shown().verify(root.getPublicKey());
    }

    @Test
    void anAuthorityThatEndsTooSoonIsMadeAgain() throws Exception {
        certificate("127.0.0.1").ensure();
        X509Certificate root = root();
        now = START.plus(Duration.ofDays(3652 - 300));
        certificate("127.0.0.1").ensure();
        assertThat(root()).isNotEqualTo(root);
        shown().verify(root().getPublicKey());
    }

    @Test
    void aKeyWithoutItsCertificateIsMadeAgain() throws Exception {
        certificate("127.0.0.1").ensure();
        Files.delete(folder.resolve("keys/ca/ca.crt"));
        Files.delete(folder.resolve("data/proxy/panel.p12"));
        certificate("127.0.0.1").ensure();
        shown().verify(root().getPublicKey());
    }

    @Test
    void nothingSaysTheKeyOrThePassword() throws Exception {
        certificate("127.0.0.1").ensure();
        String password =
                Files.readString(folder.resolve("data/proxy/panel.password")).strip();
        assertThat(certificate("127.0.0.1").keyStore().orElseThrow().toString()).doesNotContain(password);
        Home home = new Home(folder);
        Issuer issuer = new InternalAuthority(home, () -> now);
        assertThat(issuer.issue(List.of("x.example")).toString()).isEqualTo("Issued[CN=OpenPanel]");
        assertThat(issuer.name()).isEqualTo("internal");
    }

    private X509Certificate shown() throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        char[] password = Files.readString(folder.resolve("data/proxy/panel.password"))
                .strip()
                .toCharArray();
        store.load(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("data/proxy/panel.p12"))), password);
        assertThat(store.getKey("panel", password)).isNotNull();
        return (X509Certificate) store.getCertificate("panel");
    }

    private X509Certificate root() throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(folder.resolve("keys/ca/ca.crt"))));
    }

    private String permissions(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file)));
    }
}
