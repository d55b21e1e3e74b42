package io.openpanel.docker.internal.build;

import io.openpanel.api.Param;
import io.openpanel.api.Secret;
import java.util.Map;
import java.util.Optional;

/** What to build an image from. */
public record BuildSpec(
        @Param(value = "Source tree, relative to the job's workspace", min = 1, max = 1024, example = "source")
                String directory,
        @Param(value = "Dockerfile, relative to the source tree", min = 1, max = 1024, example = "Dockerfile")
                Optional<String> dockerfile,
        @Param(
                        value = "Name of the image",
                        max = 255,
                        example = "shop/web:4k2m9x0c",
                        pattern = "[a-z0-9]+(?:(?:[._]|__|-+|/)[a-z0-9]+)*(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?")
                String tag,
        @Param("Build arguments; they stay visible in the image's history") Optional<Map<String, Secret>> arguments,
        @Param("Labels") Optional<Map<String, String>> labels,
        @Param("Cores a step may use at most, where the builder can limit it") Optional<Double> cpus,
        @Param(value = "Memory a step may use at most, where the builder can limit it", kind = "bytes", min = 6 << 20)
                Optional<Long> memory) {

    public BuildSpec {
        arguments.orElse(Map.of()).keySet().forEach(argument -> {
            if (!argument.matches("[A-Za-z_][A-Za-z0-9_]{0,255}")) {
                throw new IllegalArgumentException("The name of a build argument has letters, digits and _");
            }
        });
        cpus.filter(wanted -> !(wanted >= 0.01)).ifPresent(wanted -> {
            throw new IllegalArgumentException("cpus must be at least 0.01");
        });
    }
}
