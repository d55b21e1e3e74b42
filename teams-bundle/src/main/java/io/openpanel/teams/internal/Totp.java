package io.openpanel.teams.internal;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Time-based one-time passwords (RFC 6238) as every authenticator app reads them: SHA-1, six digits, 30 seconds. */
record Totp(byte[] seed) {
    private static final int STEP_SECONDS = 30;
    private static final int MODULUS = 1_000_000;
    private static final int SEED = 20;
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final SecureRandom RANDOM = new SecureRandom();

    static Totp create() {
        byte[] seed = new byte[SEED];
        RANDOM.nextBytes(seed);
        return new Totp(seed);
    }

    /** From {@link #text}. */
    static Totp of(String text) {
        ByteBuffer seed = ByteBuffer.allocate(text.length() * 5 / 8);
        int bits = 0;
        int held = 0;
        for (char letter : text.toCharArray()) {
            bits = (bits << 5 | BASE32.indexOf(letter)) & 0xfff;
            held += 5;
            if (held >= 8) {
                held -= 8;
                seed.put((byte) (bits >> held));
            }
        }
        return new Totp(seed.array());
    }

    /** The seed in base 32, for people to type. */
    String text() {
        StringBuilder text = new StringBuilder();
        int bits = 0;
        int held = 0;
        for (byte each : seed) {
            bits = (bits << 8 | each & 0xff) & 0xfff;
            held += 8;
            while (held >= 5) {
                held -= 5;
                text.append(BASE32.charAt(bits >> held & 31));
            }
        }
        return held == 0
                ? text.toString()
                : text.append(BASE32.charAt(bits << (5 - held) & 31)).toString();
    }

    /** What the QR code says. */
    String uri(String issuer, String account) {
        return "otpauth://totp/" + escape(issuer) + ':' + escape(account) + "?secret=" + text() + "&issuer="
                + escape(issuer) + "&algorithm=SHA1&digits=6&period=" + STEP_SECONDS;
    }

    private static String escape(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The step whose code this is: the one of now, the one before or the one after. */
    OptionalLong stepOf(String code, Instant now) {
        long current = step(now);
        OptionalLong found = OptionalLong.empty();
        for (long step = current - 1; step <= current + 1; step++) {
            if (MessageDigest.isEqual(
                    code(step).getBytes(StandardCharsets.US_ASCII), code.getBytes(StandardCharsets.UTF_8))) {
                found = OptionalLong.of(step);
            }
        }
        return found;
    }

    String code(Instant at) {
        return code(step(at));
    }

    private static long step(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), STEP_SECONDS);
    }

    private String code(long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(seed, "HmacSHA1"));
            ByteBuffer digest = ByteBuffer.wrap(
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array()));
            int number = digest.getInt(digest.get(digest.limit() - 1) & 15) & Integer.MAX_VALUE;
            return String.format(Locale.ROOT, "%06d", number % MODULUS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return "Totp[•••]";
    }
}
