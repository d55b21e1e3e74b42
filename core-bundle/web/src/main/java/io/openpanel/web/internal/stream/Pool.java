package io.openpanel.web.internal.stream;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that streams share: one that keeps time, and a few that work, since a publisher may block them. */
final class Pool implements AutoCloseable {
    static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final int WORKERS = 16;
    private static final int IDLE_SECONDS = 30;

    private final ScheduledThreadPoolExecutor clock;
    private final ThreadPoolExecutor workers;

    Pool() {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = work -> {
            Thread thread = new Thread(work, "stream-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        clock = new ScheduledThreadPoolExecutor(1, factory);
        clock.setRemoveOnCancelPolicy(true);
        workers = new ThreadPoolExecutor(
                WORKERS, WORKERS, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
        workers.allowCoreThreadTimeOut(true);
    }

    void run(Runnable work) {
        try {
            workers.execute(work);
        } catch (RejectedExecutionException e) {
            // Closed: so are the streams.
        }
    }

    void after(long nanos, Runnable work) {
        try {
            clock.schedule(() -> run(work), nanos, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // Closed: so are the streams.
        }
    }

    ScheduledFuture<?> every(long millis, Runnable work) {
        return clock.scheduleWithFixedDelay(() -> run(work), millis, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        clock.shutdownNow();
        workers.shutdown();
    }
}
