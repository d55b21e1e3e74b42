package io.openpanel.docker.internal.terminal;

import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Hijack;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a program whose client has gone, as the end of a telephone line did: the engine has no way to, and leaves it
 * running. What belongs to it is known by a variable that each process inherits; the signals are sent from inside.
 */
final class HangUp {
    /** In the environment of everything that is started from a terminal. */
    static final String MARK = "OPENPANEL_TERMINAL";

    private static final Logger LOG = LoggerFactory.getLogger(HangUp.class);

    /**
     * {@code $1} is the mark, {@code $2} the signal. Nothing but what every shell has built in. Who was made a daemon, and
     * so a child of the first process, is only told by HUP, which nohup and tmux are there to survive.
     */
    private static final String SCRIPT =
            """
            marked() {
              while IFS= read -r line || [ -n "$line" ]; do
                case $line in *"$1"*) return 0 ;; esac
              done 2>/dev/null < "$2/environ"
              return 1
            }
            parent() {
              while read -r key value; do
                case $key in PPid:) echo "$value" ;; esac
              done 2>/dev/null < "$1/status"
            }
            for each in /proc/[0-9]*; do
              marked "$1" "$each" || continue
              [ "$2" = KILL ] && [ "$(parent "$each")" = 1 ] && continue
              kill -"$2" "${each#/proc/}" 2>/dev/null
            done
            exit 0
            """;

    private final DockerEngine engine;
    private final ContainerState container;
    private final Program program;
    private final Program.Spec spec;

    HangUp(DockerEngine engine, ContainerState container, Program program, Program.Spec spec) {
        this.engine = engine;
        this.container = container;
        this.program = program;
        this.spec = spec;
    }

    /**
     * Returns when it has ended.
     *
     * @throws Problem {@link Problem.Kind#UNAVAILABLE} while the engine cannot be asked
     */
    void run() {
        if (!program.isRunning()) {
            return;
        }
        boolean told = signal("HUP");
        if (told && (program.endsSoon() || signal("KILL") && program.endsSoon())) {
            return;
        }
        if (!killFromOutside() || !program.endsSoon()) {
            LOG.warn(
                    "A program of a closed terminal runs on in the container {}: it has no shell to end it with",
                    container.name());
        }
    }

    private boolean signal(String signal) {
        String mark = MARK + '=' + spec.environment().get(MARK);
        Program.Spec sending = new Program.Spec(
                List.of("/bin/sh", "-c", SCRIPT, "hang-up", mark, signal),
                Map.of(),
                spec.user(),
                Optional.empty(),
                false);
        try {
            Program sender = Program.create(engine, container, sending);
            try (Hijack running = engine.hijack(
                    "end a terminal into the container " + container.name(),
                    sender.path("start"),
                    "{\"Detach\":false,\"Tty\":false}")) {
                running.input().close();
                running.output().transferTo(OutputStream.nullOutputStream());
            }
            return sender.exitCode().orElse(1) == 0;
        } catch (IOException e) {
            throw engine.problem("end a terminal", new UncheckedIOException(e));
        } catch (Problem problem) {
            if (problem.kind() == Problem.Kind.UNAVAILABLE) {
                throw problem;
            }
            LOG.debug("No signal could be sent in {}: {}", container.name(), problem.getMessage());
            return false;
        }
    }

    /** Where there is no shell inside, but the engine's processes are this machine's. */
    private boolean killFromOutside() {
        long process = program.process();
        try {
            boolean ours = engine.isLocal()
                    && process > 0
                    && Files.readString(Path.of("/proc/" + process + "/cgroup")).contains(container.id());
            return ours
                    && ProcessHandle.of(process)
                            .map(ProcessHandle::destroyForcibly)
                            .orElse(false);
        } catch (IOException e) {
            return false;
        }
    }
}
