package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Reads what clients send; of those that stop in the middle only so many hold a thread, the others answer meanwhile. */
public final class SlowClients {
    /** Fewer than half of the server's threads. */
    private static final int MOST = 24;

    private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(250);
    private static final Semaphore SLOTS = new Semaphore(MOST);

    private SlowClients() {}

    /**
     * As {@link ServletInputStream#read(byte[], int, int)}.
     *
     * @throws Problem {@link Problem.Kind#UNAVAILABLE} when it would have to wait and too many wait already
     */
    public static int read(ServletInputStream in, byte[] bytes, int from, int length) throws IOException {
        if (isReady(in)) {
            return in.read(bytes, from, length);
        }
        if (!SLOTS.tryAcquire()) {
            awaitMoment(in);
            return in.read(bytes, from, length);
        }
        try {
            return in.read(bytes, from, length);
        } finally {
            SLOTS.release();
        }
    }

    private static boolean isReady(ServletInputStream in) throws IOException {
        return in.available() > 0 || in.isFinished();
    }

    private static void awaitMoment(ServletInputStream in) throws IOException {
        long begin = System.nanoTime();
        while (!isReady(in)) {
            if (System.nanoTime() - begin > MOMENT) {
                throw new Problem(
                                Problem.Kind.UNAVAILABLE,
                                "Too many clients are in the middle of sending something; send it again in a moment")
                        .retryAfter(Duration.ofSeconds(1));
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
            }
        }
    }
}
