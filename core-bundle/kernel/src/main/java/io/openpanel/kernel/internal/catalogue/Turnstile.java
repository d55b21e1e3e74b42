package io.openpanel.kernel.internal.catalogue;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the calls in a plugin's code. Closed while the plugin is exchanged: calls that come then wait in front of it. */
public final class Turnstile {
    /** More would take the threads that serve everybody else. */
    private static final int MOST_WAITING = 16;

    /** The panel's own parts; what came from elsewhere gets less. */
    private static final int MOST_THREADS = 48;

    private final int mostThreads;
    private volatile AtomicInteger threads = new AtomicInteger();
    private int inside;
    private int waiting;
    private boolean closed;

    public Turnstile() {
        this(MOST_THREADS);
    }

    /** @param mostThreads how many may be in the plugin's code at once; fewer than serve requests in all */
    public Turnstile(int mostThreads) {
        this.mostThreads = mostThreads;
    }

    /** Lets a call in, at once or when it opens; false when that takes too long or too many wait already. */
    public synchronized boolean enter(Duration patience) {
        if (closed && waiting >= MOST_WAITING) {
            return false;
        }
        long end = System.nanoTime() + patience.toNanos();
        waiting++;
        try {
            while (closed) {
                long left = end - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                wait(left / 1_000_000 + 1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting--;
        }
        inside++;
        return true;
    }

    /** For a call out of the plugin's own code, whose end the exchange waits for. */
    public synchronized void enterFromInside() {
        inside++;
    }

    public synchronized void leave() {
        inside--;
        notifyAll();
    }

    public synchronized void close() {
        closed = true;
    }

    public synchronized void open() {
        closed = false;
        notifyAll();
    }

    public synchronized boolean isClosed() {
        return closed;
    }

    /** Waits until nobody is inside, or for so long. */
    public synchronized void awaitEmpty(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (inside > 0 && System.nanoTime() < end) {
                wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Takes one of the plugin's threads. One that hangs is taken even after its call has ended.
     *
     * @return what gives it back; empty when all are in the plugin's code
     */
    public Optional<Runnable> takeThread() {
        AtomicInteger taken = threads;
        if (taken.incrementAndGet() <= mostThreads) {
            return Optional.of(taken::decrementAndGet);
        }
        taken.decrementAndGet();
        return Optional.empty();
    }

    /** How many of the plugin's threads are taken. */
    public int threads() {
        return threads.get();
    }

    /** Gives up the threads that hang in a version of the plugin that was stopped. */
    public void abandonThreads() {
        threads = new AtomicInteger();
    }
}
