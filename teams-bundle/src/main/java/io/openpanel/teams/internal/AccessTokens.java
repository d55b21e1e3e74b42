package io.openpanel.teams.internal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import io.openpanel.api.Ref;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** JSON Web Tokens of ten minutes, signed with ES256, for this panel only. */
@Component(service = AccessTokens.class)
public final class AccessTokens {
    static final Duration LIFE = Duration.ofMinutes(10);
    static final String ISSUER = "openpanel";
    static final String AUDIENCE = "openpanel-api";
    private static final int LONGEST = 1_024;
    private static final Duration SKEW = Duration.ofSeconds(5);

    private final SigningKeys keys;
    private final InstantSource clock;
    /** A signature takes hundreds of microseconds to check, a look-up two. */
    private final Bounded<Digest, Verified> known = new Bounded<>(20_000);

    /** What a good token says. */
    record Verified(String user, String session, String team, Instant expiresAt) {}

    /** A new token; prints without its text. */
    record Issued(String token, Instant expiresAt) {
        @Override
        public String toString() {
            return "Issued[expiresAt=" + expiresAt + ']';
        }
    }

    @Activate
    public AccessTokens(@Reference SigningKeys keys, @Reference InstantSource clock) {
        this.keys = keys;
        this.clock = clock;
    }

    Issued issue(String user, String session, String team) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        Instant expiresAt = now.plus(LIFE);
        SigningKeys.Signing key = keys.current();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject(user)
                .claim("sid", session)
                .claim("tenant", team)
                .jwtID(Ref.create("token").id())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(expiresAt))
                .build();
        String input = key.header().toBase64URL() + "." + claims.toPayload().toBase64URL();
        return new Issued(input + '.' + sign(key, input), expiresAt);
    }

    static String sign(SigningKeys.Signing key, String input) {
        try {
            return OneSignature.of(key.signer().sign(key.header(), input.getBytes(StandardCharsets.US_ASCII)));
        } catch (JOSEException e) {
            throw new IllegalStateException("An access token could not be signed", e);
        }
    }

    /** What the token says, if it is one of ours and not expired. */
    Optional<Verified> verify(String token) {
        if (token.length() > LONGEST) {
            return Optional.empty();
        }
        Digest digest = Digest.of(token);
        Optional<Verified> cached = known.get(digest);
        if (cached.isPresent()) {
            return cached.filter(each -> each.expiresAt.isAfter(clock.instant()));
        }
        Optional<Verified> verified = check(token);
        verified.ifPresent(each -> known.put(digest, each));
        return verified;
    }

    void forgetSession(String session) {
        known.removeIf((digest, verified) -> verified.session.equals(session));
    }

    private Optional<Verified> check(String token) {
        String[] parts = token.split("\\.", -1);
        if (parts.length != 3 || !OneSignature.is(parts[2])) {
            return Optional.empty();
        }
        return keys.byHeader(parts[0]).filter(key -> isSigned(key, parts)).flatMap(key -> claims(parts[1]));
    }

    private static boolean isSigned(SigningKeys.Trusted key, String[] parts) {
        try {
            return key.verifier()
                    .verify(
                            key.header(),
                            (parts[0] + '.' + parts[1]).getBytes(StandardCharsets.UTF_8),
                            new Base64URL(parts[2]));
        } catch (JOSEException e) {
            return false;
        }
    }

    private Optional<Verified> claims(String encoded) {
        try {
            String json = new Base64URL(encoded).decodeToString();
            JsonText.object(json);
            JWTClaimsSet claims = JWTClaimsSet.parse(json);
            return Optional.of(claims)
                    .filter(this::isForNow)
                    .map(each -> new Verified(
                            each.getSubject(),
                            (String) each.getClaim("sid"),
                            (String) each.getClaim("tenant"),
                            each.getExpirationTime().toInstant()));
        } catch (ParseException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private boolean isForNow(JWTClaimsSet claims) {
        Instant now = clock.instant();
        if (!ISSUER.equals(claims.getIssuer())
                || !List.of(AUDIENCE).equals(claims.getAudience())
                || claims.getSubject() == null
                || claims.getJWTID() == null
                || !(claims.getClaim("sid") instanceof String)
                || !(claims.getClaim("tenant") instanceof String)
                || claims.getIssueTime() == null
                || claims.getExpirationTime() == null) {
            return false;
        }
        Instant issued = claims.getIssueTime().toInstant();
        Instant expires = claims.getExpirationTime().toInstant();
        return expires.isAfter(now)
                && !expires.isAfter(issued.plus(LIFE))
                && !issued.isAfter(now.plus(SKEW))
                && (claims.getNotBeforeTime() == null
                        || !claims.getNotBeforeTime().toInstant().isAfter(now));
    }
}
