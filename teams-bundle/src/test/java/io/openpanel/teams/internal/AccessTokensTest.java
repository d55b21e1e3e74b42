package io.openpanel.teams.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTokensTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static Office office;
    private static String user;
    private static String session;
    private static String good;

    /** A token that must not be believed, and why. */
    record Bad(String why, String token) {
        @Override
        public String toString() {
            return why;
        }
    }

    @BeforeAll
    static void open() {
        office = new Office();
        user = office.owner().id();
        session = office.sessions
                .start(user, office.home(), "192.0.2.1", "", List.of("pwd"))
                .session();
        good = office.tokens.issue(user, session, office.home()).token();
    }

    @AfterAll
    static void close() throws InterruptedException {
        office.close();
    }

    /** Later tokens, and bad ones above all, must not be refused for their age. */
    @AfterEach
    void turnTheClockBack() {
        office.now.set(START);
    }

    @Test
    void aFreshTokenIsBelieved() {
        assertThat(office.tokens.verify(good))
                .contains(new AccessTokens.Verified(
                        user, session, office.home(), office.now.get().plus(AccessTokens.LIFE)));
        assertThat(office.authority.authenticate(good, Optional.empty())).isPresent();
        assertThat(good.length()).isLessThan(600);
    }

    @ParameterizedTest
    @MethodSource("badTokens")
    void isNotBelieved(Bad bad) {
        assertThat(office.tokens.verify(good)).as("the good one").isPresent();
        assertThat(office.tokens.verify(bad.token)).isEmpty();
        assertThat(office.authority.authenticate(bad.token, Optional.empty())).isEmpty();
    }

    static Stream<Bad> badTokens() throws Exception {
        String kid = office.signingKeys.current().header().getKeyID();
        String[] parts = good.split("\\.");
        String claims = new Base64URL(parts[1]).decodeToString();
        String zeros = Base64URL.encode(new byte[64]).toString();
        return Stream.of(
                new Bad("alg none", unsigned("{\"alg\":\"none\"}", claims)),
                new Bad("alg None", unsigned("{\"alg\":\"None\"}", claims)),
                new Bad("alg nOnE with kid", unsigned("{\"alg\":\"nOnE\",\"kid\":\"" + kid + "\"}", claims)),
                new Bad("empty signature", parts[0] + '.' + parts[1] + '.'),
                new Bad("no signature part", parts[0] + '.' + parts[1]),
                new Bad("a fourth part", good + ".x"),
                new Bad("HS256 with the public key as secret", hmac(kid, claims)),
                new Bad(
                        "unknown kid",
                        signed("{\"kid\":\"0000000000000000\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}", claims)),
                new Bad("kid with a path", signed(header("../../../dev/null"), claims)),
                new Bad("kid with SQL", signed(header("x' union select 'y"), claims)),
                new Bad("jku", signed(extra(kid, "\"jku\":\"https://evil.example/keys\""), claims)),
                new Bad("x5u", signed(extra(kid, "\"x5u\":\"https://evil.example/cert\""), claims)),
                new Bad(
                        "jwk",
                        signed(
                                extra(kid, "\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}"),
                                claims)),
                new Bad("unknown crit", signed(extra(kid, "\"crit\":[\"x\"],\"x\":1"), claims)),
                new Bad("p2c of 2^31", signed(extra(kid, "\"p2c\":2147483648,\"p2s\":\"AA\""), claims)),
                new Bad("zip", signed(extra(kid, "\"zip\":\"DEF\""), claims)),
                new Bad(
                        "embedded JWE",
                        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"),
                new Bad("all-zero signature", parts[0] + '.' + parts[1] + '.' + zeros),
                new Bad("another panel's key", foreign(parts[0], parts[1])),
                new Bad(
                        "claims changed",
                        parts[0] + '.' + Base64URL.encode(claims.replace(user, "0000000000000000")) + '.' + parts[2]),
                new Bad("expired", ours(claims(AccessTokens.ISSUER, AccessTokens.AUDIENCE, -700, -100, ""))),
                new Bad(
                        "not yet",
                        ours(claims(
                                AccessTokens.ISSUER,
                                AccessTokens.AUDIENCE,
                                0,
                                600,
                                ",\"nbf\":" + (office.now.get().getEpochSecond() + 60)))),
                new Bad("issued in the future", ours(claims(AccessTokens.ISSUER, AccessTokens.AUDIENCE, 300, 600, ""))),
                new Bad("good for too long", ours(claims(AccessTokens.ISSUER, AccessTokens.AUDIENCE, 0, 86_400, ""))),
                new Bad("another issuer", ours(claims("evil", AccessTokens.AUDIENCE, 0, 600, ""))),
                new Bad("another audience", ours(claims(AccessTokens.ISSUER, "other-client", 0, 600, ""))),
                new Bad(
                        "a claim twice",
                        ours(claims(AccessTokens.ISSUER, AccessTokens.AUDIENCE, 0, 600, ",\"sub\":\"x\""))),
                new Bad(
                        "no expiry",
                        ours("{\"iss\":\"openpanel\",\"aud\":\"openpanel-api\",\"sub\":\"u\",\"sid\":\"s\","
                                + "\"tenant\":\"t\",\"jti\":\"j\",\"iat\":1}")),
                new Bad("claims that are no object", ours("[1,2]")),
                new Bad("claims nested 500 deep", ours("[".repeat(500))),
                new Bad("1 MiB", "a".repeat(1 << 20)),
                new Bad("1 MiB with dots", good + "A".repeat(1 << 20)),
                new Bad("nothing", ""),
                new Bad("dots", ".."),
                new Bad("not ASCII", "é.ü.ñ\0"),
                new Bad("not base64", "%%%.%%%.%%%"));
    }

    @Test
    void aTokenEndsAfterTenMinutesAlsoOnceItWasSeen() {
        String token = office.tokens.issue(user, session, office.home()).token();
        assertThat(office.tokens.verify(token)).isPresent();

        office.pass(Duration.ofMinutes(10));

        assertThat(office.tokens.verify(token)).isEmpty();
    }

    @Test
    void anotherKeySignsAfterRotationAndOldTokensStayGood() {
        String old = office.tokens.issue(user, session, office.home()).token();
        office.signingKeys.rotate();
        String fresh = office.tokens.issue(user, session, office.home()).token();

        assertThat(old.split("\\.")[0]).isNotEqualTo(fresh.split("\\.")[0]);
        assertThat(office.tokens.verify(old)).isPresent();
        assertThat(office.tokens.verify(fresh)).isPresent();
    }

    @Test
    void anotherNodeOfThePanelHasTheSameKeyAndLearnsOfARotation() {
        SigningKeys other = new SigningKeys(office.clerk, office.clock);
        AccessTokens there = new AccessTokens(other, office.clock);
        assertThat(there.verify(
                        office.tokens.issue(user, session, office.home()).token()))
                .isPresent();

        office.signingKeys.rotate();
        office.pass(Duration.ofSeconds(6));

        assertThat(there.verify(
                        office.tokens.issue(user, session, office.home()).token()))
                .isPresent();
    }

    @Test
    void thePrivateKeyLiesSealedInTheDatabase() {
        String stored = office.clerk
                .allTeams(tx -> tx.list(Rights.Id.class, "select private_key as id from signing_key"))
                .get(0)
                .id();

        assertThat(stored).startsWith("v1.").doesNotContain("MEECAQAwEwYHKoZIzj0");
    }

    private static String unsigned(String header, String claims) {
        return Base64URL.encode(header) + "." + Base64URL.encode(claims) + '.';
    }

    private static String header(String kid) {
        return "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"}";
    }

    private static String extra(String kid, String more) {
        return "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"," + more + '}';
    }

    /** Signed with the panel's own key: only what is checked besides the signature can refuse it. */
    private static String signed(String header, String claims) throws Exception {
        SigningKeys.Signing key = office.signingKeys.current();
        String input = Base64URL.encode(header) + "." + Base64URL.encode(claims);
        return input + '.' + key.signer().sign(key.header(), input.getBytes(StandardCharsets.US_ASCII));
    }

    private static String ours(String claims) throws Exception {
        SigningKeys.Signing key = office.signingKeys.current();
        String input = key.header().toBase64URL() + "." + Base64URL.encode(claims);
        return input + '.' + key.signer().sign(key.header(), input.getBytes(StandardCharsets.US_ASCII));
    }

    private static String claims(String issuer, String audience, long issued, long expires, String more) {
        Instant now = office.now.get();
        return "{\"iss\":\"" + issuer + "\",\"aud\":\"" + audience + "\",\"sub\":\"" + user + "\",\"sid\":\"" + session
                + "\",\"tenant\":\"" + office.home() + "\",\"jti\":\"j\",\"iat\":" + (now.getEpochSecond() + issued)
                + ",\"exp\":" + (now.getEpochSecond() + expires) + more + '}';
    }

    private static String hmac(String kid, String claims) throws Exception {
        String publicKey = office.clerk
                .allTeams(tx -> tx.list(Rights.Id.class, "select public_key as id from signing_key"))
                .get(0)
                .id();
        String input = Base64URL.encode("{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"HS256\"}") + "."
                + Base64URL.encode(claims);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(publicKey.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        return input + '.' + Base64URL.encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
    }

    private static String foreign(String header, String claims) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initSign(generator.generateKeyPair().getPrivate());
        signature.update((header + '.' + claims).getBytes(StandardCharsets.US_ASCII));
        return header + '.' + claims + '.' + Base64URL.encode(signature.sign());
    }
}
