package io.openpanel.itests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Asks capabilities that nothing is done to, each sixty times a second over a connection of its own, until closed. What an
 * answer that took long has cost is made up for, so that the load is the same on a slow machine.
 */
final class Others implements AutoCloseable {
    private static final long PERIOD_NANOS = 16_000_000;

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicInteger requests = new AtomicInteger();
    private final List<String> failed = new CopyOnWriteArrayList<>();
    private final List<Long> took = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final long begun = System.nanoTime();

    Others(Panel panel, List<String> paths) throws IOException {
        String[] bearer = {"Authorization", "Bearer " + ReadBench.token(panel)};
        for (String path : paths) {
            Thread thread = new Thread(() -> ask(panel.port, path, bearer), path);
            thread.start();
            threads.add(thread);
        }
    }

    private void ask(int port, String path, String[] bearer) {
        List<Long> mine = new ArrayList<>();
        long due = System.nanoTime();
        try (KeepAlive connection = KeepAlive.tcp(port)) {
            while (!over.get()) {
                long start = System.nanoTime();
                requests.incrementAndGet();
                connection.get(path, bearer);
                long now = System.nanoTime();
                mine.add(now - start);
                due += PERIOD_NANOS;
                Wait.millis(Math.max(0, (due - now) / 1_000_000));
            }
        } catch (IOException e) {
            failed.add(e.getMessage());
        }
        took.addAll(mine);
    }

    int requests() {
        return requests.get();
    }

    List<String> failed() {
        return failed;
    }

    double perSecond() {
        return requests.get() * 1e9 / (System.nanoTime() - begun);
    }

    /** In milliseconds; to be asked once it is closed. */
    double percentile(double share) {
        long[] sorted = took.stream().mapToLong(Long::longValue).sorted().toArray();
        return Bench.percentile(sorted, share);
    }

    @Override
    public void close() {
        over.set(true);
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
