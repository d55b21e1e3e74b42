package io.openpanel.docker.internal.terminal;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Output and errors of a program without a window as one stream, out of the frames the engine sends them in. */
final class Unframed extends FilterInputStream {
    private final DataInputStream frames;
    private int left;

    Unframed(InputStream in) {
        super(in);
        this.frames = new DataInputStream(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        try {
            while (left == 0) {
                // Which of the two it is, and three bytes that are always 0.
                frames.readInt();
                left = frames.readInt();
            }
        } catch (EOFException e) {
            return -1;
        }
        int count = frames.read(into, from, Math.min(length, left));
        left -= Math.max(0, count);
        return count;
    }
}
