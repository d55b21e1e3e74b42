package io.openpanel.docker.internal.logs;

import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Exchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The log of a container, read by one thread for each reader and only as fast as that reader asks: with no demand
 * nothing is read, and the engine waits.
 */
public final class ContainerLog implements Flow.Publisher<LogLine> {
    private static final long MICROS = 1_000_000;

    private final DockerEngine engine;
    private final ContainerState container;
    private final LogRequest wanted;

    public ContainerLog(DockerEngine engine, ContainerState container, LogRequest wanted) {
        this.engine = engine;
        this.container = container;
        this.wanted = wanted;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super LogLine> reader) {
        Reading reading = new Reading(reader);
        reader.onSubscribe(reading);
        reading.start();
    }

    private final class Reading implements Flow.Subscription, Runnable {
        private final Flow.Subscriber<? super LogLine> reader;
        private final AtomicLong demand = new AtomicLong();
        private final Thread thread;
        private volatile Exchange exchange;
        private volatile boolean cancelled;
        private long last;

        Reading(Flow.Subscriber<? super LogLine> reader) {
            this.reader = reader;
            this.thread = new Thread(this, "docker-log-" + container.ref().id());
            thread.setDaemon(true);
        }

        void start() {
            thread.start();
        }

        @Override
        public void request(long lines) {
            if (lines <= 0) {
                cancel();
                reader.onError(new IllegalArgumentException("A reader must ask for at least one line"));
                return;
            }
            if (demand.getAndAccumulate(lines, Reading::sum) == 0) {
                LockSupport.unpark(thread);
            }
        }

        private static long sum(long a, long b) {
            return a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b;
        }

        @Override
        public void cancel() {
            cancelled = true;
            LockSupport.unpark(thread);
            Exchange open = exchange;
            if (open != null) {
                open.abort();
            }
        }

        @Override
        public void run() {
            String what = "read the log of the container " + container.name();
            try {
                read(what);
                if (!cancelled) {
                    reader.onComplete();
                }
            } catch (IOException e) {
                fail(engine.problem(what, new UncheckedIOException(e)));
            } catch (RuntimeException e) {
                fail(engine.problem(what, e));
            }
        }

        private void fail(RuntimeException problem) {
            if (!cancelled) {
                reader.onError(problem);
            }
        }

        private void read(String what) throws IOException {
            if (!awaitDemand()) {
                return;
            }
            Exchange mine = engine.stream();
            exchange = mine;
            if (cancelled) {
                mine.abort();
            }
            try (mine;
                    Response response = engine.send(
                            what,
                            mine,
                            request -> request,
                            Request.Method.GET,
                            "/containers/" + container.id() + "/logs" + wanted.query())) {
                new LogDecoder(response.getBody(), this::line).read(container.terminal());
            }
        }

        private boolean line(LogLine.Stream stream, Instant at, byte[] line, int length) {
            long micros = at.getEpochSecond() * MICROS + at.getNano() / 1000;
            last = Math.max(last + 1, micros);
            if (wanted.after().isPresent() && last <= wanted.after().get()) {
                return !cancelled;
            }
            if (!awaitDemand()) {
                return false;
            }
            // Bytes that are no UTF-8 become U+FFFD.
            reader.onNext(new LogLine(last, at, stream, new String(line, 0, length, StandardCharsets.UTF_8)));
            if (demand.get() != Long.MAX_VALUE) {
                demand.decrementAndGet();
            }
            return !cancelled;
        }

        private boolean awaitDemand() {
            while (demand.get() == 0 && !cancelled) {
                LockSupport.park(this);
            }
            return !cancelled;
        }
    }
}
