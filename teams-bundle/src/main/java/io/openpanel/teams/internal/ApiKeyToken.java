package io.openpanel.teams.internal;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * {@code op_live_<8 id><32 random><7 crc>}: a prefix that secret scanners know, a public part to find the row by, 160
 * random bits, and a checksum so that a mistyped key costs no look-up.
 */
record ApiKeyToken(String prefix, String text) {
    private static final String HEAD = "op_live_";
    private static final String ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final Pattern SHAPE =
            Pattern.compile(HEAD + "([0-9a-hjkmnp-tv-z]{8})([0-9a-hjkmnp-tv-z]{32})([0-9a-hjkmnp-tv-z]{7})");
    private static final SecureRandom RANDOM = new SecureRandom();

    static ApiKeyToken create() {
        String body = random(8) + random(32);
        return new ApiKeyToken(body.substring(0, 8), HEAD + body + checksum(body));
    }

    static boolean looksLikeOne(String token) {
        return token.startsWith("op_");
    }

    /** The token in a text, if it is whole. */
    static Optional<ApiKeyToken> parse(String text) {
        Matcher parts = SHAPE.matcher(text);
        return parts.matches() && checksum(parts.group(1) + parts.group(2)).equals(parts.group(3))
                ? Optional.of(new ApiKeyToken(parts.group(1), text))
                : Optional.empty();
    }

    private static String random(int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(32)));
        }
        return text.toString();
    }

    private static String checksum(String body) {
        CRC32 crc = new CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        StringBuilder text = new StringBuilder(7);
        for (int shift = 30; shift >= 0; shift -= 5) {
            text.append(ALPHABET.charAt((int) (crc.getValue() >>> shift) & 31));
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return HEAD + prefix + "•••";
    }
}
