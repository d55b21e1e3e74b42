package io.openpanel.data.internal.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * A sealed text, {@code v1.<key>.<nonce>.<ciphertext>}: AES-256-GCM, a random nonce of 96 bits, the latter two in
 * base64url.
 *
 * @param key the id of the key it was sealed with
 */
record Envelope(String key, byte[] nonce, byte[] content) {
    private static final String VERSION = "v1";
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;

    static Envelope seal(String keyId, SecretKey key, byte[] plain, String associated) {
        byte[] nonce = new byte[NONCE_BYTES];
        RANDOM.nextBytes(nonce);
        try {
            return new Envelope(
                    keyId,
                    nonce,
                    cipher(Cipher.ENCRYPT_MODE, key, nonce, associated).doFinal(plain));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed", e);
        }
    }

    /** @throws GeneralSecurityException when it was changed, or sealed with another key or associated text */
    byte[] open(SecretKey key, String associated) throws GeneralSecurityException {
        return cipher(Cipher.DECRYPT_MODE, key, nonce, associated).doFinal(content);
    }

    static boolean is(String text) {
        return text.startsWith(VERSION + '.');
    }

    /** @throws IllegalArgumentException when the text has another form */
    static Envelope parse(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4 || !parts[0].equals(VERSION)) {
            throw new IllegalArgumentException("Not a sealed text of form " + VERSION);
        }
        byte[] nonce = Base64.getUrlDecoder().decode(parts[2]);
        if (nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("Not a nonce of " + NONCE_BYTES + " bytes");
        }
        return new Envelope(parts[1], nonce, Base64.getUrlDecoder().decode(parts[3]));
    }

    @Override
    public String toString() {
        Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
        return VERSION + '.' + key + '.' + base64.encodeToString(nonce) + '.' + base64.encodeToString(content);
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String associated)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(associated.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
