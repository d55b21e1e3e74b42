package io.openpanel.docker;

import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Containers by the engine's id (12 digits or all 64) or by name. */
@Component
public final class ContainerResources implements Resources {
    private final DockerEngine engine;

    @Activate
    public ContainerResources(@Reference DockerEngine engine) {
        this.engine = engine;
    }

    @Override
    public String kind() {
        return "container";
    }

    @Override
    public String plural() {
        return "containers";
    }

    @Override
    public Optional<Resource> find(String idOrName) {
        return engine.snapshot()
                .container(idOrName)
                .map(each -> new Resource(each.ref(), each.name(), each.app(), each.team(), each.version()));
    }
}
