package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The panel's own keys towards SAML providers, one to sign with and one to be encrypted for; none until an owner makes them. */
@Component(service = SamlKeys.class)
public final class SamlKeys {
    /** 128 bits of security. */
    private static final int BITS = 3072;
    /** A provider that looks at the dates of a certificate should not end log-ins on a day nobody thought of. */
    private static final Duration LIFE = Duration.ofDays(3650);

    private static final Duration LONGEST_OVERLAP = Duration.ofDays(30);
    private static final int MOST = 5;

    private final Clerk clerk;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    /** What a key is for: never both, since what is safe for one may be wrong for the other. */
    public enum Purpose {
        SIGNING,
        ENCRYPTION
    }

    /** A key with the certificate that carries its public half; {@code endsAt} where another one follows it. */
    public record Key(
            String id,
            Purpose purpose,
            Secret secret,
            String certificate,
            Instant createdAt,
            Optional<Instant> endsAt) {
        PrivateKey privateKey() {
            try {
                return KeyFactory.getInstance("RSA")
                        .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder()
                                .decode(secret.at("saml_key", "secret", id).reveal())));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key of the panel's cannot be read", e);
            }
        }

        /** Until when its certificate is valid. */
        public Instant validUntil() {
            try {
                X509Certificate read = (X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(Base64.getDecoder().decode(certificate)));
                return read.getNotAfter().toInstant();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a certificate of the panel's cannot be read", e);
            }
        }

        /** As files have it. */
        public String pem() {
            return "-----BEGIN CERTIFICATE-----\n" + certificate.replaceAll("(.{64})(?=.)", "$1\n")
                    + "\n-----END CERTIFICATE-----\n";
        }
    }

    @Activate
    public SamlKeys(@Reference Clerk clerk, @Reference InstantSource clock) {
        this.clerk = clerk;
        this.clock = clock;
    }

    /** Those that are good now, the newest first. */
    public List<Key> all(Provider provider) {
        return clerk.tx(tx -> tx.list(
                Key.class,
                "select id, purpose, secret, certificate, created_at, ends_at from saml_key where provider_id = ?"
                        + " and (ends_at is null or ends_at > ?) order by created_at desc, id",
                provider.id(),
                clock.instant()));
    }

    List<Key> all(Provider provider, Purpose purpose) {
        return all(provider).stream().filter(each -> each.purpose == purpose).toList();
    }

    /** What the panel signs with: the former key as long as it is good, since the provider may not know the new one yet. */
    Optional<Key> signing(Provider provider) {
        List<Key> keys = all(provider, Purpose.SIGNING);
        return keys.isEmpty() ? Optional.empty() : Optional.of(keys.get(keys.size() - 1));
    }

    /**
     * Makes new keys.
     *
     * @param overlap how long the former ones stay good
     * @throws Problem INVALID where that is too long, CONFLICT where too many are good at once
     */
    public void rotate(Provider provider, Duration overlap) {
        if (overlap.isNegative() || overlap.compareTo(LONGEST_OVERLAP) > 0) {
            throw Problem.invalid("overlap", "The former keys stay good for 30 days at most");
        }
        if (!overlap.isZero() && all(provider, Purpose.SIGNING).size() >= MOST) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Five keys are good with " + provider.name() + " at once; wait for one to end, or give no overlap");
        }
        Instant now = clock.instant();
        List<Made> made = List.of(make(Purpose.SIGNING, now), make(Purpose.ENCRYPTION, now));
        clerk.tx(tx -> {
            tx.update(
                    "update saml_key set ends_at = least(ends_at, ?) where provider_id = ?",
                    now.plus(overlap),
                    provider.id());
            for (Made each : made) {
                tx.update(
                        "insert into saml_key (id, provider_id, purpose, secret, certificate, created_at)"
                                + " values (?, ?, ?, ?, ?, ?)",
                        each.id,
                        provider.id(),
                        each.purpose,
                        each.secret.at("saml_key", "secret", each.id),
                        each.certificate,
                        now);
            }
            return null;
        });
    }

    private record Made(String id, Purpose purpose, Secret secret, String certificate) {}

    private Made make(Purpose purpose, Instant now) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS, random);
            KeyPair pair = generator.generateKeyPair();
            X500Name name = new X500Name("CN=OpenPanel SAML " + purpose.name().toLowerCase(Locale.ROOT));
            byte[] certificate = new JcaX509v3CertificateBuilder(
                            name,
                            new BigInteger(127, random).setBit(126),
                            Date.from(now.minus(1, ChronoUnit.DAYS)),
                            Date.from(now.plus(LIFE)),
                            name,
                            pair.getPublic())
                    .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate()))
                    .getEncoded();
            return new Made(
                    Ref.create("saml-key").id(),
                    purpose,
                    Secret.of(base64(pair.getPrivate().getEncoded())),
                    base64(certificate));
        } catch (GeneralSecurityException | OperatorCreationException | IOException e) {
            throw new IllegalStateException("no key could be made", e);
        }
    }

    private static String base64(byte[] bytes) {
        return new String(Base64.getEncoder().encode(bytes), StandardCharsets.US_ASCII);
    }

    /** Forgets the secrets of those that ended. */
    public void sweep() {
        clerk.tx(tx -> tx.update("delete from saml_key where ends_at < ?", clock.instant()));
    }
}
