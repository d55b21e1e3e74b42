package io.openpanel.docker.internal.run;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What a container is to be. Nothing here reaches the machine it runs on: no host paths, devices, capabilities. */
public record ContainerSpec(
        @Param(value = "Unique on the engine", pattern = NAME, max = 128, example = "shop-web-1") String name,
        @Param(
                        value = "Reference or id of an image the engine has",
                        pattern = "[A-Za-z0-9][A-Za-z0-9._:/@-]*",
                        max = 300,
                        example = "busybox:static")
                String image,
        @Param("Environment variables; their values are masked in what is read of the container's log")
                Optional<Map<String, Secret>> environment,
        @Param("Names of the variables that are no secrets: their values are not masked")
                Optional<List<String>> unmasked,
        @Param("Command and arguments in place of the image's own") Optional<List<String>> command,
        @Param(value = "A network made with network.ensure", pattern = NAME, max = 64) Optional<String> network,
        @Param("Other names it has in the network") Optional<List<String>> aliases,
        @Param("Named volumes; made where they do not exist") Optional<List<Volume>> volumes,
        @Param(value = "Port it listens on", min = 1, max = 65535) Optional<Integer> port,
        @Param("Cores it may use at most") Optional<Double> cpus,
        @Param(value = "Memory it may use at most", kind = "bytes", min = 6 << 20) Optional<Long> memory,
        @Param("When the engine starts it again by itself") Optional<Restart> restart,
        @Param("How the engine finds out whether it works") Optional<HealthCheck> healthCheck,
        @Param("Labels") Optional<Map<String, String>> labels,
        @Param(value = "The app it belongs to", kind = "app") Optional<Ref> app,
        @Param(value = "The deployment it belongs to", max = 64) Optional<String> deployment) {

    static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]*";
    private static final String VARIABLE = "[^=,\\x00]{1,256}";
    private static final double LEAST_CPUS = 0.01;

    public ContainerSpec {
        environment.orElse(Map.of()).keySet().forEach(variable -> {
            if (!variable.matches(VARIABLE)) {
                throw new IllegalArgumentException("The name of a variable must not be empty or contain = or a comma");
            }
        });
        cpus.filter(wanted -> !(wanted >= LEAST_CPUS)).ifPresent(wanted -> {
            throw new IllegalArgumentException("cpus must be at least " + LEAST_CPUS);
        });
        aliases.orElse(List.of()).stream()
                .filter(alias -> alias == null || !alias.matches("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}"))
                .findFirst()
                .ifPresent(alias -> {
                    throw new IllegalArgumentException("An alias has letters, digits, dots and dashes");
                });
    }

    /** Names of the variables whose values are nobody's to see. */
    Set<String> secrets() {
        Set<String> names = new TreeSet<>(environment.orElse(Map.of()).keySet());
        unmasked.orElse(List.of()).forEach(names::remove);
        return names;
    }

    /** A named volume and where it is seen. */
    public record Volume(
            @Param(pattern = NAME, max = 128) String volume,
            @Param(value = "Where it is seen inside", pattern = "/[^:\\x00]*", max = 1024) String path) {}

    /** When the engine starts a container again. */
    public enum Restart {
        NO,
        ALWAYS,
        UNLESS_STOPPED,
        ON_FAILURE
    }

    /** A command run inside; exit code 0 is healthy. */
    public record HealthCheck(
            @Param(value = "Program and arguments", min = 1) List<String> command,
            Optional<Duration> interval,
            Optional<Duration> timeout,
            @Param(min = 1, max = 1000) Optional<Integer> retries,
            Optional<Duration> startPeriod) {}
}
