package io.openpanel.docker.internal.run;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.Origin;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
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
        Map<String, String> labels = checked(call, wanted);
        labels.put(ContainerState.MANAGED, "true");
        set(labels, ContainerState.TEAM, call.team().map(Ref::id));
        set(labels, ContainerState.JOB, call.job().map(Ref::id));
        app.ifPresent(ref -> labels.put(ContainerState.APP, ref.id()));
        deployment.ifPresent(id -> labels.put(ContainerState.DEPLOYMENT, id));
        return labels;
    }

    /**
     * The wanted labels of an image, and the one that says who built it.
     *
     * @throws Problem {@link Problem.Kind#INVALID} when a person asks for a reserved one
     */
    public static Map<String, String> ofImage(Call call, Map<String, String> wanted) {
        Map<String, String> labels = checked(call, wanted);
        labels.put(Origin.LABEL, new Origin(call.team().map(Ref::id), call.job().map(Ref::id)).text());
        return labels;
    }

    private static Map<String, String> checked(Call call, Map<String, String> wanted) {
        if (!call.surface().equals(INNER)) {
            wanted.keySet().stream()
                    .filter(name -> RESERVED.stream().anyMatch(name.toLowerCase(Locale.ROOT)::startsWith))
                    .findFirst()
                    .ifPresent(name -> {
                        throw Problem.invalid(
                                "labels", "The label '" + name + "' is reserved; choose a name of your own");
                    });
        }
        return new HashMap<>(wanted);
    }

    private static void set(Map<String, String> labels, String name, Optional<String> value) {
        value.ifPresentOrElse(text -> labels.put(name, text), () -> labels.remove(name));
    }
}
