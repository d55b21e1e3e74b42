package io.openpanel.deploy;

import io.openpanel.api.Action;
import io.openpanel.api.Action.Effect;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.api.Secret;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine in memory with the actions of the docker plugin that deployments use; any of them can be made to fail. */
public final class FakeDocker implements Extension, Resources {
    static final String ROLES = String.join(
            "",
            List.of(
                            "container.list",
                            "container.get",
                            "container.run",
                            "container.start",
                            "container.stop",
                            "container.restart",
                            "container.delete",
                            "container.logs",
                            "image.get",
                            "image.pull",
                            "image.build",
                            "image.delete",
                            "network.ensure",
                            "network.delete",
                            "engine.get")
                    .stream()
                    .map(action -> action + ": [owner]\n")
                    .toList());

    /** Action → what it throws. */
    final Map<String, Problem> failing = new ConcurrentHashMap<>();
    /** What was asked for, in order. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    final Map<String, Box> containers = new ConcurrentHashMap<>();
    /** Id → name. */
    final Map<String, String> images = new ConcurrentHashMap<>();

    final Map<String, Path> sources = new ConcurrentHashMap<>();
    final List<String> networks = new CopyOnWriteArrayList<>();
    final List<Build> builds = new CopyOnWriteArrayList<>();
    /** Runs within a build; says nothing where it is done. */
    volatile java.util.function.Consumer<Call> building = call -> {};
    /** What a container is in once it was started. */
    volatile String startsAs = "running";

    volatile List<String> prints = List.of("hello");
    private final AtomicInteger next = new AtomicInteger(1);
    private final Panel panel;
    private final Ref team;

    FakeDocker(Panel panel, Ref team) {
        this.panel = panel;
        this.team = team;
    }

    /** A container. */
    static final class Box {
        final String id;
        final Run spec;
        final Map<String, String> environment = new LinkedHashMap<>();
        volatile String state;

        Box(String id, Run spec, String state) {
            this.id = id;
            this.spec = spec;
            this.state = state;
            spec.environment().orElse(Map.of()).forEach((name, value) -> environment.put(name, value.reveal()));
        }

        /** Each has its own, all of this machine. */
        String address() {
            return "127.0.1." + Long.parseLong(id, 16) % 250;
        }
    }

    public record Listing(
            @Param(kind = "app") Optional<Ref> app,
            @Param(min = 1, max = 1000) Optional<Integer> limit,
            Optional<String> cursor) {}

    public record Item(
            @Param(kind = "container") Ref container,
            String name,
            String status,
            String state,
            Optional<Integer> exitCode,
            @Param(kind = "app") Optional<Ref> app,
            Optional<String> deployment,
            Map<String, String> addresses) {}

    public record Listed(List<Item> items, Optional<String> next) {}

    public record One(@Param(kind = "container") Ref container) {}

    public record Stopping(@Param(kind = "container") Ref container, Optional<Duration> timeout) {}

    public record Deleting(@Param(kind = "container") Ref container, Optional<Boolean> force) {}

    public record Reading(
            @Param(kind = "container") Ref container,
            Optional<Integer> tail,
            Optional<Boolean> follow,
            Optional<String> since,
            Optional<Long> after) {}

    public record Line(long seq, String line) {}

    public record Volume(String volume, String path) {}

    public record Run(
            @Param(pattern = "[a-zA-Z0-9][a-zA-Z0-9_.-]*", max = 128) String name,
            String image,
            Optional<Map<String, Secret>> environment,
            Optional<String> network,
            Optional<List<String>> aliases,
            Optional<List<Volume>> volumes,
            Optional<Integer> port,
            Optional<Double> cpus,
            @Param(kind = "bytes", min = 6 << 20) Optional<Long> memory,
            Optional<List<String>> unmasked,
            @Param(kind = "app") Optional<Ref> app,
            Optional<String> deployment) {}

    public record Ran(@Param(kind = "container") Ref container, Optional<String> address) {}

    public record OfImage(@Param(kind = "image") Ref reference) {}

    public record Found(String id) {}

    public record Pulling(String reference) {}

    public record Build(
            String directory,
            Optional<String> dockerfile,
            String tag,
            Optional<Map<String, Secret>> arguments,
            Optional<Map<String, String>> labels,
            Optional<Double> cpus,
            @Param(kind = "bytes", min = 6 << 20) Optional<Long> memory) {}

    public record Built(String image) {}

    public record Network(String network) {}

    public record Named(String name) {}

    private void note(String action, String what) {
        calls.add(action + ' ' + what);
        Problem problem = failing.get(action);
        if (problem != null) {
            throw problem;
        }
    }

    private Box box(Ref container) {
        return Optional.ofNullable(containers.get(container.id())).orElseThrow(() -> Problem.missing(container));
    }

    private static Item item(Box box) {
        return new Item(
                new Ref("container", box.id),
                box.spec.name(),
                box.state.equals("running") ? "Running" : "Failed",
                box.state,
                box.state.equals("running") ? Optional.empty() : Optional.of(3),
                box.spec.app(),
                box.spec.deployment(),
                Map.of("net", box.address()));
    }

