package io.openpanel.docker.internal.run;

import com.github.dockerjava.transport.DockerHttpClient.Request.Method;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Snapshot;
import io.openpanel.docker.internal.engine.Status;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Starts, stops and removes containers that exist. */
@Component(service = ContainerPower.class)
public final class ContainerPower {
    private static final Duration GRACE = Duration.ofSeconds(10);
    private static final Duration SLOW = Duration.ofSeconds(60);

    private final DockerEngine engine;

    @Activate
    public ContainerPower(@Reference DockerEngine engine) {
        this.engine = engine;
    }

    /** Starts it and, where a time is given, waits so long for it to be healthy. */
    public ContainerState start(ContainerState container, Optional<Duration> timeout) {
        post(container, "start", "", SLOW);
        return timeout.map(wait -> await(container, wait)).orElseGet(() -> seen(container));
    }

    /** Asks it to end, and ends it after the given time. */
    public ContainerState stop(ContainerState container, Optional<Duration> timeout) {
        Duration grace = timeout.orElse(GRACE);
        post(container, "stop", "?t=" + grace.toSeconds(), grace.plus(GRACE));
        return seen(container);
    }

    /** Stops it as {@link #stop} does and starts it again. */
    public ContainerState restart(ContainerState container, Optional<Duration> timeout) {
        Duration grace = timeout.orElse(GRACE);
        post(container, "restart", "?t=" + grace.toSeconds(), grace.plus(SLOW));
        return seen(container);
    }

    public ContainerState pause(ContainerState container) {
        post(container, "pause", "", SLOW);
        return seen(container);
    }

    public ContainerState unpause(ContainerState container) {
        post(container, "unpause", "", SLOW);
        return seen(container);
    }

    public ContainerState kill(ContainerState container) {
        post(container, "kill", "", SLOW);
        return seen(container);
    }

    /** Removes it; never a volume. */
    public void delete(ContainerState container, boolean force) {
        try {
            engine.request(
                    "delete the container " + container.name(),
                    Method.DELETE,
                    "/containers/" + container.id() + "?v=0&force=" + force,
                    SLOW);
        } catch (Problem e) {
            if (e.kind() != Problem.Kind.MISSING) {
                throw e;
            }
        }
        engine.refresh(container.id());
    }

    private void post(ContainerState container, String verb, String query, Duration within) {
        engine.request(
                verb + " the container " + container.name(),
                Method.POST,
                "/containers/" + container.id() + '/' + verb + query,
                within);
    }

    private ContainerState seen(ContainerState container) {
        return engine.refresh(container.id()).orElseThrow(() -> Problem.missing(container.ref()));
    }

    private ContainerState await(ContainerState container, Duration wait) {
        CompletableFuture<ContainerState> settled = new CompletableFuture<>();
        try (Snapshot.Listening listening = engine.snapshot()
                .listen((before, after) -> after.filter(each -> each.id().equals(container.id()))
                        .ifPresent(each -> settle(settled, each)))) {
            settle(settled, seen(container));
            return settled.get(wait.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new Problem(
                    Problem.Kind.TIMEOUT,
                    "The container " + container.name() + " is still "
                            + seen(container).status().word() + " after " + wait.toSeconds()
                            + " s; its log may say why",
                    e);
        } catch (ExecutionException e) {
            throw (Problem) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The wait for " + container.name() + " was interrupted", e);
        }
    }

    private static void settle(CompletableFuture<ContainerState> settled, ContainerState seen) {
        if (seen.status() == Status.RUNNING || seen.status() == Status.HEALTHY) {
            settled.complete(seen);
        } else if (seen.state().equals("exited") || seen.state().equals("dead") || seen.status() == Status.DEGRADED) {
            settled.completeExceptionally(new Problem(
                    Problem.Kind.UPSTREAM,
                    "The container " + seen.name() + " is "
                            + seen.state()
                            + seen.exitCode()
                                    .map(code -> " with exit code " + code)
                                    .orElse("")
                            + " instead of running; its log may say why"));
        }
    }
}
