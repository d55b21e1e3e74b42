package io.openpanel.webhook.internal;

import io.openpanel.api.Door;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Reads a body and works out, on the way, its HMAC-SHA256 and its digest. */
final class Signature extends FilterInputStream {
    private static final String ALGORITHM = "HmacSHA256";
    private static final String PREFIX = "sha256=";

    private final Mac mac;
    private final MessageDigest digest;

    Signature(InputStream body, String key) {
        super(body);
        try {
            mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), ALGORITHM));
            digest = MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public int read() throws IOException {
        int next = super.read();
        if (next >= 0) {
            mac.update((byte) next);
            digest.update((byte) next);
        }
        return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        if (count > 0) {
            mac.update(bytes, offset, count);
            digest.update(bytes, offset, count);
        }
        return count;
    }

    @Override
    public long skip(long count) throws IOException {
        return readNBytes((int) Math.min(count, 8_192)).length;
    }

    @Override
    public boolean markSupported() {
        return false;
    }

    /** Reads to the end; whether the request was signed with the key. */
    boolean isOn(Door.Request request) throws IOException {
        transferTo(OutputStream.nullOutputStream());
        String given = request.header("x-hub-signature-256");
        if (given.isEmpty()) {
            given = request.header("x-openpanel-signature");
        }
        byte[] expected = (PREFIX + HexFormat.of().formatHex(mac.doFinal())).getBytes(StandardCharsets.US_ASCII);
        return MessageDigest.isEqual(expected, given.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
    }

    /** The digest of what was read, in hexadecimal. */
    String digest() {
        return HexFormat.of().formatHex(digest.digest());
    }
}
