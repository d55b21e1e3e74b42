package io.openpanel.kernel.internal.audit;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;

/** The one way to write values as bytes for a hash: each with its length before it, so that no two sets look alike. */
final class Form {
    private static final int ABSENT = -1;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

    /** @param kind what is written, and in which version of this form */
    Form(String kind) {
        text(kind);
    }

    Form text(String value) {
        return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    Form text(Optional<String> value) {
        return value.map(this::text).orElseGet(() -> length(ABSENT));
    }

    Form number(long value) {
        return bytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    Form bytes(byte[] value) {
        length(value.length);
        bytes.writeBytes(value);
        return this;
    }

    private Form length(int length) {
        bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
