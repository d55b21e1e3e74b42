package io.openpanel.teams.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-256 of a token: what is kept of it, in memory and in tables. */
public record Digest(long a, long b, long c, long d) {
    /** The digest of a text in UTF-8. */
    public static Digest of(String text) {
        try {
            ByteBuffer bytes =
                    ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
            return new Digest(bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** 64 hexadecimal characters, for a column. */
    public String hex() {
        return HexFormat.of().formatHex(bytes());
    }

    /** Compares with a stored {@link #hex} in constant time. */
    public boolean matches(String stored) {
        return MessageDigest.isEqual(
                hex().getBytes(StandardCharsets.US_ASCII), stored.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] bytes() {
        return ByteBuffer.allocate(32)
                .putLong(a)
                .putLong(b)
                .putLong(c)
                .putLong(d)
                .array();
    }

    @Override
    public String toString() {
        return "Digest[…]";
    }
}
