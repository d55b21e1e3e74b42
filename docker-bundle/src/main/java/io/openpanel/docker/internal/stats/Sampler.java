package io.openpanel.docker.internal.stats;

import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Measures, once a second, the containers somebody watches; one thread for all of them, none while nobody does. */
@Component(service = Sampler.class)
public final class Sampler {
    private static final long EVERY_MILLIS = 1000;

    private final DockerEngine engine;
    private final InstantSource clock;
    private final ControlGroups groups;
    private final Map<String, Watched> watched = new ConcurrentHashMap<>();
    private ScheduledExecutorService thread;

    @Activate
    public Sampler(@Reference DockerEngine engine, @Reference InstantSource clock) {
        this(engine, clock, Path.of("/"));
    }

    Sampler(DockerEngine engine, InstantSource clock, Path root) {
        this.engine = engine;
        this.clock = clock;
        this.groups = ControlGroups.of(root);
    }

    /** What a container uses, once a second; who is slow misses some. Ends when the container is deleted. */
    public Flow.Publisher<Stats> watch(ContainerState container) {
        return reader -> {
            StatsReader subscription = new StatsReader(reader, gone -> drop(container.id(), gone));
            reader.onSubscribe(subscription);
            add(container.id(), subscription);
        };
    }

    private synchronized void add(String id, StatsReader reader) {
        watched.computeIfAbsent(id, Watched::new).readers.add(reader);
        if (reader.isCancelled()) {
            drop(id, reader);
            return;
        }
        if (thread == null) {
            thread = new ScheduledThreadPoolExecutor(1, work -> {
                Thread made = new Thread(work, "docker-sampler");
                made.setDaemon(true);
                return made;
            });
            thread.scheduleAtFixedRate(this::round, 0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private synchronized void drop(String id, StatsReader reader) {
        Watched one = watched.get(id);
        if (one != null) {
            one.readers.remove(reader);
            if (one.readers.isEmpty()) {
                watched.remove(id);
                one.gone = true;
                one.end();
            }
        }
        if (watched.isEmpty() && thread != null) {
            thread.shutdownNow();
            thread = null;
        }
    }

    /** Measures each watched container once. */
    void round() {
        watched.values().forEach(this::measure);
    }

    private void measure(Watched one) {
        Optional<ContainerState> container = engine.snapshot().container(one.id);
        if (container.isEmpty()) {
            one.end();
            one.readers.forEach(StatsReader::complete);
            return;
        }
        try {
            UsageSource source = one.open(container.get());
            if (source != null) {
                source.read().ifPresent(usage -> tell(one, usage));
            }
        } catch (IOException | RuntimeException e) {
            // It just ended, or the engine did: the next round sees which.
            one.end();
        }
    }

    private void tell(Watched one, Usage usage) {
        Usage before = one.before;
        one.before = usage;
        if (before == null || usage.equals(before)) {
            return;
        }
        Stats stats = new Stats(
                clock.instant(),
                usage.cpuPercentSince(before),
                usage.memory(),
                usage.memoryLimit(),
                usage.read(),
                usage.written(),
                usage.received(),
                usage.sent());
        one.readers.forEach(reader -> reader.offer(stats));
    }

    @Deactivate
    public synchronized void close() {
        watched.values().forEach(one -> one.gone = true);
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
        }
        watched.values().forEach(Watched::end);
        watched.clear();
    }

    /** A container that somebody watches. */
    private final class Watched {
        private final String id;
        private final java.util.Set<StatsReader> readers = ConcurrentHashMap.newKeySet();
        private UsageSource source;
        private long process;
        private Usage before;
        private volatile boolean gone;

        Watched(String id) {
            this.id = id;
        }

        /** Opens its counters, anew when it was started again. */
        private synchronized UsageSource open(ContainerState container) {
            if (container.process() != process) {
                end();
            }
            if (source == null && container.running() && !gone) {
                process = container.process();
                source = engine.isLocal() ? groups.find(process, id).orElse(null) : null;
                if (source == null) {
                    source = new EngineUsage(engine, id);
                }
            }
            return source;
        }

        private synchronized void end() {
            if (source != null) {
                source.close();
            }
            source = null;
            before = null;
            process = 0;
        }
    }
}
