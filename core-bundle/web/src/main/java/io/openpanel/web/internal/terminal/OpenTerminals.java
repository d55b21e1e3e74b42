package io.openpanel.web.internal.terminal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/** The terminals that clients have open, and the threads that serve them: one each that reads, one more while it writes. */
@Component(service = OpenTerminals.class)
public final class OpenTerminals {
    private static final int MOST = 200;
    private static final int LARGEST_BUDGET = 1 << 20;
    private static final int LEAST_BUDGET = 64 << 10;
    /** What all of them may hold back together. */
    private static final int ALL_BUDGETS = 32 << 20;

    private static final long IDLE_SECONDS = 30;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final Tickets tickets = new Tickets(System::nanoTime);
    private final Set<TerminalSocket> open = ConcurrentHashMap.newKeySet();
    private final ScheduledThreadPoolExecutor clock;
    private final ThreadPoolExecutor threads;

    public OpenTerminals() {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = work -> {
            Thread thread = new Thread(work, "terminal-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
        clock = new ScheduledThreadPoolExecutor(1, factory);
        clock.setRemoveOnCancelPolicy(true);
        clock.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        clock.allowCoreThreadTimeOut(true);
        // Three each: one reads, one writes, one closes.
        threads =
                new ThreadPoolExecutor(0, 3 * MOST, IDLE_SECONDS, TimeUnit.SECONDS, new SynchronousQueue<>(), factory);
    }

    Tickets tickets() {
        return tickets;
    }

    /** Whether there was room for one more. */
    synchronized boolean add(TerminalSocket socket) {
        return open.size() < MOST && open.add(socket);
    }

    void remove(TerminalSocket socket) {
        open.remove(socket);
    }

    /** How many bytes may wait for one client. */
    int budget() {
        return Math.max(LEAST_BUDGET, Math.min(LARGEST_BUDGET, ALL_BUDGETS / (open.size() + 1)));
    }

    /** Whether the work was begun. */
    boolean run(Runnable work) {
        try {
            threads.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    ScheduledFuture<?> every(long seconds, Runnable work) {
        return clock.scheduleWithFixedDelay(work, seconds, seconds, TimeUnit.SECONDS);
    }

    void after(long seconds, Runnable work) {
        try {
            clock.schedule(work, seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            work.run();
        }
    }

    /** Tells every client to come back: the kernel goes, or this bundle does. */
    public void endAll() {
        Set.copyOf(open).forEach(each -> each.end(Ending.MOVED));
    }

    /** How many there are. */
    public int count() {
        return open.size();
    }

    @Deactivate
    void deactivate() {
        endAll();
        long end = System.nanoTime() + PATIENCE_NANOS;
        Set.copyOf(open).forEach(each -> each.leave(Math.max(0, end - System.nanoTime())));
        clock.shutdownNow();
        threads.shutdown();
    }
}