    @Action(value = "container.list", summary = "Lists", effect = Effect.READ)
    public Listed list(Listing in) {
        note("container.list", "");
        return new Listed(
                containers.values().stream()
                        .map(FakeDocker::item)
                        .filter(each -> in.app().isEmpty() || in.app().equals(each.app()))
                        .toList(),
                Optional.empty());
    }

    @Action(value = "container.get", summary = "Shows", effect = Effect.READ)
    public Item get(One in) {
        note("container.get", in.container().id());
        return item(box(in.container()));
    }

    public record Health(String state) {}

    @Action(value = "engine.get", summary = "Shows", effect = Effect.READ)
    public Health engine() {
        return new Health("healthy");
    }

    @Action(value = "container.run", summary = "Runs", effect = Effect.CHANGE)
    public Ran run(Run in) {
        note("container.run", in.name());
        Optional<Box> earlier = containers.values().stream()
                .filter(each -> each.spec.name().equals(in.name()))
                .findFirst();
        Box box = earlier.orElseGet(() -> new Box("%012x".formatted(next.getAndIncrement()), in, startsAs));
        containers.put(box.id, box);
        return new Ran(new Ref("container", box.id), Optional.of(box.address()));
    }

    @Action(value = "container.start", summary = "Starts", effect = Effect.CHANGE)
    public void start(One in) {
        note("container.start", in.container().id());
        box(in.container()).state = "running";
    }

    @Action(value = "container.restart", summary = "Restarts", effect = Effect.CHANGE)
    public void restart(Stopping in) {
        note("container.restart", in.container().id());
        box(in.container()).state = "running";
    }

    @Action(value = "container.stop", summary = "Stops", effect = Effect.CHANGE)
    public void stop(Stopping in) {
        note("container.stop", in.container().id());
        box(in.container()).state = "exited";
    }

    @Action(value = "container.delete", summary = "Deletes", effect = Effect.DESTROY)
    public void delete(Deleting in) {
        note("container.delete", in.container().id());
        containers.remove(in.container().id());
    }

    @Action(value = "container.logs", summary = "Reads", effect = Effect.READ)
    public Flow.Publisher<Line> logs(Reading in) {
        note("container.logs", in.container().id());
        List<String> lines = new ArrayList<>(prints);
        return reader -> {
            SubmissionPublisher<Line> publisher = new SubmissionPublisher<>();
            publisher.subscribe(reader);
            for (int i = 0; i < lines.size(); i++) {
                publisher.submit(new Line(i + 1L, lines.get(i)));
            }
            publisher.close();
        };
    }

    @Action(value = "image.get", summary = "Shows", effect = Effect.READ)
    public Found image(OfImage in) {
        note("image.get", in.reference().id());
        return new Found(in.reference().id());
    }

    @Action(value = "image.pull", summary = "Pulls", effect = Effect.CHANGE, job = true)
    public Built pull(Pulling in) {
        note("image.pull", in.reference());
        return new Built(made(in.reference()));
    }

    private String made(String name) {
        String id = "sha256:%064x".formatted(next.getAndIncrement());
        images.put(id, name);
        return id;
    }

    @Action(value = "image.build", summary = "Builds", effect = Effect.CHANGE, job = true)
    public Built build(Call call, Build in) {
        note("image.build", in.tag());
        builds.add(in);
        sources.put(in.tag(), panel.workspace().resolve(in.directory()));
        if (!Files.exists(panel.workspace()
                .resolve(in.directory())
                .resolve(in.dockerfile().orElse("Dockerfile")))) {
            throw new AssertionError("There is nothing to build in " + in.directory());
        }
        in.arguments().orElse(Map.of()).forEach((name, value) -> call.log("ARG " + name + '=' + value.reveal()));
        building.accept(call);
        return new Built(made(in.tag()));
    }

    @Action(value = "image.delete", summary = "Deletes", effect = Effect.DESTROY)
    public void deleteImage(OfImage in) {
        note("image.delete", in.reference().id());
        if (containers.values().stream()
                .anyMatch(each -> each.spec.image().equals(in.reference().id()))) {
            throw new Problem(Problem.Kind.CONFLICT, "The image is used");
        }
        images.remove(in.reference().id());
    }

    @Action(value = "network.ensure", summary = "Makes", effect = Effect.CHANGE)
    public Network ensure(Named in) {
        note("network.ensure", in.name());
        if (!networks.contains(in.name())) {
            networks.add(in.name());
        }
        return new Network(in.name());
    }

    @Action(value = "network.delete", summary = "Deletes", effect = Effect.CHANGE)
    public void deleteNetwork(Named in) {
        note("network.delete", in.name());
        networks.remove(in.name());
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
                        new Ref("container", id), each.spec.name(), each.spec.app(), Optional.of(team), ""));
    }

    /** Images by id or name. */
    Resources imageResources() {
        return new Resources() {
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
                return images.entrySet().stream()
                        .filter(each -> each.getKey().equals(reference)
                                || each.getValue().equals(reference))
                        .findFirst()
                        .map(each -> new Resource(
                                new Ref("image", each.getKey()),
                                each.getValue(),
                                Optional.empty(),
                                Optional.of(team),
                                ""));
            }
        };
    }
}
