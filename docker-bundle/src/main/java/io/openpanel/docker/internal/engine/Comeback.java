package io.openpanel.docker.internal.engine;

import com.github.dockerjava.transport.DockerHttpClient.Request;
import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts what an engine's crash took down. A daemon that comes back after a crash ends the containers it finds running,
 * and with the policy {@code unless-stopped} counts that as if somebody had stopped them (Docker 20.10).
 */
final class Comeback {
    private static final Logger LOG = LoggerFactory.getLogger(Comeback.class);
    private static final Duration SLOW = Duration.ofSeconds(60);
    private static final Set<String> KEPT = Set.of("always", "unless-stopped");

    private final DockerEngine engine;
    private final Snapshot snapshot;

    Comeback(DockerEngine engine, Snapshot snapshot) {
        this.engine = engine;
        this.snapshot = snapshot;
    }

    /** The panel's containers that are meant to run and do, as last seen. */
    Set<String> running() {
        return snapshot.containers().stream()
                .filter(each -> each.state().equals("running")
                        && KEPT.contains(each.restartPolicy())
                        && each.label(ContainerState.MANAGED).isPresent())
                .map(ContainerState::id)
                .collect(Collectors.toSet());
    }

    /** Starts those of them that have ended meanwhile. */
    void restore(Set<String> ran) {
        List<ContainerState> ended = snapshot.containers().stream()
                .filter(each -> ran.contains(each.id()) && each.state().equals("exited"))
                .toList();
        if (ended.isEmpty()) {
            return;
        }
        // Not here: the thread that watches must go on hearing the engine's events.
        Thread thread = new Thread(() -> ended.forEach(this::start), "docker-comeback");
        thread.setDaemon(true);
        thread.start();
    }

    private void start(ContainerState container) {
        try {
            engine.request(
                    "start the container " + container.name(),
                    Request.Method.POST,
                    "/containers/" + container.id() + "/start",
                    SLOW);
            LOG.info("Started {} again, which the engine had ended when it came back", container.name());
        } catch (Problem e) {
            LOG.warn("{} ended with the engine and stays so: {}", container.name(), e.getMessage());
        }
    }
}
