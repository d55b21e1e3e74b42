package io.openpanel.deploy.internal;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends the connection of a clone that was cancelled or takes too long: reading from it does not end by itself. */
final class CloneLimit implements AutoCloseable {
    private static final long LOOK_MILLIS = 500;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "clone-limit");
        thread.setDaemon(true);
        return thread;
    });

    /** @param end closes the connection */
    CloneLimit(CloneProgress progress, Runnable end) {
        timer.scheduleWithFixedDelay(
                () -> {
                    if (progress.isCancelled() || progress.remaining().isNegative()) {
                        end.run();
                    }
                },
                LOOK_MILLIS,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
