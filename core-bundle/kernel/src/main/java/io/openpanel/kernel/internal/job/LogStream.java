package io.openpanel.kernel.internal.job;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;

/** The lines of a job as a stream; each reader has a thread while it reads. */
final class LogStream implements Flow.Publisher<JobActions.Line> {
    private static final int PAGE = 1000;
    private static final Duration POLL = Duration.ofSeconds(1);

    private final Jobs jobs;
    private final String job;
    private final long after;
    private final boolean follow;

    LogStream(Jobs jobs, String job, long after, boolean follow) {
        this.jobs = jobs;
        this.job = job;
        this.after = after;
        this.follow = follow;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super JobActions.Line> reader) {
        Reader subscription = new Reader(reader);
        reader.onSubscribe(subscription);
        Thread thread = new Thread(subscription, "job-log-" + job);
        thread.setDaemon(true);
        subscription.thread = thread;
        thread.start();
    }

    private final class Reader implements Flow.Subscription, Runnable {
        private final Flow.Subscriber<? super JobActions.Line> reader;
        private final Semaphore demand = new Semaphore(0);
        private volatile Thread thread;
        private volatile boolean cancelled;

        Reader(Flow.Subscriber<? super JobActions.Line> reader) {
            this.reader = reader;
        }

        @Override
        public void request(long n) {
            int room = Integer.MAX_VALUE - 1 - demand.availablePermits();
            demand.release((int) Math.min(n, Math.max(0, room)));
        }

        @Override
        public void cancel() {
            cancelled = true;
            Thread current = thread;
            if (current != null) {
                current.interrupt();
            }
        }

        @Override
        public void run() {
            try {
                readAll();
                if (!cancelled) {
                    reader.onComplete();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                if (!cancelled) {
                    reader.onError(e);
                }
            }
        }

        private void readAll() throws InterruptedException {
            long last = after;
            while (!cancelled) {
                // Asked before the lines are read, so that the last ones are not missed.
                boolean ended =
                        jobs.store().find(job).map(JobStore.Row::finished).orElse(true);
                List<JobLog.Line> lines = jobs.log().read(job, last, PAGE);
                for (JobLog.Line line : lines) {
                    demand.acquire();
                    reader.onNext(new JobActions.Line(line.seq(), line.at(), line.step(), line.line()));
                    last = line.seq();
                }
                if (lines.isEmpty() && (ended || !follow)) {
                    return;
                }
                if (lines.size() < PAGE && !ended && follow) {
                    jobs.log().await(POLL);
                }
            }
        }
    }
}
