package io.openpanel.web.internal.door;

import io.openpanel.api.Problem;
import io.openpanel.web.internal.edge.TooLarge;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body whose troubles are the client's: too long, or broken off in the middle. */
final class LimitedStream extends FilterInputStream {
    private static final int SKIPPED_AT_ONCE = 8192;

    private final long limit;
    private long read;

    LimitedStream(InputStream in, long limit) {
        super(in);
        this.limit = limit;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) {
        int count;
        try {
            count = super.read(bytes, from, length);
        } catch (IOException e) {
            throw new Problem(Problem.Kind.INVALID, "The body did not arrive whole, or not in time; send it again", e);
        }
        read += Math.max(0, count);
        if (read > limit) {
            throw new TooLarge(limit);
        }
        return count;
    }

    @Override
    public long skip(long count) {
        int wanted = (int) Math.min(count, SKIPPED_AT_ONCE);
        return Math.max(0, read(new byte[wanted], 0, wanted));
    }
}
