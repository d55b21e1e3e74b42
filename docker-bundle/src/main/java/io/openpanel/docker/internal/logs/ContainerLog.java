package io.openpanel.docker.internal.logs;

import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.api.Mask;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Exchange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

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
        private UnaryOperator<String> hide;

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
            Optional<Mask> mask = container.label(ContainerState.SECRETS).map(this::maskOf);
            hide = mask.isPresent() ? mask.get()::apply : UnaryOperator.identity();
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

        /** The values are the engine's to keep; here they are only while the log is read. */
        private Mask maskOf(String names) {
            Set<String> secrets = Set.copyOf(Arrays.asList(names.split(",")));
            Mask mask = new Mask();
            String[] environment = engine.call(
                    "read the log of the container " + container.name(),
                    client -> client.inspectContainerCmd(container.id())
                            .exec()
                            .getConfig()
                            .getEnv());
            for (String each : environment == null ? new String[0] : environment) {
                int equals = each.indexOf('=');
                if (equals > 0 && secrets.contains(each.substring(0, equals))) {
                    mask.add(each.substring(equals + 1));
                }
            }
            return mask;
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
            String text = hide.apply(new String(line, 0, length, StandardCharsets.UTF_8));
            reader.onNext(new LogLine(last, at, stream, text));
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
