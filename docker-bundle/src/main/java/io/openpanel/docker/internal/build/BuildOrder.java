package io.openpanel.docker.internal.build;

import io.openpanel.api.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * A build whose input was checked.
 *
 * @param workspace the job's directory
 * @param directory the source tree, real and inside the workspace
 * @param dockerfile relative to the tree, {@code /} between names
 * @param longest when it is ended
 */
record BuildOrder(
        Path workspace,
        Path directory,
        String dockerfile,
        String tag,
        Map<String, Secret> arguments,
        Map<String, String> labels,
        Optional<Double> cpus,
        Optional<Long> memory,
        Duration longest) {}
