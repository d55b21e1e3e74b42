package io.openpanel.docker.internal.engine;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Info;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the engine, keeps the snapshot current by its events, and notices when it hangs or goes. */
final class EngineWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineWatch.class);
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final Duration BEAT = Duration.ofSeconds(4);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final int MOST_MISSED = 2;

    /** Longer than any of its calls waits. */
    private static final Duration END = Duration.ofSeconds(5);

    private final DockerEngine engine;
    private final Snapshot snapshot;
    private final Comeback comeback;
    private final Set<String> ended = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Thread> threads = new ArrayList<>();
    private final Semaphore imagesChanged = new Semaphore(0);
    private volatile EngineEvents events;
    /** Since it last answered it was gone, and not only slow: meanwhile nobody can have stopped a container. */
    private boolean died;

    private volatile String suspicion;

    EngineWatch(DockerEngine engine, Snapshot snapshot) {
        this.engine = engine;
        this.snapshot = snapshot;
        this.comeback = new Comeback(engine, snapshot);
    }

    void start() {
        thread("docker-watch", this::watch);
        thread("docker-heartbeat", this::beat);
        thread("docker-images", this::followImages);
    }

    private void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
    }

    private void watch() {
        while (!isClosed()) {
            String reason;
            try {
                follow();
                reason = "it closed the connection";
            } catch (IOException | RuntimeException e) {
                LOG.debug("The engine is out of reach", e);
                reason = EngineProblems.reason(e);
            }
            String suspected = suspicion;
            died |= suspected == null && !reason.equals(EngineProblems.LATE);
            if (!isClosed()) {
                engine.lost(suspected == null ? reason : suspected);
                pause(PAUSE);
            }
        }
    }

    private void follow() throws IOException {
        suspicion = null;
        Set<String> ran = comeback.running();
        Connection connection = engine.connect(PATIENCE);
        Info info = connection.client().infoCmd().exec();
        try (EngineEvents stream = EngineEvents.subscribe(connection)) {
            events = stream;
            if (isClosed()) {
                // It was closed before there was a stream to close.
                return;
            }
            sync(connection);
            engine.found(
                    connection,
                    new EngineHealth.Machine(
                            connection.version(),
                            connection.api(),
                            info.getNCPU() == null ? 0 : info.getNCPU(),
                            info.getMemTotal() == null ? 0 : info.getMemTotal(),
                            Path.of(info.getDockerRootDir() == null ? "/var/lib/docker" : info.getDockerRootDir())));
            if (died) {
                died = false;
                comeback.restore(ran);
            }
            stream.read(happened -> hear(connection, happened));
        } finally {
            events = null;
        }
    }

    private void sync(Connection connection) {
        long look = snapshot.look();
        List<Container> all =
                connection.client().listContainersCmd().withShowAll(true).exec();
        all.forEach(each -> hear(connection, new EngineEvents.Happened("container", "found", each.getId(), false)));
        snapshot.retain(look, all.stream().map(Container::getId).collect(Collectors.toSet()));
        images(connection);
    }

    /** One answer that makes no sense is no reason to give the engine up. */
    private void hear(Connection connection, EngineEvents.Happened happened) {
        try {
            apply(connection, happened);
        } catch (RuntimeException e) {
            if (EngineProblems.isUnreachable(e)) {
                throw e;
            }
            LOG.warn("The {} of {} could not be followed", happened.action(), happened.container(), e);
        }
    }

    private void apply(Connection connection, EngineEvents.Happened happened) {
        if (happened.type().equals("image")) {
            imagesChanged.release();
            return;
        }
        String id = happened.container();
        if (id.isEmpty()) {
            // A network that was made or removed, with nothing in it.
            return;
        }
        if (happened.ending()) {
            ended.add(id);
        }
        switch (happened.action()) {
            case "destroy" -> {
                ended.remove(id);
                snapshot.remove(id);
            }
            case "start" -> {
                ended.remove(id);
                look(connection, id);
            }
            default -> look(connection, id);
        }
    }

    /** Looks at one container and puts what it sees into the snapshot. */
    void look(Connection connection, String id) {
        long look = snapshot.look();
        try {
            snapshot.put(
                    look,
                    ContainerReader.read(
                            connection.client().inspectContainerCmd(id).exec(), ended.contains(id)));
        } catch (NotFoundException e) {
            snapshot.remove(id);
        }
    }

    /** An image that goes is one event for each of its layers, and each list costs the engine as much as the first. */
    private void followImages() {
        while (!isClosed()) {
            imagesChanged.acquireUninterruptibly();
            imagesChanged.drainPermits();
            try {
                engine.connection().ifPresent(this::images);
            } catch (RuntimeException e) {
                LOG.debug("The images could not be listed; they are when the engine is back", e);
            }
        }
    }

    /** Reads the list of images anew; one after the other, so that an older one never replaces a newer one. */
    void images(Connection connection) {
        synchronized (imagesChanged) {
            snapshot.images(connection.client().listImagesCmd().exec().stream()
                    .map(EngineWatch::image)
                    .toList());
        }
    }

    private static ImageState image(Image image) {
        List<String> tags = image.getRepoTags() == null
                ? List.of()
                : Arrays.stream(image.getRepoTags())
                        .filter(tag -> !tag.startsWith("<none>"))
                        .toList();
        Map<String, String> labels = image.getLabels() == null ? Map.of() : Map.copyOf(image.getLabels());
        return new ImageState(
                image.getId(),
                tags,
                image.getSize() == null ? 0 : image.getSize(),
                Instant.ofEpochSecond(image.getCreated() == null ? 0 : image.getCreated()),
                labels);
    }

    /** A stopped engine breaks the event stream; a hung one only falls silent. */
    private void beat() {
        int missed = 0;
        while (!pause(missed == 0 ? BEAT : Duration.ZERO)) {
            Connection connection = engine.connection().orElse(null);
            if (connection == null) {
                missed = 0;
                pause(PAUSE);
                continue;
            }
            try {
                connection.ping(PATIENCE);
                missed = 0;
            } catch (UncheckedIOException | IllegalStateException e) {
                missed++;
            } catch (RuntimeException e) {
                missed = EngineProblems.isUnreachable(e) ? missed + 1 : 0;
            }
            if (missed >= MOST_MISSED) {
                missed = 0;
                suspect(EngineProblems.LATE);
            }
        }
    }

    /** Gives the engine up and looks for it anew. */
    void suspect(String reason) {
        suspicion = reason;
        engine.lost(reason);
        EngineEvents stream = events;
        if (stream != null) {
            stream.close();
        }
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
    }

    private boolean pause(Duration wait) {
        try {
            return closed.await(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Waits until it does nothing any more, after it was closed and its connection as well. */
    void awaitEnd() {
        try {
            for (Thread thread : threads) {
                thread.join(END.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        imagesChanged.release();
        EngineEvents stream = events;
        if (stream != null) {
            stream.close();
        }
    }
}
