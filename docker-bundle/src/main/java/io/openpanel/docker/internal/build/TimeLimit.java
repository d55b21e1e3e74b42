package io.openpanel.docker.internal.build;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Ends a build that takes too long: one that hangs would keep its turn from all others. */
final class TimeLimit implements AutoCloseable {
    private final Duration longest;
    private final ScheduledExecutorService timer;
    private volatile boolean over;

    /** @param end may be called from another thread, at any time */
    TimeLimit(Duration longest, Runnable end) {
        this.longest = longest;
        this.timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "build-limit");
            thread.setDaemon(true);
            return thread;
        });
        timer.schedule(
                () -> {
                    over = true;
                    end.run();
                },
                longest.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    boolean isOver() {
        return over;
    }

    Problem problem(String tag) {
        String time = longest.toMinutes() > 0 ? longest.toMinutes() + " min" : longest.toSeconds() + " s";
        return new Problem(
                Problem.Kind.UPSTREAM,
                "The build of " + tag + " took more than " + time
                        + " and was ended; the last lines of the log say where it stood."
                        + " Make it shorter, or build the image elsewhere and deploy that");
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
