package io.openpanel.docker.internal.terminal;

import io.openpanel.api.Duplex;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Hijack;
import io.openpanel.docker.internal.engine.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens terminals into containers, and leaves nothing of them behind. */
@Component(service = Terminals.class)
public final class Terminals implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Terminals.class);
    private static final List<String> SHELLS = List.of("/bin/bash", "/bin/sh");

    private final DockerEngine engine;
    /** To be ended when the engine is back. */
    private final Set<HangUp> left = ConcurrentHashMap.newKeySet();

    private final ExecutorService worker;
    private final Snapshot.Listening listening;

    /** @param command program and arguments; a shell where there is none */
    public record Wanted(
            Optional<List<String>> command, Optional<String> user, Optional<String> directory, boolean tty) {}

    @Activate
    public Terminals(@Reference DockerEngine engine) {
        this.engine = engine;
        ThreadPoolExecutor one =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
                    Thread thread = new Thread(work, "docker-terminals");
                    thread.setDaemon(true);
                    return thread;
                });
        one.allowCoreThreadTimeOut(true);
        this.worker = one;
        this.listening = engine.listen(health -> {
            if (health.answers() && !left.isEmpty()) {
                endLeft();
            }
        });
    }

    /** @throws Problem when the container does not run, or has no such program */
    public Duplex open(ContainerState container, Wanted wanted) {
        requireRunning(container);
        String mark = Ref.create("terminal").id();
        Map<String, String> environment =
                wanted.tty() ? Map.of(HangUp.MARK, mark, "TERM", "xterm-256color") : Map.of(HangUp.MARK, mark);
        Program.Spec spec = new Program.Spec(
                wanted.command().filter(command -> !command.isEmpty()).orElseGet(() -> List.of(shell(container))),
                environment,
                wanted.user(),
                wanted.directory(),
                wanted.tty());
        Program program = Program.create(engine, container, spec);
        Hijack connection = engine.hijack(
                "open a terminal into the container " + container.name(),
                program.path("start"),
                "{\"Detach\":false,\"Tty\":" + wanted.tty() + "}");
        HangUp hangUp = new HangUp(engine, container, program, spec);
        return new ContainerTerminal(engine, program, connection, wanted.tty(), () -> end(hangUp));
    }

    private static void requireRunning(ContainerState container) {
        if (!container.state().equals("running")) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The container " + container.name() + " is " + container.state()
                            + ", so no terminal can be opened into it; "
                            + (container.state().equals("paused") ? "let it go on" : "start it") + " first");
        }
    }

    private String shell(ContainerState container) {
        return SHELLS.stream()
                .filter(shell -> engine.hasFile(container.id(), shell))
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                        "command",
                        "The container " + container.name() + " has no shell (" + String.join(", ", SHELLS)
                                + "); say in command which program to run"));
    }

    private void end(HangUp hangUp) {
        try {
            hangUp.run();
        } catch (Problem problem) {
            left.add(hangUp);
            LOG.info("A closed terminal is ended when the engine is back: {}", problem.getMessage());
        } catch (RuntimeException e) {
            LOG.warn("A closed terminal could not be ended: {}", e.toString());
        }
    }

    private void endLeft() {
        try {
            worker.execute(() -> Set.copyOf(left).forEach(each -> {
                left.remove(each);
                end(each);
            }));
        } catch (RejectedExecutionException e) {
            LOG.debug("Too late: this bundle is stopping");
        }
    }

    @Override
    @Deactivate
    public void close() {
        listening.close();
        worker.shutdownNow();
    }
}
