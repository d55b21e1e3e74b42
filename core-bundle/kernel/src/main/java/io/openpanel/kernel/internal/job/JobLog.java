package io.openpanel.kernel.internal.job;

import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lines of jobs: written in batches, read by number. */
final class JobLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobLog.class);
    private static final Duration FLUSH = Duration.ofMillis(200);
    private static final int BATCH = 500;
    private static final int LONGEST_LINE = 16 * 1024;
    static final long MOST_LINES = 200_000;

    private final KernelDatabase database;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Buffer> buffers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService flusher = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "job-log");
        thread.setDaemon(true);
        return thread;
    });
    private final Object arrival = new Object();

    JobLog(KernelDatabase database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
        flusher.scheduleWithFixedDelay(this::flushAll, FLUSH.toMillis(), FLUSH.toMillis(), TimeUnit.MILLISECONDS);
    }

    public record Line(String jobId, long seq, Instant at, Optional<String> step, String line) {}

    /** What a job wrote and is not in the table yet. */
    private static final class Buffer {
        private long next;
        private List<Line> lines = new ArrayList<>();
    }

    public record Last(long seq) {}

    void open(String job) {
        long last = database.tx(tx ->
                        tx.one(Last.class, "select coalesce(max(seq), 0) as seq from job_log where job_id = ?", job))
                .orElseThrow()
                .seq();
        Buffer buffer = new Buffer();
        buffer.next = last + 1;
        buffers.put(job, buffer);
    }

    void add(String job, Optional<String> step, String line) {
        Buffer buffer = buffers.get(job);
        if (buffer == null) {
            return;
        }
        boolean full;
        synchronized (buffer) {
            if (buffer.next > MOST_LINES) {
                return;
            }
            String kept = buffer.next == MOST_LINES
                    ? "The log ends here: it has " + MOST_LINES + " lines"
                    : line.length() > LONGEST_LINE ? line.substring(0, LONGEST_LINE) + " … cut" : line;
            buffer.lines.add(new Line(job, buffer.next++, clock.instant(), step, kept.replace('\0', '\uFFFD')));
            full = buffer.lines.size() >= BATCH;
        }
        if (full) {
            flush(job, buffer);
        }
    }

    void close(String job) {
        Buffer buffer = buffers.remove(job);
        if (buffer != null) {
            flush(job, buffer);
        }
    }

    private void flushAll() {
        buffers.forEach((job, buffer) -> {
            try {
                flush(job, buffer);
            } catch (RuntimeException e) {
                LOG.warn("The log of job {} waits to be written: {}", job, e.getMessage());
            }
        });
    }

    private void flush(String job, Buffer buffer) {
        synchronized (buffer) {
            if (buffer.lines.isEmpty()) {
                return;
            }
            database.tx(tx -> tx.batch(
                    "insert into job_log (job_id, seq, at, step, line)" + " values (:jobId, :seq, :at, :step, :line)",
                    buffer.lines));
            buffer.lines = new ArrayList<>();
        }
        Failpoints.hit(Failpoint.JOB_AFTER_LOG);
        wake();
    }

    /** Wakes those who wait for lines. */
    void wake() {
        synchronized (arrival) {
            arrival.notifyAll();
        }
    }

    /** Waits until lines may have come. */
    void await(Duration longest) throws InterruptedException {
        synchronized (arrival) {
            arrival.wait(longest.toMillis());
        }
    }

    List<Line> read(String job, long after, int limit) {
        return database.tx(tx -> tx.list(
                Line.class,
                """
                select job_id, seq, at, step, line from job_log where job_id = ? and seq > ? order by seq limit ?
                """,
                job,
                after,
                limit));
    }

    @Override
    public void close() {
        flusher.shutdown();
        flushAll();
    }
}
