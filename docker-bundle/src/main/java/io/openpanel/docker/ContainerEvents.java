package io.openpanel.docker;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import java.util.Optional;

/** What happens to containers and to the engine. */
public final class ContainerEvents {
    private ContainerEvents() {}

    @Topic(
            value = "container.changed",
            durable = false,
            summary = "A container came, went, was renamed or is in another status; at most four times a second each")
    public record Changed(
            @Param(kind = "container") Ref container,
            String name,
            @Param("As in container.list; Removed when it is gone") String status,
            @Param(kind = "app") Optional<Ref> app) {}

    @Topic(value = "engine.lost", summary = "The container engine stopped answering")
    public record EngineLost(String reason) {}

    @Topic(value = "engine.found", summary = "The container engine answers, for the first time or again")
    public record EngineFound(String version) {}
}
