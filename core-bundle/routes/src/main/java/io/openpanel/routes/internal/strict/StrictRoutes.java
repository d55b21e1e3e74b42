package io.openpanel.routes.internal.strict;

import static java.util.function.Predicate.not;

import io.openpanel.api.Problem;
import io.openpanel.spi.RouteRules;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.camel.model.RouteDefinition;
import org.osgi.service.component.annotations.Component;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Makes routes out of a file of a plugin that nobody trusts. Camel does not read that file: what {@link AllowList} names is
 * made here with Camel's own types, and there is no way to name anything else.
 */
@Component(service = RouteRules.class)
public final class StrictRoutes implements RouteRules {
    private static final LoadSettings YAML = LoadSettings.builder()
            .setAllowDuplicateKeys(false)
            .setAllowRecursiveKeys(false)
            .setMaxAliasesForCollections(0)
            .setCodePointLimit(1 << 16)
            .build();
    private static final Pattern TIMER = Pattern.compile("[a-z][a-z0-9-]{0,60}");

    @Override
    public void check(String plugin, List<String> uses, String file, byte[] yaml) {
        read(plugin, uses, file, yaml);
    }

    /**
     * The routes in a file.
     *
     * @throws Problem naming the place and the reason where it has something else than is allowed
     */
    public static List<RouteDefinition> read(String plugin, List<String> uses, String file, byte[] yaml) {
        Place whole = new Place(file, parsed(file, yaml));
        Names names = new Names(plugin, uses);
        Steps steps = new Steps(names);
        Calls calls = new Calls();
        List<RouteDefinition> routes = new ArrayList<>();
        for (Place each : whole.list()) {
            if (routes.size() == AllowList.MOST_ROUTES) {
                throw each.refused("there are at most " + AllowList.MOST_ROUTES + " routes in a file");
            }
            each.object(Set.of("route"));
            routes.add(route(each.require("route"), names, steps));
            calls.add(routes.get(routes.size() - 1).getInput().getEndpointUri(), steps.led());
        }
        calls.check();
        List<String> ids = routes.stream().map(RouteDefinition::getRouteId).toList();
        ids.stream()
                .filter(id -> ids.indexOf(id) != ids.lastIndexOf(id))
                .findFirst()
                .ifPresent(id -> {
                    throw whole.refused("two routes have the id '" + id + "'");
                });
        return routes;
    }

    private static Object parsed(String file, byte[] yaml) {
        try {
            return new Load(YAML).loadFromString(new String(yaml, StandardCharsets.UTF_8));
        } catch (YamlEngineException e) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    file + ": is no plain YAML: "
                            + String.valueOf(e.getMessage()).strip(),
                    e);
        }
    }

    private static RouteDefinition route(Place place, Names names, Steps steps) {
        place.object(Set.of("id", "description", "from"));
        Place id = place.require("id");
        names.requireOwn(id, id.text());
        Place from = place.require("from");
        from.object(Set.of("uri", "parameters", "steps"));
        RouteDefinition route = new RouteDefinition(source(from, names));
        route.routeId(id.text());
        place.find("description").ifPresent(text -> route.routeDescription(text.text()));
        steps.add(route, from.require("steps"), 0);
        return route;
    }

    private static String source(Place from, Names names) {
        Place uri = from.require("uri");
        String[] parts = uri.text().split(":", 2);
        Set<String> allowed = Optional.ofNullable(AllowList.SOURCES.get(parts[0]))
                .orElseThrow(() -> uri.refused(
                        "a route begins with event:, direct: or timer:, not with '" + Place.shown(uri.value()) + "'"));
        String name = parts.length == 2 ? parts[1] : "";
        from.find("parameters").ifPresent(parameters -> parameters.object(allowed));
        return switch (parts[0]) {
            case "event" -> {
                names.requireUsed(uri, name);
                yield "event:" + name;
            }
            case "direct" -> {
                names.requireOwn(uri, name);
                yield "direct:" + name;
            }
            default -> timer(from, uri, name, names);
        };
    }

    private static String timer(Place from, Place uri, String name, Names names) {
        if (!TIMER.matcher(name).matches()) {
            throw uri.refused("a timer has a plain name; what else it needs stands in parameters");
        }
        Place parameters = from.require("parameters");
        long period = parameters.require("period").number(AllowList.LEAST_PERIOD.toMillis(), Integer.MAX_VALUE);
        StringBuilder timer = new StringBuilder("timer:" + names.own(name) + "?period=" + period);
        parameters.find("delay").ifPresent(delay -> timer.append("&delay=").append(delay.number(0, Integer.MAX_VALUE)));
        parameters.find("repeatCount").ifPresent(count -> timer.append("&repeatCount=")
                .append(count.number(0, Integer.MAX_VALUE)));
        return timer.toString();
    }

    /** What a plugin may name. */
    record Names(String plugin, List<String> uses) {
        private static final Pattern PLAIN = Pattern.compile("[a-z][a-z0-9-]*(\\.[a-z][a-z0-9-]*)+");

        String own(String name) {
            return plugin + '.' + name;
        }

        /** No capability of the panel has a dot in the ids of its routes, so none can be meant. */
        void requireOwn(Place place, String name) {
            if (!PLAIN.matcher(name).matches() || !name.startsWith(plugin + '.')) {
                throw place.refused("'" + Place.shown(name) + "' must begin with the plugin's id and a dot, as "
                        + plugin + ".announce does, in lower case");
            }
        }

        /** The plugin's own, or what people were shown that it uses. */
        void requireUsed(Place place, String name) {
            boolean own = name.startsWith(plugin + '.') || name.startsWith(plugin + '-');
            boolean plain = PLAIN.matcher(name).matches();
            if (!plain || !own && uses.stream().filter(not(String::isBlank)).noneMatch(glob -> covers(glob, name))) {
                throw place.refused("'" + Place.shown(name) + "' is not in the uses of the plugin");
            }
        }

        private static boolean covers(String glob, String name) {
            return Pattern.matches(Pattern.quote(glob).replace("*", "\\E[a-z0-9.-]*\\Q"), name);
        }
    }
}
