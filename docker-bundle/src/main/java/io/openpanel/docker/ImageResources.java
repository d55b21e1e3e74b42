package io.openpanel.docker;

import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Images by id, short id or name with or without a tag. */
@Component
public final class ImageResources implements Resources {
    private final DockerEngine engine;

    @Activate
    public ImageResources(@Reference DockerEngine engine) {
        this.engine = engine;
    }

    @Override
    public String kind() {
        return "image";
    }

    @Override
    public String plural() {
        return "images";
    }

    @Override
    public Optional<Resource> find(String reference) {
        return engine.snapshot()
                .image(reference)
                .map(each -> new Resource(
                        each.ref(), each.name(), Optional.empty(), each.team(), Integer.toHexString(each.hashCode())));
    }
}
