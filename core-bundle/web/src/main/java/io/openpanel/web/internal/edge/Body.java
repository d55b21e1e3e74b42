package io.openpanel.web.internal.edge;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/** Reads a body up to a size and for as long as is decent. */
public final class Body {
    private static final byte[] NONE = new byte[0];
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);
    private static final int FIRST = 16 * 1024;
    private static final long MOST_DRAINED = 8 << 20;
    private static final long MOST_UNWANTED = 64 * 1024;

    private Body() {}

    /** It did not arrive whole, or not in time. */
    public static final class Incomplete extends IOException {
        private static final long serialVersionUID = 1L;

        Incomplete(Throwable cause) {
            super("The body did not arrive whole", cause);
        }
    }

    /**
     * @throws TooLarge above the limit
     * @throws Incomplete when the client stops in the middle
     */
    public static byte[] read(HttpServletRequest request, int limit) throws IOException {
        long announced = request.getContentLengthLong();
        if (announced == 0 || announced < 0 && request.getHeader("Transfer-Encoding") == null) {
            return NONE;
        }
        if (announced > limit) {
            drain(request.getInputStream(), announced);
            throw new TooLarge(limit);
        }
        try {
            return read(request.getInputStream(), announced, limit);
        } catch (IOException e) {
            throw new Incomplete(e);
        }
    }

    /**
     * Whether nothing of the body is still to come; one that is small and not wanted is read away first. Where something is
     * still to come the connection cannot be used again, which the client must be told.
     */
    static boolean isOver(HttpServletRequest request) {
        long announced = request.getContentLengthLong();
        if (announced == 0 || announced < 0 && request.getHeader("Transfer-Encoding") == null) {
            return true;
        }
        try {
            ServletInputStream in = request.getInputStream();
            byte[] nowhere = new byte[FIRST];
            // Reading would ask a client that waits for leave to send it.
            boolean unwanted = announced <= MOST_UNWANTED && request.getHeader("Expect") == null;
            for (long size = 0; unwanted && size <= MOST_UNWANTED && !in.isFinished(); ) {
                int read = SlowClients.read(in, nowhere, 0, nowhere.length);
                size = read < 0 ? Long.MAX_VALUE : size + read;
            }
            return in.isFinished();
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** A client that is still writing sees a reset instead of the answer; so what is not absurdly large is read away. */
    private static void drain(ServletInputStream in, long announced) throws IOException {
        if (announced > MOST_DRAINED) {
            return;
        }
        long begin = System.nanoTime();
        byte[] nowhere = new byte[FIRST];
        while (SlowClients.read(in, nowhere, 0, nowhere.length) >= 0 && System.nanoTime() - begin < PATIENCE) {
            continue;
        }
    }

    private static byte[] read(ServletInputStream in, long announced, int limit) throws IOException {
        long begin = System.nanoTime();
        byte[] body = new byte[announced > 0 ? (int) Math.min(announced, FIRST) : FIRST];
        byte[] next = new byte[1];
        int size = 0;
        while (true) {
            if (size == announced) {
                // Looking for an end that is known would wait for the client as for more.
                return body.length == size ? body : Arrays.copyOf(body, size);
            }
            if (size == body.length) {
                if (SlowClients.read(in, next, 0, 1) < 0) {
                    return body;
                }
                if (size == limit) {
                    throw new TooLarge(limit);
                }
                body = Arrays.copyOf(body, Math.min(limit, 2 * size));
                body[size++] = next[0];
            }
            int read = SlowClients.read(in, body, size, body.length - size);
            if (read < 0) {
                return size == 0 ? NONE : Arrays.copyOf(body, size);
            }
            size += read;
            if (System.nanoTime() - begin > PATIENCE) {
                throw new IOException("It takes too long");
            }
        }
    }
}
