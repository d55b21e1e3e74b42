package io.openpanel.ssl.internal;

import io.openpanel.ssl.Issuer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The panel's own certificate authority: for addresses no public one certifies. Its key never leaves {@code keys/ca}. */
@Component(service = {Issuer.class, InternalAuthority.class})
public class InternalAuthority implements Issuer {
    /** The longest that browsers take, less a day. */
    static final Duration LIFE = Duration.ofDays(397);

    private static final Duration ROOT_LIFE = Duration.ofDays(3652);
    /** For clocks of clients that are behind. */
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final String SIGNATURE = "SHA256withECDSA";

    private final Home home;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private Root root;

    private record Root(PrivateKey key, X509Certificate certificate) {}

    @Activate
    public InternalAuthority(@Reference Home home, @Reference InstantSource clock) {
        this.home = home;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "internal";
    }

    @Override
    public synchronized Issued issue(List<String> names) {
        try {
            Root signer = root();
            KeyPair keys = newKeys();
            Instant now = clock.instant();
            X509v3CertificateBuilder builder =
                    builder(signer.certificate.getSubjectX500Principal().getName(), "CN=OpenPanel", now, LIFE, keys);
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage, false, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(
                            names.stream().map(InternalAuthority::alternative).toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    new JcaX509ExtensionUtils().createAuthorityKeyIdentifier(signer.certificate));
            return new Issued(keys.getPrivate(), List.of(sign(builder, signer.key), signer.certificate));
        } catch (IOException e) {
            throw new UncheckedIOException("The panel's certificate authority cannot be read or written", e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException("The panel's certificate could not be issued", e);
        }
    }

    /** The SHA-256 fingerprint of the root, as browsers show it: {@code AB:CD:…}. */
    synchronized String fingerprint() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(root().certificate.getEncoded());
            return HexFormat.ofDelimiter(":").withUpperCase().formatHex(digest);
        } catch (IOException e) {
            throw new UncheckedIOException("The panel's certificate authority cannot be read or written", e);
        } catch (GeneralSecurityException | OperatorCreationException e) {
            throw new IllegalStateException(e);
        }
    }

    private Root root() throws IOException, GeneralSecurityException, OperatorCreationException {
        Path folder = home.authority();
        Path keyFile = folder.resolve("ca.key");
        Path certificateFile = folder.resolve("ca.crt");
        if (root == null && Files.exists(certificateFile)) {
            root = new Root(readKey(keyFile), (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(Files.readAllBytes(certificateFile))));
        }
        if (root == null
                || root.certificate
                        .getNotAfter()
                        .toInstant()
                        .isBefore(clock.instant().plus(LIFE))) {
            root = newRoot();
            // The certificate last: without it the key is made again.
            Home.write(keyFile, pem("PRIVATE KEY", root.key.getEncoded()), Home.PRIVATE);
            Home.write(certificateFile, pem("CERTIFICATE", root.certificate.getEncoded()), Home.PUBLIC);
        }
        return root;
    }

    private Root newRoot() throws IOException, GeneralSecurityException, OperatorCreationException {
        KeyPair keys = newKeys();
        String name = "CN=OpenPanel CA " + HexFormat.of().formatHex(serial().toByteArray(), 0, 4);
        X509v3CertificateBuilder builder = builder(name, name, clock.instant(), ROOT_LIFE, keys);
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        return new Root(keys.getPrivate(), sign(builder, keys.getPrivate()));
    }

    private X509v3CertificateBuilder builder(String issuer, String subject, Instant now, Duration life, KeyPair keys)
            throws GeneralSecurityException, IOException {
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                new X500Name(issuer),
                serial(),
                Date.from(now.minus(BACKDATED)),
                Date.from(now.plus(life)),
                new X500Name(subject),
                keys.getPublic());
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                new JcaX509ExtensionUtils().createSubjectKeyIdentifier(keys.getPublic()));
        return builder;
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key)
            throws GeneralSecurityException, OperatorCreationException {
        return new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key)));
    }

    private BigInteger serial() {
        return new BigInteger(127, random).setBit(126);
    }

    private KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private static GeneralName alternative(String name) {
        if (!PanelNames.isAddress(name)) {
            return new GeneralName(GeneralName.dNSName, name);
        }
        try {
            return new GeneralName(
                    GeneralName.iPAddress,
                    new DEROctetString(InetAddress.getByName(name).getAddress()));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(name + " is not an address", e);
        }
    }

    private static PrivateKey readKey(Path file) throws IOException, GeneralSecurityException {
        String base64 =
                Files.readString(file).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        return KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n"
                + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                        .encodeToString(content)
                + "\n-----END " + type + "-----\n";
    }
}
