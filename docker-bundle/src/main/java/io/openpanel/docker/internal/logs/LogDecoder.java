package io.openpanel.docker.internal.logs;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Cuts the engine's log stream into lines. Without a terminal it is a sequence of frames (one byte for the stream,
 * three of nothing, four of length), each of which is a line or, of a line over 16 KiB, a piece; with one it is text.
 */
final class LogDecoder {
    /** Bytes of a line the engine writes down at once; longer lines come in pieces, each with a time in front. */
    private static final int PIECE = 16 * 1024;

    private static final int HEAD = 8;
    private static final int LONGEST_FRAME = 16 << 20;

    private final InputStream in;
    private final LineSink[] sinks;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int end;
    private byte[] payload = new byte[1 << 15];

    LogDecoder(InputStream in, LineConsumer consumer) {
        this.in = in;
        EngineTime time = new EngineTime();
        this.sinks = new LineSink[] {
            new LineSink(LogLine.Stream.STDOUT, time, consumer), new LineSink(LogLine.Stream.STDERR, time, consumer)
        };
    }

    /** Takes lines; false ends the reading. */
    @FunctionalInterface
    interface LineConsumer {
        boolean accept(LogLine.Stream stream, java.time.Instant at, byte[] line, int length);
    }

    /** Reads until the end of the stream or until the consumer has enough. */
    void read(boolean terminal) throws IOException {
        boolean more = terminal ? readText() : readFrames();
        for (int i = 0; more && i < sinks.length; i++) {
            more = sinks[i].flush();
        }
    }

    private boolean readFrames() throws IOException {
        while (fill(HEAD)) {
            LineSink sink = sinks[buffer[position] == 2 ? 1 : 0];
            long length = (buffer[position + 4] & 0xffL) << 24
                    | (buffer[position + 5] & 0xffL) << 16
                    | (buffer[position + 6] & 0xffL) << 8
                    | (buffer[position + 7] & 0xffL);
            position += HEAD;
            if (length > LONGEST_FRAME) {
                throw new IOException("The engine sent a log frame of " + length + " bytes");
            }
            if (!readFrame((int) length, sink)) {
                return false;
            }
        }
        return true;
    }

    private boolean readFrame(int length, LineSink sink) throws IOException {
        if (length <= end - position) {
            boolean more = sink.piece(buffer, position, position + length);
            position += length;
            return more;
        }
        if (payload.length < length) {
            payload = new byte[length];
        }
        int got = Math.min(length, end - position);
        System.arraycopy(buffer, position, payload, 0, got);
        position += got;
        if (in.readNBytes(payload, got, length - got) < length - got) {
            throw new EOFException("The log ended in the middle of a frame");
        }
        return sink.piece(payload, 0, length);
    }

    /** Makes sure so many bytes are there; false at the end of the stream. */
    private boolean fill(int wanted) throws IOException {
        if (end - position >= wanted) {
            return true;
        }
        System.arraycopy(buffer, position, buffer, 0, end - position);
        end -= position;
        position = 0;
        while (end < wanted) {
            int got = in.read(buffer, end, buffer.length - end);
            if (got < 0) {
                if (end > 0) {
                    throw new EOFException("The log ended in the middle of a frame");
                }
                return false;
            }
            end += got;
        }
        return true;
    }

    private boolean readText() throws IOException {
        int length = 0;
        for (int got = in.read(buffer); got >= 0; got = in.read(buffer)) {
            for (int i = 0; i < got; i++) {
                if (length == payload.length) {
                    payload = Arrays.copyOf(payload, length * 2);
                }
                payload[length++] = buffer[i];
                if (buffer[i] == '\n' || length == LONGEST_FRAME) {
                    if (!textLine(length)) {
                        return false;
                    }
                    length = 0;
                }
            }
        }
        return length == 0 || textLine(length);
    }

    /** Hands on a line of a terminal's text piece by piece. */
    private boolean textLine(int length) {
        int from = 0;
        while (from < length) {
            int head = EngineTime.isFixed(payload, from, length) ? 31 : 0;
            int next = from + head + PIECE;
            boolean pieces = next < length && EngineTime.isFixed(payload, next, length);
            int to = pieces ? next : length;
            if (!sinks[0].piece(payload, from, to)) {
                return false;
            }
            from = to;
        }
        return true;
    }
}
