package io.openpanel.docker.internal.terminal;

import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A program beside the ones a container was made for. */
final class Program {
    private static final long POLL_MILLIS = 25;
    private static final int POLLS = 40;

    private final DockerEngine engine;
    private final ContainerState container;
    private final String id;

    /**
     * @param command program and arguments
     * @param user empty for the container's own
     */
    record Spec(
            List<String> command,
            Map<String, String> environment,
            Optional<String> user,
            Optional<String> directory,
            boolean tty) {}

    private Program(DockerEngine engine, ContainerState container, String id) {
        this.engine = engine;
        this.container = container;
        this.id = id;
    }

    /** Prepares it; {@link #path} says where it is started. */
    static Program create(DockerEngine engine, ContainerState container, Spec spec) {
        List<String> environment = spec.environment().entrySet().stream()
                .flatMap(each -> Stream.of(each.getKey() + '=' + each.getValue()))
                .toList();
        String id = engine.call("open a terminal into the container " + container.name(), client -> {
            var create = client.execCreateCmd(container.id())
                    .withCmd(spec.command().toArray(String[]::new))
                    .withEnv(environment)
                    .withTty(spec.tty())
                    .withAttachStdin(true)
                    .withAttachStdout(true)
                    .withAttachStderr(true);
            spec.user().ifPresent(create::withUser);
            spec.directory().ifPresent(create::withWorkingDir);
            return create.exec().getId();
        });
        return new Program(engine, container, id);
    }

    String path(String verb) {
        return "/exec/" + id + '/' + verb;
    }

    private <T> T look(java.util.function.Function<com.github.dockerjava.api.command.InspectExecResponse, T> at) {
        return engine.call(
                "look at a terminal into the container " + container.name(),
                client -> at.apply(client.inspectExecCmd(id).exec()));
    }

    boolean isRunning() {
        return look(each -> Boolean.TRUE.equals(each.isRunning()));
    }

    /** Its process on the engine's machine; 0 where there is none. */
    long process() {
        return look(each -> each.getPidLong() == null ? 0 : each.getPidLong());
    }

    /** The exit code; the engine learns it a moment after the output ended. */
    OptionalInt exitCode() {
        for (int i = 0; i < POLLS; i++) {
            Long code = look(each -> Boolean.TRUE.equals(each.isRunning()) ? null : each.getExitCodeLong());
            if (code != null) {
                return OptionalInt.of(code.intValue());
            }
            if (!pause()) {
                break;
            }
        }
        return OptionalInt.empty();
    }

    /** Whether it ends within about a second. */
    boolean endsSoon() {
        for (int i = 0; i < POLLS; i++) {
            if (!isRunning()) {
                return true;
            }
            if (!pause()) {
                break;
            }
        }
        return false;
    }

    private static boolean pause() {
        try {
            Thread.sleep(POLL_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
