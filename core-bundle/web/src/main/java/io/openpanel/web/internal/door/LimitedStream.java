package io.openpanel.web.internal.door;

import io.openpanel.api.Problem;
import io.openpanel.web.internal.edge.SlowClients;
import io.openpanel.web.internal.edge.TooLarge;
import jakarta.servlet.ServletInputStream;
import java.io.FilterInputStream;
import java.io.IOException;

/** A body whose troubles are the client's: too long, or broken off in the middle. */
final class LimitedStream extends FilterInputStream {
    private static final int SKIPPED_AT_ONCE = 8192;

    private final ServletInputStream client;
    private final long announced;
    private final long limit;
    private long read;

    /** @param announced how long it is; negative where that is not known */
    LimitedStream(ServletInputStream in, long announced, long limit) {
        super(in);
        this.announced = announced;
        this.client = in;
        this.limit = limit;
    }

    @Override
    public int read() {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int from, int length) {
        if (read == announced) {
            return -1;
        }
        int count;
        try {
            count = SlowClients.read(client, bytes, from, length);
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
