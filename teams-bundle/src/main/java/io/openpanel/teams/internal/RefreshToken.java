package io.openpanel.teams.internal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A refresh token of 256 bits; only its digest is stored. */
public record RefreshToken(String text) {
    private static final SecureRandom RANDOM = new SecureRandom();

    static RefreshToken create() {
        return new RefreshToken(random());
    }

    /** Fresh randomness for {@link #successor}. */
    static String random() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /**
     * The token that follows. Whoever holds this token gets the same one again while its salt is known, and neither
     * the salt nor the token alone tells anything about it: so two tabs end up with one successor, and no token is stored.
     */
    RefreshToken successor(String salt) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(salt.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
            return new RefreshToken(Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    String hash() {
        return Digest.of(text).hex();
    }

    @Override
    public String toString() {
        return "RefreshToken[•••]";
    }
}
