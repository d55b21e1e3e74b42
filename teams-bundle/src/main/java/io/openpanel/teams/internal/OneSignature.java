package io.openpanel.teams.internal;

import com.nimbusds.jose.util.Base64URL;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * The one way of writing an ES256 signature that is taken here. Of (r, s) and (r, n − s) both fit, and base64url has spare
 * bits: without this whoever has a token could write the same one in other ways.
 */
final class OneSignature {
    private static final BigInteger ORDER =
            new BigInteger("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", 16);
    private static final BigInteger HALF = ORDER.shiftRight(1);
    private static final int PART = 32;

    private OneSignature() {}

    /** The signature with the smaller s. */
    static String of(Base64URL made) {
        byte[] bytes = made.decode();
        BigInteger s = s(bytes);
        if (s.compareTo(HALF) <= 0) {
            return made.toString();
        }
        byte[] smaller = ORDER.subtract(s).toByteArray();
        int length = Math.min(smaller.length, PART);
        Arrays.fill(bytes, PART, 2 * PART, (byte) 0);
        System.arraycopy(smaller, smaller.length - length, bytes, 2 * PART - length, length);
        return Base64URL.encode(bytes).toString();
    }

    static boolean is(String text) {
        byte[] bytes = new Base64URL(text).decode();
        return bytes.length == 2 * PART
                && s(bytes).compareTo(HALF) <= 0
                && Base64URL.encode(bytes).toString().equals(text);
    }

    private static BigInteger s(byte[] bytes) {
        return new BigInteger(1, Arrays.copyOfRange(bytes, PART, 2 * PART));
    }
}
