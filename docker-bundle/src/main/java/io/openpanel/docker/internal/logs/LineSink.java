package io.openpanel.docker.internal.logs;

import java.time.Instant;
import java.util.Arrays;

/** Joins the pieces of one stream's lines. */
final class LineSink {
    /** A line that never ends is cut here, so that it does not fill the memory. */
    private static final int LONGEST = 4 << 20;

    private final LogLine.Stream stream;
    private final EngineTime time;
    private final LogDecoder.LineConsumer consumer;
    private byte[] held = new byte[1 << 10];
    private int length;
    private Instant since = Instant.EPOCH;

    LineSink(LogLine.Stream stream, EngineTime time, LogDecoder.LineConsumer consumer) {
        this.stream = stream;
        this.time = time;
        this.consumer = consumer;
    }

    /** Takes a piece with a time in front. */
    boolean piece(byte[] bytes, int from, int to) {
        int start = from + time.read(bytes, from, to);
        while (start < to) {
            int newline = newline(bytes, start, to);
            boolean whole = newline >= 0;
            hold(bytes, start, whole ? newline : to);
            if ((whole || length >= LONGEST) && !flushHeld()) {
                return false;
            }
            start = whole ? newline + 1 : to;
        }
        return true;
    }

    private static int newline(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void hold(byte[] bytes, int from, int to) {
        if (length == 0) {
            since = time.at();
        }
        int size = to - from;
        if (held.length < length + size) {
            held = Arrays.copyOf(held, Math.max(length + size, held.length * 2));
        }
        System.arraycopy(bytes, from, held, length, size);
        length += size;
    }

    private boolean flushHeld() {
        int size = length > 0 && held[length - 1] == '\r' ? length - 1 : length;
        length = 0;
        boolean more = consumer.accept(stream, since, held, size);
        if (held.length > 1 << 20) {
            held = new byte[1 << 10];
        }
        return more;
    }

    /** Hands on what is left of a line that was not ended. */
    boolean flush() {
        return length == 0 || flushHeld();
    }
}
