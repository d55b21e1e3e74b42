package io.openpanel.routes;

import static io.openpanel.api.Action.Access.PANEL;
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
import io.openpanel.routes.internal.Rehearsal;
import io.openpanel.routes.internal.RouteHost;
import io.openpanel.routes.internal.RouteRuns;
import io.openpanel.spi.Catalogue;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Shows the routes there are and switches them. */
@Component(service = {Extension.class, Resources.class})
public final class RouteActions implements Extension, Resources {
    private final RouteHost host;
    private final Catalogue catalogue;

    @Activate
    public RouteActions(@Reference RouteHost host, @Reference Catalogue catalogue) {
        this.host = host;
        this.catalogue = catalogue;
    }

    public record One(@Param(kind = "route") Ref route) {}

    public record Shown(
            Ref route,
            String description,
            @Param("What it hears") String from,
            @Param("The actions it calls") List<String> calls,
            boolean running,
            @Param("Who ships it") String plugin,
            long runs,
            long failures,
            Optional<Instant> lastRun,
            Optional<Instant> failedAt,
            @Param("What the last failure said") Optional<String> error) {}

    public record Whole(
            Ref route,
            String description,
            String from,
            List<String> calls,
            boolean running,
            String plugin,
            long runs,
            long failures,
            Optional<Instant> lastRun,
            Optional<Instant> failedAt,
            Optional<String> error,
            @Param("The file it is in") String definition) {}

    public record Trial(
            @Param(kind = "route") Ref route,
            @Param(value = "What the event would say", example = "{\"app\":\"shop/web\"}")
                    Optional<Map<String, Object>> data) {}

    public record Planned(String action, @Param("Whether there is such an action now") boolean there, String input) {}

    public record Tried(
            @Param("The actions it would call; none were called") List<Planned> calls,
            @Param("Where it broke off, if it did") Optional<String> failure) {}

    public record Listed(List<Shown> items) {}

    @Action(
            value = "route.list",
            summary = "Lists the routes that wire events to actions",
            effect = READ,
            access = PANEL)
    public Listed list() {
        return new Listed(host.all().stream().map(this::shown).toList());
    }

    @Action(value = "route.get", summary = "Shows a route with its definition", effect = READ)
    public Whole get(One in) {
        RouteHost.Shipped route = route(in.route());
        Shown shown = shown(route);
        return new Whole(
                shown.route(),
                shown.description(),
                shown.from(),
                shown.calls(),
                shown.running(),
                shown.plugin(),
                shown.runs(),
                shown.failures(),
                shown.lastRun(),
                shown.failedAt(),
                shown.error(),
                route.definition());
    }

    @Action(
            value = "route.test",
            summary = "Runs a route with an event made up for it, without calling its actions",
            effect = CHANGE,
            idempotent = true)
    public Tried test(Trial in) {
        RouteHost.Shipped route = route(in.route());
        Rehearsal rehearsal = host.rehearse(route.id(), in.data().orElse(Map.of()));
        return new Tried(
                rehearsal.planned().stream()
                        .map(each -> new Planned(
                                each.action(),
                                catalogue.operation(each.action()).isPresent(),
                                each.input()))
                        .toList(),
                rehearsal.failure());
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
        RouteHost.Shipped route = route(in.route());
        host.turn(route.id(), on, call.caller().ref());
        return shown(route);
    }

    private RouteHost.Shipped route(Ref route) {
        return host.find(route.id()).orElseThrow(() -> Problem.missing(route));
    }

    private Shown shown(RouteHost.Shipped route) {
        Optional<RouteRuns.Runs> runs = host.runs(route.id());
        return new Shown(
                new Ref("route", route.id()),
                route.description(),
                route.from(),
                route.calls(),
                host.isRunning(route.id()),
                route.plugin(),
                runs.map(RouteRuns.Runs::runs).orElse(0L),
                runs.map(RouteRuns.Runs::failures).orElse(0L),
                runs.map(RouteRuns.Runs::lastAt),
                runs.flatMap(RouteRuns.Runs::failedAt),
                runs.flatMap(RouteRuns.Runs::error));
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
