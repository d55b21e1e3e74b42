package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.catalogue.Entry;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Runs actions on threads of their own, so that one that hangs costs its caller a time-out and nobody else anything. */
public final class Bulkhead implements AutoCloseable {
    private static final Duration READ = Duration.ofSeconds(15);
    private static final Duration CHANGE = Duration.ofSeconds(90);
    private static final int MOST = 256;

    private final ExecutorService threads;

    public Bulkhead() {
        AtomicLong number = new AtomicLong();
        ThreadFactory factory = work -> {
            Thread thread = new Thread(work, "action-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        threads = new ThreadPoolExecutor(4, MOST, 30, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }

    Object run(Entry entry, Supplier<Object> work) {
        Runnable giveBack = entry.turnstile().takeThread().orElseThrow(() -> busy(entry));
        Future<Object> result;
        try {
            result = threads.submit(() -> {
                try {
                    return work.get();
                } finally {
                    giveBack.run();
                }
            });
        } catch (RejectedExecutionException e) {
            giveBack.run();
            throw busy(entry);
        }
        return await(entry, result);
    }

    private static Object await(Entry entry, Future<Object> result) {
        Duration limit = entry.isRead() ? READ : CHANGE;
        try {
            return result.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            result.cancel(true);
            throw new Problem(
                    Problem.Kind.TIMEOUT,
                    entry.id() + " did not answer within " + limit.toSeconds() + " s; the plugin "
                            + entry.operation().plugin() + " may be stuck",
                    e);
        } catch (InterruptedException e) {
            result.cancel(true);
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(entry.id() + " failed", e.getCause());
        }
    }

    private static Problem busy(Entry entry) {
        return new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "The plugin " + entry.operation().plugin()
                                + " is busy with as many calls as it may have at once")
                .retryAfter(Duration.ofSeconds(1));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
