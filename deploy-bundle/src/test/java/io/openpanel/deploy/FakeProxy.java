package io.openpanel.deploy;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** Routes in memory, with the actions of the ssl plugin that deployments use. */
public final class FakeProxy implements Extension {
    static final String ROLES =
            "domain.list: [owner]\ndomain.generate: [owner]\n" + "domain.apply: [owner]\ndomain.release: [owner]\n";

    final Map<Ref, List<String>> routes = new ConcurrentHashMap<>();
    final List<Ref> generated = new CopyOnWriteArrayList<>();
    final List<Item> own = new CopyOnWriteArrayList<>();
    /** Thrown by domain.apply. */
    volatile Optional<Problem> failing = Optional.empty();
    /** Runs after the switch, before the answer. */
    volatile Runnable switched = () -> {};

    public record Listing(
            @Param(kind = "app") Optional<Ref> app,
            @Param(min = 1, max = 1000) Optional<Integer> limit,
            Optional<String> cursor) {}

    public record Item(
            @Param(kind = "domain") Ref domain,
            @Param(kind = "app") Ref app,
            String host,
            Optional<String> unicode,
            String address,
            boolean generated,
            Instant createdAt) {}

    public record Listed(List<Item> items, Optional<String> next) {}

    public record OfApp(@Param(kind = "app") Ref app) {}

    public record Apply(@Param(kind = "app") Ref app, List<String> upstreams) {}

    public record Applied(long version, List<String> hosts, List<String> addresses) {}

    private static String host(Ref app) {
        return app.id() + ".localhost";
    }

    /** A domain that a person added so many seconds after the first. */
    Ref add(Ref app, String host, Optional<String> unicode, long second) {
        Item item = item(app, Ref.create("domain").id(), host, false, second);
        own.add(new Item(item.domain(), app, host, unicode, item.address(), false, item.createdAt()));
        return item.domain();
    }

    private static Item item(Ref app, String id, String host, boolean generated, long second) {
        return new Item(
                new Ref("domain", id),
                app,
                host,
                Optional.empty(),
                "http://" + host,
                generated,
                Instant.EPOCH.plusSeconds(second));
    }

    @Action(value = "domain.list", summary = "Lists", effect = Effect.READ)
    public Listed list(Listing in) {
        return new Listed(
                Stream.concat(
                                generated.stream()
                                        .map(app -> item(app, "0" + app.id().substring(1), host(app), true, 0)),
                                own.stream())
                        .filter(each -> in.app().isEmpty() || in.app().get().equals(each.app()))
                        .toList(),
                Optional.empty());
    }

    @Action(value = "domain.generate", summary = "Makes", effect = Effect.CHANGE)
    public void generate(OfApp in) {
        if (!generated.contains(in.app())) {
            generated.add(in.app());
        }
    }

    @Action(value = "domain.apply", summary = "Routes", effect = Effect.CHANGE)
    public Applied apply(Apply in) {
        failing.ifPresent(problem -> {
            throw problem;
        });
        routes.put(in.app(), in.upstreams());
        switched.run();
        return new Applied(1, List.of(host(in.app())), List.of("http://" + host(in.app())));
    }

    @Action(value = "domain.release", summary = "Takes", effect = Effect.CHANGE)
    public void release(OfApp in) {
        routes.remove(in.app());
        generated.remove(in.app());
    }

    /** Domains by id. */
    Resources resources(Ref team) {
        return new Resources() {
            @Override
            public String kind() {
                return "domain";
            }

            @Override
            public String plural() {
                return "domains";
            }

            @Override
            public Optional<Resource> find(String id) {
                return own.stream()
                        .filter(each -> each.domain().id().equals(id))
                        .findFirst()
                        .map(each -> new Resource(
                                each.domain(), each.host(), Optional.of(each.app()), Optional.of(team), ""));
            }
        };
    }
}
