package io.openpanel.itests;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** An authenticator app as people have it on their phones (RFC 6238). */
final class Authenticator {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final long PERIOD = 30;

    private Authenticator() {}

    /** What the app shows at this moment. */
    static String code(String seed) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(bytes(seed), "HmacSHA1"));
            long step = System.currentTimeMillis() / 1000 / PERIOD;
            byte[] digest =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
            int at = digest[digest.length - 1] & 0xF;
            int number = ByteBuffer.wrap(digest).getInt(at) & Integer.MAX_VALUE;
            return String.format(Locale.ROOT, "%06d", number % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String seed) {
        String plain = seed.replaceAll("[\\s=]", "");
        ByteBuffer bytes = ByteBuffer.allocate(plain.length() * 5 / 8);
        int bits = 0;
        int size = 0;
        for (char each : plain.toCharArray()) {
            bits = bits << 5 | ALPHABET.indexOf(each);
            size += 5;
            if (size >= 8) {
                size -= 8;
                bytes.put((byte) (bits >> size));
            }
        }
        return bytes.array();
    }
}
