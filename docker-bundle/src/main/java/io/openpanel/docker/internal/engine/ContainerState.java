package io.openpanel.docker.internal.engine;

import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A container as it was last seen. Of its environment only the names are kept.
 *
 * @param id the engine's, 64 hexadecimal digits
 * @param imageId {@code sha256:…}
 * @param state the engine's word
 * @param addresses network → address it has now
 * @param fixedAddresses network → address reserved for it, whether it runs or not
 * @param process its first process on the engine's machine; 0 while it does not run
 */
public record ContainerState(
        String id,
        String name,
        String image,
        String imageId,
        Status status,
        String state,
        Optional<String> health,
        Optional<Integer> exitCode,
        Optional<String> error,
        Instant createdAt,
        Optional<Instant> startedAt,
        Optional<Instant> finishedAt,
        List<Port> ports,
        Map<String, String> addresses,
        Map<String, String> fixedAddresses,
        Map<String, String> labels,
        List<String> command,
        List<Mount> mounts,
        String restartPolicy,
        int restarts,
        Limits limits,
        List<String> environmentNames,
        boolean terminal,
        long process) {

    /** What every container of the panel carries. */
    public static final String MANAGED = "op.managed";

    public static final String TEAM = "op.team";
    public static final String APP = "op.app";
    public static final String DEPLOYMENT = "op.deployment";
    public static final String JOB = "op.job";
    /** The plugin whose code runs in there. */
    public static final String PLUGIN = "op.plugin";
    /** The panel that runs it. */
    public static final String PANEL = "op.panel";
    /** Names of the variables whose values its log does not show, with commas between them. */
    public static final String SECRETS = "op.secrets";

    /** A port inside, and where it is published on the engine's machine. */
    public record Port(int port, String protocol, Optional<Integer> published, Optional<String> address) {}

    /** A volume or directory seen inside. */
    public record Mount(String type, String source, String path, boolean writable) {}

    /** What it may use at most. */
    public record Limits(Optional<Double> cpus, Optional<Long> memory) {}

    public Ref ref() {
        return ref(id);
    }

    /** The Ref of a container: the first 12 digits of the engine's id. */
    public static Ref ref(String id) {
        return new Ref("container", id.substring(0, Math.min(12, id.length())));
    }

    public Optional<Ref> team() {
        return label(TEAM).map(team -> pointer("team", team));
    }

    public Optional<Ref> app() {
        return label(APP).map(app -> pointer("app", app));
    }

    public Optional<String> label(String name) {
        return Optional.ofNullable(labels.get(name)).filter(value -> !value.isBlank());
    }

    private static Ref pointer(String kind, String label) {
        return new Ref(kind, label.startsWith(kind + ':') ? label.substring(kind.length() + 1) : label);
    }

    /** Changes with everything people can see of it. */
    public String version() {
        return Integer.toHexString(hashCode());
    }

    public boolean running() {
        return process > 0;
    }
}
