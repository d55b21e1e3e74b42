package io.openpanel.web.internal.stream;

import java.io.ByteArrayOutputStream;

/** A buffer whose array can be written without a copy. */
final class Bytes extends ByteArrayOutputStream {
    private static final int KEPT = 256 * 1024;
    private static final int FIRST = 1024;

    Bytes() {
        super(FIRST);
    }

    Bytes add(byte[] bytes) {
        write(bytes, 0, bytes.length);
        return this;
    }

    Bytes add(byte[] bytes, int length) {
        write(bytes, 0, length);
        return this;
    }

    Bytes add(Bytes other) {
        write(other.buf, 0, other.count);
        return this;
    }

    Bytes add(long number) {
        String text = Long.toString(number);
        for (int i = 0; i < text.length(); i++) {
            write(text.charAt(i));
        }
        return this;
    }

    byte[] array() {
        return buf;
    }

    /** Empties it; an array that one burst made large is given back. */
    void clear() {
        reset();
        if (buf.length > KEPT) {
            buf = new byte[FIRST];
        }
    }
}
