package io.openpanel.routes;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.routes.internal.RouteHost;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows the routes there are and switches them. */
@Component(service = {Extension.class, Resources.class})
public final class RouteActions implements Extension, Resources {
    private final RouteHost host;

    @Activate
    public RouteActions(@Reference RouteHost host) {
        this.host = host;
    }

    public record One(@Param(kind = "route") Ref route) {}

    public record Shown(Ref route, String plugin, String description, String from, boolean running) {}

    public record Listed(List<Shown> items) {}

    @Action(value = "route.list", summary = "Lists the routes that wire events to actions", effect = READ)
    public Listed list() {
        return new Listed(host.all().stream().map(this::shown).toList());
    }

    @Action(value = "route.enable", summary = "Switches a route on", effect = CHANGE, idempotent = true)
    public Shown enable(Call call, One in) {
        return turn(call, in, true);
    }

    @Action(
            value = "route.disable",
            summary = "Switches a route off; its events wait until it is on again",
            effect = CHANGE,
            idempotent = true)
    public Shown disable(Call call, One in) {
        return turn(call, in, false);
    }

    private Shown turn(Call call, One in, boolean on) {
        RouteHost.Shipped route = host.find(in.route().id()).orElseThrow(() -> Problem.missing(in.route()));
        host.turn(route.id(), on, call.caller().ref());
        return shown(route);
    }

    private Shown shown(RouteHost.Shipped route) {
        return new Shown(
                new Ref("route", route.id()),
                route.plugin(),
                route.description(),
                route.from(),
                host.isRunning(route.id()));
    }

    @Override
    public String kind() {
        return "route";
    }

    @Override
    public String plural() {
        return "routes";
    }

    @Override
    public Optional<Resource> find(String id) {
        return host.find(id)
                .map(route -> new Resource(
                        new Ref("route", route.id()),
                        route.id(),
                        Optional.empty(),
                        Optional.empty(),
                        String.valueOf(host.isRunning(route.id()))));
    }
}
