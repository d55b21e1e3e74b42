package io.openpanel.kernel.internal.event;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Notices that the clock was put back: what was due in a minute would wait until the clock is there again. */
public final class ClockWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);
    private static final Duration LOOK = Duration.ofSeconds(2);
    private static final Duration LEAST = Duration.ofSeconds(10);

    private final InstantSource clock;
    private final List<Runnable> hearers;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "clock-watch");
        thread.setDaemon(true);
        return thread;
    });
    private Instant wall;
    private long nanos;

    /** @param hearers what is done each time the clock was put back by more than ten seconds */
    public ClockWatch(InstantSource clock, Runnable... hearers) {
        this.clock = clock;
        this.hearers = List.of(hearers);
    }

    public void start() {
        remember();
        timer.scheduleWithFixedDelay(this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void remember() {
        wall = clock.instant();
        nanos = System.nanoTime();
    }

    private void look() {
        Duration back = Duration.between(clock.instant(), wall.plusNanos(System.nanoTime() - nanos));
        if (back.compareTo(LEAST) < 0) {
            remember();
            return;
        }
        LOG.warn("The clock was put back by {} s; schedules and waiting jobs follow it", back.toSeconds());
        try {
            hearers.forEach(Runnable::run);
            remember();
        } catch (RuntimeException e) {
            LOG.warn("They cannot follow it yet: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
