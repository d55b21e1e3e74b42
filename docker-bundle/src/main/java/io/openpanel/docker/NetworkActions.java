package io.openpanel.docker;

import static io.openpanel.api.Action.Effect.CHANGE;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.network.Networks;
import io.openpanel.docker.internal.network.Subnet;
import io.openpanel.docker.internal.run.Labels;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The networks in which apps find each other. */
@Component
public final class NetworkActions implements Extension {
    private static final String NAME = "[a-zA-Z0-9][a-zA-Z0-9_.-]*";

    private final Networks networks;

    @Activate
    public NetworkActions(@Reference Networks networks) {
        this.networks = networks;
    }

    public record Ensuring(
            @Param(value = "Unique on the engine", pattern = NAME, max = 64) String name,
            @Param(value = "The app it is for", kind = "app") Optional<Ref> app) {}

    public record Network(String network, @Param(example = "10.201.0.0/26") String subnet, String gateway) {}

    public record Deleting(@Param(pattern = NAME, max = 64) String name) {}

    public record Deleted(@Param("Whether there was one") boolean deleted) {}

    @Action(
            value = "network.ensure",
            summary = "Makes a network of its own, if there is none of this name",
            effect = CHANGE,
            idempotent = true)
    public Network ensure(Call call, Ensuring in) {
        Map<String, String> labels = Labels.of(call, Map.of(), in.app(), Optional.empty());
        Networks.Made made = networks.ensure(in.name(), labels, call.team());
        return new Network(
                made.name(), made.subnet().toString(), Subnet.text(made.subnet().gateway()));
    }

    @Action(
            value = "network.delete",
            summary = "Deletes a network that no container uses",
            effect = CHANGE,
            idempotent = true)
    public Deleted delete(Call call, Deleting in) {
        return new Deleted(networks.delete(in.name(), call.team()));
    }
}
