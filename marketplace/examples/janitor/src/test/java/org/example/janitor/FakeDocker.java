package org.example.janitor;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** An engine in memory: the actions of the docker plugin that the janitor uses, as other people's tests see them. */
public final class FakeDocker implements Extension, Resources {
    static final String ROLES = "container.list: [owner]\ncontainer.delete: [owner]\n";

    final Map<String, Item> containers = new ConcurrentSkipListMap<>();

    public record Listing(@Param(min = 1, max = 1000) Optional<Integer> limit, Optional<String> cursor) {}

    public record Item(
            @Param(kind = "container") Ref container,
            String name,
            String image,
            String state,
            Optional<Instant> finishedAt,
            @Param(kind = "app") Optional<Ref> app,
            Optional<String> deployment,
            Map<String, String> labels) {}

    public record Listed(List<Item> items, Optional<String> next) {}

    public record Deleting(@Param(kind = "container") Ref container, Optional<Boolean> force) {}

    /** A container that ended so long ago. */
    Ref ended(Ref team, String name, Duration ago) {
        return add(name, "exited", ago, Map.of("op.team", team.id()), Optional.empty(), Optional.empty());
    }

    Ref add(
            String name,
            String state,
            Duration ago,
            Map<String, String> labels,
            Optional<Ref> app,
            Optional<String> deployment) {
        Ref ref = Ref.create("container");
        Optional<Instant> finished = state.equals("running")
                ? Optional.empty()
                : Optional.of(Instant.now().minus(ago));
        containers.put(ref.id(), new Item(ref, name, "shop:1", state, finished, app, deployment, labels));
        return ref;
    }

    List<String> names() {
        return containers.values().stream().map(Item::name).sorted().toList();
    }

    /** Two to a page, so that whoever asks must turn pages. */
    @Action(value = "container.list", summary = "Lists", effect = Effect.READ)
    public Listed list(Listing in) {
        List<Item> after = containers.values().stream()
                .filter(each -> each.container().id().compareTo(in.cursor().orElse("")) > 0)
                .toList();
        List<Item> page = after.subList(0, Math.min(2, after.size()));
        return new Listed(
                page, after.size() > 2 ? Optional.of(page.get(1).container().id()) : Optional.empty());
    }

    @Action(value = "container.delete", summary = "Deletes", effect = Effect.DESTROY)
    public void delete(Deleting in) {
        if (!containers.get(in.container().id()).state().equals("exited")) {
            throw new Problem(Problem.Kind.CONFLICT, "The container runs; stop it first");
        }
        containers.remove(in.container().id());
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
    public Optional<Resource> find(String id) {
        return Optional.ofNullable(containers.get(id))
                .map(each -> new Resource(
                        each.container(),
                        each.name(),
                        Optional.empty(),
                        Optional.ofNullable(each.labels().get("op.team")).map(team -> new Ref("team", team)),
                        "1"));
    }
}
