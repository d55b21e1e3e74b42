package io.openpanel.docker.internal.run;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The labels by which the panel knows its own again. */
public final class Labels {
    /** Labels by which programs beside the engine are steered: not for people to set. */
    private static final List<String> RESERVED = List.of("op.", "traefik", "caddy", "com.docker.");

    private static final String INNER = "action";

    private Labels() {}

    /**
     * The wanted labels and the panel's own, which win.
     *
     * @throws Problem {@link Problem.Kind#INVALID} when a person asks for a reserved one
     */
    public static Map<String, String> of(
            Call call, Map<String, String> wanted, Optional<Ref> app, Optional<String> deployment) {
        if (!call.surface().equals(INNER)) {
            wanted.keySet().stream()
                    .filter(name -> RESERVED.stream().anyMatch(name.toLowerCase()::startsWith))
                    .findFirst()
                    .ifPresent(name -> {
                        throw Problem.invalid(
                                "labels", "The label '" + name + "' is reserved; choose a name of your own");
                    });
        }
        Map<String, String> labels = new HashMap<>(wanted);
        labels.put(ContainerState.MANAGED, "true");
        set(labels, ContainerState.TEAM, call.team().map(Ref::id));
        set(labels, ContainerState.JOB, call.job().map(Ref::id));
        app.ifPresent(ref -> labels.put(ContainerState.APP, ref.id()));
        deployment.ifPresent(id -> labels.put(ContainerState.DEPLOYMENT, id));
        return labels;
    }

    private static void set(Map<String, String> labels, String name, Optional<String> value) {
        value.ifPresentOrElse(text -> labels.put(name, text), () -> labels.remove(name));
    }
}
