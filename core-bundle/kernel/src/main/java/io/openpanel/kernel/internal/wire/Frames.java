package io.openpanel.kernel.internal.wire;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Messages on a socket, each behind its length in four bytes. */
final class Frames {
    private static final int LENGTH = 4;

    private final SocketChannel channel;
    private final int most;
    private final ByteBuffer in = ByteBuffer.allocateDirect(1 << 16).flip();
    private final ByteBuffer out = ByteBuffer.allocateDirect(1 << 16);

    /** @param most bytes of a message that is taken in */
    Frames(SocketChannel channel, int most) {
        this.channel = channel;
        this.most = most;
    }

    /** The next message. One thread reads. */
    byte[] read() throws IOException {
        fill(LENGTH);
        int length = in.getInt();
        if (length < 0 || length > most) {
            throw new IOException("A message of " + length + " bytes came; at most " + most + " are taken");
        }
        byte[] message = new byte[length];
        int read = 0;
        while (read < length) {
            fill(1);
            int part = Math.min(length - read, in.remaining());
            in.get(message, read, part);
            read += part;
        }
        return message;
    }

    private void fill(int least) throws IOException {
        while (in.remaining() < least) {
            in.compact();
            int read = channel.read(in);
            in.flip();
            if (read < 0) {
                throw new EOFException("The other side has gone");
            }
        }
    }

    /** Sends a message. One thread writes. */
    void write(byte[] message) throws IOException {
        out.clear();
        out.putInt(message.length);
        int sent = 0;
        while (sent < message.length || out.position() > 0) {
            int part = Math.min(out.remaining(), message.length - sent);
            out.put(message, sent, part);
            sent += part;
            out.flip();
            while (out.hasRemaining()) {
                channel.write(out);
            }
            out.clear();
        }
    }
}
