package io.openpanel.docker.internal.engine;

import io.openpanel.api.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether the engine answers, and what it is.
 *
 * @param reason why it does not, in a few words
 * @param since when it last changed between the two
 * @param machine what it last said of itself
 */
public record EngineHealth(boolean answers, String reason, Instant since, Optional<Machine> machine) {
    /**
     * What an engine says of itself.
     *
     * @param root where it keeps images and volumes, on its own machine
     * @param memory in bytes
     */
    public record Machine(String version, String api, int cpus, long memory, Path root) {}

    /** What a caller is told who needs the engine now. */
    Problem problem() {
        return new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "The container engine does not answer (" + reason
                                + "). Containers that run go on running; check the engine's service on the server")
                .retryAfter(Duration.ofSeconds(5));
    }
}
