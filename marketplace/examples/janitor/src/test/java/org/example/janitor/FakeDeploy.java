package org.example.janitor;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Deployments in memory. */
public final class FakeDeploy implements Extension, Resources {
    static final String ROLES = "deployment.get: [owner]\n";

    final Map<String, Shown> deployments = new ConcurrentHashMap<>();

    public record One(@Param(kind = "deployment") Ref deployment) {}

    public record Shown(boolean current, Optional<Instant> finishedAt) {}

    /** A deployment's id. */
    String add(boolean current, boolean over) {
        String id = Ref.create("deployment").id();
        deployments.put(id, new Shown(current, over ? Optional.of(Instant.now()) : Optional.empty()));
        return id;
    }

    @Action(value = "deployment.get", summary = "Shows", effect = Effect.READ)
    public Shown get(One in) {
        return deployments.get(in.deployment().id());
    }

    @Override
    public String kind() {
        return "deployment";
    }

    @Override
    public String plural() {
        return "deployments";
    }

    @Override
    public Optional<Resource> find(String id) {
        return Optional.ofNullable(deployments.get(id))
                .map(each -> new Resource(new Ref("deployment", id), id, Optional.empty(), Optional.empty(), "1"));
    }
}
