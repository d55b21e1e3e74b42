package io.openpanel.testkit;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Access tokens that nobody may believe, made from a good one: for unit tests and for the product as it runs. */
public final class BadTokens {
    private static final BigInteger ORDER =
            new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);
    private static final String ISSUER = "openpanel";
    private static final String AUDIENCE = "openpanel-api";
    private static final int HALF = 32;

    private final String[] parts;
    private final String claims;
    private final String good;
    private final Keys keys;
    private final Instant now;

    /**
     * A key that the panel believes.
     *
     * @param sign what is signed, header and claims with the dot between, → its signature in base64url
     * @param publicKey in base64, as it lies in the database
     */
    public record Keys(String kid, UnaryOperator<String> sign, String publicKey) {}

    /** A token that must not be believed, and why. */
    public record Bad(String why, String token) {
        @Override
        public String toString() {
            return why;
        }
    }

    public BadTokens(String good, Keys keys, Instant now) {
        this.good = good;
        this.parts = good.split("\\.");
        this.claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8);
        this.keys = keys;
        this.now = now;
    }

    /** Each of them. */
    public List<Bad> all() {
        String kid = keys.kid;
        return List.of(
                new Bad("alg none", unsigned("{\"alg\":\"none\"}")),
                new Bad("alg None", unsigned("{\"alg\":\"None\"}")),
                new Bad("alg nOnE with kid", unsigned("{\"alg\":\"nOnE\",\"kid\":\"" + kid + "\"}")),
                new Bad("empty signature", parts[0] + '.' + parts[1] + '.'),
                new Bad("no signature part", parts[0] + '.' + parts[1]),
                new Bad("a fourth part", good + ".x"),
                new Bad(
                        "HS256 with the public key as secret",
                        hmac(keys.publicKey.getBytes(StandardCharsets.US_ASCII))),
                new Bad(
                        "HS256 with the public key's bytes",
                        hmac(Base64.getDecoder().decode(keys.publicKey))),
                new Bad("unknown kid", signed(header("0000000000000000", ""), claims)),
                new Bad("kid with a path", signed(header("../../../dev/null", ""), claims)),
                new Bad("kid with SQL", signed(header("x' union select 'y", ""), claims)),
                new Bad("jku", signed(header(kid, ",\"jku\":\"https://evil.example/keys\""), claims)),
                new Bad("x5u", signed(header(kid, ",\"x5u\":\"https://evil.example/cert\""), claims)),
                new Bad(
                        "jwk",
                        signed(
                                header(kid, ",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}"),
                                claims)),
                new Bad("unknown crit", signed(header(kid, ",\"crit\":[\"x\"],\"x\":1"), claims)),
                new Bad("p2c of 2^31", signed(header(kid, ",\"p2c\":2147483648,\"p2s\":\"AA\""), claims)),
                new Bad("zip", signed(header(kid, ",\"zip\":\"DEF\""), claims)),
                new Bad(
                        "embedded JWE",
                        "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"),
                new Bad("all-zero signature", withSignature(new byte[2 * HALF])),
                new Bad("r zero", withSignature(halves(BigInteger.ZERO, s()))),
                new Bad("s zero", withSignature(halves(r(), BigInteger.ZERO))),
                new Bad("r and s of the order", withSignature(halves(ORDER, ORDER))),
                new Bad("the other s that fits", withSignature(halves(r(), ORDER.subtract(s())))),
                new Bad("signature in DER", withSignature(der())),
                new Bad("halves swapped", withSignature(halves(s(), r()))),
                new Bad("a byte more", withSignature(Arrays.copyOf(signature(), 2 * HALF + 1))),
                new Bad("a byte less", withSignature(Arrays.copyOf(signature(), 2 * HALF - 1))),
                new Bad("signature written in another way", otherLastCharacter()),
                new Bad("padding behind the signature", good + "=="),
                new Bad(
                        "a character in the signature that is none",
                        good.substring(0, good.length() - 4) + "!" + good.substring(good.length() - 4)),
                new Bad("cut in the middle", good.substring(0, good.length() / 2)),
                new Bad("another panel's key", foreign()),
                new Bad(
                        "claims changed",
                        parts[0]
                                + '.'
                                + encode(claims.replaceFirst("\"sub\":\"\\w+\"", "\"sub\":\"0000000000000000\""))
                                + '.'
                                + parts[2]),
                new Bad("expired", ours(claims(ISSUER, AUDIENCE, -700, -100, ""))),
                new Bad("not yet", ours(claims(ISSUER, AUDIENCE, 0, 600, ",\"nbf\":" + (now.getEpochSecond() + 60)))),
                new Bad("issued in the future", ours(claims(ISSUER, AUDIENCE, 300, 600, ""))),
                new Bad("good for too long", ours(claims(ISSUER, AUDIENCE, 0, 86_400, ""))),
                new Bad("another issuer", ours(claims("evil", AUDIENCE, 0, 600, ""))),
                new Bad("another audience", ours(claims(ISSUER, "other-client", 0, 600, ""))),
                new Bad("a claim twice", ours(claims(ISSUER, AUDIENCE, 0, 600, ",\"sub\":\"x\""))),
                new Bad(
                        "no expiry",
                        ours("{\"iss\":\"openpanel\",\"aud\":\"openpanel-api\",\"sub\":\"u\",\"sid\":\"s\","
                                + "\"tenant\":\"t\",\"jti\":\"j\",\"iat\":1}")),
                new Bad("claims that are no object", ours("[1,2]")),
                new Bad("claims nested 500 deep", ours("[".repeat(500))),
                new Bad("dots", ".."),
                new Bad("not base64", "%%%.%%%.%%%"));
    }

    /** Those that no server takes as a header at all, or no client sends. */
    public List<Bad> unsendable() {
        return List.of(
                new Bad("1 MiB", "a".repeat(1 << 20)),
                new Bad("1 MiB with dots", good + "A".repeat(1 << 20)),
                new Bad("nothing", ""),
                new Bad("not ASCII", "é.ü.ñ\0"));
    }

    /** A token with the good one's claims, in time from {@code issued} to {@code expires} seconds from now. */
    public String ours() {
        return ours(claims(ISSUER, AUDIENCE, 0, 600, ""));
    }

    private static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String header(String kid, String more) {
        return "{\"kid\":\"" + kid + "\",\"typ\":\"at+jwt\",\"alg\":\"ES256\"" + more + '}';
    }

    private String unsigned(String header) {
        return encode(header) + '.' + parts[1] + '.';
    }

    /** Signed with a key that is believed: only what is checked besides the signature can refuse it. */
    private String signed(String header, String text) {
        String input = encode(header) + '.' + encode(text);
        return input + '.' + keys.sign.apply(input);
    }

    private String ours(String text) {
        return signed(header(keys.kid, ""), text);
    }

    private String claims(String issuer, String audience, long issued, long expires, String more) {
        return "{\"iss\":\"" + issuer + "\",\"aud\":\"" + audience + "\"," + own("sub") + ',' + own("sid") + ','
                + own("tenant") + ",\"jti\":\"j\",\"iat\":" + (now.getEpochSecond() + issued) + ",\"exp\":"
                + (now.getEpochSecond() + expires) + more + '}';
    }

    /** The good token's claim, as it stands there. */
    private String own(String name) {
        int at = claims.indexOf('"' + name + "\":\"");
        return claims.substring(at, claims.indexOf('"', at + name.length() + 4) + 1);
    }

    private byte[] signature() {
        return Base64.getUrlDecoder().decode(parts[2]);
    }

    private BigInteger r() {
        return new BigInteger(1, Arrays.copyOf(signature(), HALF));
    }

    private BigInteger s() {
        return new BigInteger(1, Arrays.copyOfRange(signature(), HALF, 2 * HALF));
    }

    private String withSignature(byte[] bytes) {
        return parts[0] + '.' + parts[1] + '.' + encode(bytes);
    }

    private static byte[] halves(BigInteger r, BigInteger s) {
        byte[] both = new byte[2 * HALF];
        put(r, both, HALF);
        put(s, both, 2 * HALF);
        return both;
    }

    private static void put(BigInteger number, byte[] into, int end) {
        byte[] bytes = number.toByteArray();
        int length = Math.min(bytes.length, HALF);
        System.arraycopy(bytes, bytes.length - length, into, end - length, length);
    }

    private byte[] der() {
        byte[] r = r().toByteArray();
        byte[] s = s().toByteArray();
        byte[] der = new byte[6 + r.length + s.length];
        der[0] = 0x30;
        der[1] = (byte) (4 + r.length + s.length);
        der[2] = 2;
        der[3] = (byte) r.length;
        System.arraycopy(r, 0, der, 4, r.length);
        der[4 + r.length] = 2;
        der[5 + r.length] = (byte) s.length;
        System.arraycopy(s, 0, der, 6 + r.length, s.length);
        return der;
    }

    /** The last of 86 characters has four bits that stand for nothing. */
    private String otherLastCharacter() {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(good.charAt(good.length() - 1));
        return good.substring(0, good.length() - 1) + alphabet.charAt(last ^ 1);
    }

    private String hmac(byte[] secret) {
        String input = encode("{\"kid\":\"" + keys.kid + "\",\"typ\":\"at+jwt\",\"alg\":\"HS256\"}") + '.' + parts[1];
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            return input + '.' + encode(mac.doFinal(input.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private String foreign() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return parts[0]
                    + '.'
                    + parts[1]
                    + '.'
                    + sign(generator.generateKeyPair().getPrivate(), parts[0] + '.' + parts[1]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An ES256 signature with the smaller of the two that fit, in base64url. */
    public static String sign(PrivateKey key, String input) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(key);
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            byte[] made = signature.sign();
            BigInteger s = new BigInteger(1, Arrays.copyOfRange(made, HALF, 2 * HALF));
            BigInteger r = new BigInteger(1, Arrays.copyOf(made, HALF));
            return encode(halves(r, s.min(ORDER.subtract(s))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
