package io.openpanel.teams.internal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.TeamEvents;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The panel's own P-256 keys: one signs, and a retired one is believed until the last token it signed has run out. */
@Component(service = SigningKeys.class)
public final class SigningKeys {
    private static final Duration RELOAD = Duration.ofSeconds(5);
    /** Another node signs with the former key until it looks again. */
    private static final Duration RENEW = Duration.ofMinutes(1);

    static final Duration BELIEVED = AccessTokens.LIFE.plus(RENEW);

    private final Clerk clerk;
    private final InstantSource clock;
    private volatile Ring ring;

    /** A key as it lies in the database. */
    public record Row(String id, Secret privateKey, String publicKey, Optional<Instant> retiredAt) {}

    /** A key that signs, with the one header its tokens have. */
    record Signing(JWSHeader header, JWSSigner signer) {}

    /** A key that is believed. */
    record Trusted(JWSHeader header, JWSVerifier verifier, Instant until) {}

    private record Ring(Signing current, Map<String, Trusted> byHeader, Instant at) {}

    @Activate
    public SigningKeys(@Reference Clerk clerk, @Reference InstantSource clock) {
        this.clerk = clerk;
        this.clock = clock;
    }

    Signing current() {
        return ring().current;
    }

    /** The key behind the first part of a token; only headers that we write ourselves, to the byte, are known. */
    Optional<Trusted> byHeader(String encoded) {
        Ring known = ring();
        Trusted key = known.byHeader.get(encoded);
        if (key == null && known.at.plus(RELOAD).isBefore(clock.instant())) {
            key = load().byHeader.get(encoded);
        }
        return Optional.ofNullable(key).filter(each -> each.until.isAfter(clock.instant()));
    }

    /**
     * Signs with a new key from now on; tokens of the old one stay good until they expire.
     *
     * @return until when the old one is believed
     */
    public Instant rotate(String homeTeam) {
        Instant now = clock.instant();
        clerk.in(homeTeam, tx -> {
            tx.update("update signing_key set retired_at = ? where retired_at is null", now);
            tx.update("delete from signing_key where retired_at < ?", now.minus(BELIEVED));
            tx.publish(new TeamEvents.SigningKeyRotated(now.plus(BELIEVED)));
            return insert(tx);
        });
        load();
        return now.plus(BELIEVED);
    }

    private Ring ring() {
        Ring known = ring;
        return known == null || known.at.plus(RENEW).isBefore(clock.instant()) ? load() : known;
    }

    private synchronized Ring load() {
        List<Row> rows = clerk.allTeams(tx -> {
            List<Row> found = select(tx);
            if (found.stream().anyMatch(row -> row.retiredAt.isEmpty())) {
                return found;
            }
            insert(tx);
            return select(tx);
        });
        Row newest =
                rows.stream().filter(row -> row.retiredAt.isEmpty()).findFirst().orElseThrow();
        Map<String, Trusted> trusted = rows.stream()
                .map(SigningKeys::trusted)
                .collect(Collectors.toMap(key -> key.header.toBase64URL().toString(), key -> key));
        ring = new Ring(signing(newest), trusted, clock.instant());
        return ring;
    }

    private static List<Row> select(Database.Tx tx) {
        return tx.list(Row.class, "select id, private_key, public_key, retired_at from signing_key");
    }

    private int insert(Database.Tx tx) {
        String id = Ref.create("signing-key").id();
        KeyPair pair = generate();
        Base64.Encoder text = Base64.getEncoder();
        return tx.update(
                "insert into signing_key (id, private_key, public_key, created_at) values (?, ?, ?, ?)"
                        + " on conflict do nothing",
                id,
                Secret.of(text.encodeToString(pair.getPrivate().getEncoded())).at("signing_key", "private_key", id),
                text.encodeToString(pair.getPublic().getEncoded()),
                clock.instant());
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWSHeader header(String id) {
        return new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID(id)
                .build();
    }

    private static Signing signing(Row row) {
        String encoded = row.privateKey.at("signing_key", "private_key", row.id).reveal();
        try {
            return new Signing(header(row.id), new ECDSASigner((ECPrivateKey) KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(encoded)))));
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("The signing key " + row.id + " cannot be read", e);
        }
    }

    private static Trusted trusted(Row row) {
        try {
            return new Trusted(
                    header(row.id),
                    new ECDSAVerifier((ECPublicKey) KeyFactory.getInstance("EC")
                            .generatePublic(
                                    new X509EncodedKeySpec(Base64.getDecoder().decode(row.publicKey)))),
                    row.retiredAt.map(at -> at.plus(BELIEVED)).orElse(Instant.MAX));
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("The public key of " + row.id + " cannot be read", e);
        }
    }
}
