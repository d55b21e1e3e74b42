package io.openpanel.docker;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Page;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.Pages;
import io.openpanel.docker.internal.Recent;
import io.openpanel.docker.internal.Visible;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.logs.ContainerLog;
import io.openpanel.docker.internal.logs.LogLine;
import io.openpanel.docker.internal.logs.LogRequest;
import io.openpanel.docker.internal.run.ContainerPower;
import io.openpanel.docker.internal.run.ContainerRun;
import io.openpanel.docker.internal.run.ContainerSpec;
import io.openpanel.docker.internal.stats.Listening;
import io.openpanel.docker.internal.stats.Sampler;
import io.openpanel.docker.internal.stats.Stats;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What people do with containers. */
@Component
public final class ContainerActions implements Extension {
    private static final String STATUS = "Running|Healthy|Starting|Degraded|Stopped|Failed|Paused|Unknown";
    private static final Map<String, Function<ContainerState, String>> SORTS = Map.of(
            "name",
            ContainerState::name,
            "image",
            ContainerState::image,
            "status",
            each -> each.status().word(),
            "createdAt",
            each -> sortable(Optional.of(each.createdAt())),
            "startedAt",
            each -> sortable(each.startedAt()));

    /** Consoles that stay open ask the same again and again. */
    private final Recent<Asked, Listed> lists = new Recent<>(32);

    private final DockerEngine engine;
    private final ContainerRun run;
    private final ContainerPower power;
    private final Sampler sampler;
    private final InstantSource clock;

    @Activate
    public ContainerActions(
            @Reference DockerEngine engine,
            @Reference ContainerRun run,
            @Reference ContainerPower power,
            @Reference Sampler sampler,
            @Reference InstantSource clock) {
        this.engine = engine;
        this.run = run;
        this.power = power;
        this.sampler = sampler;
        this.clock = clock;
    }

    public record Listing(
            @Param(value = "Only of this app", kind = "app") Optional<Ref> app,
            @Param(value = "Only in this status", pattern = STATUS) Optional<String> status,
            @Param(value = "Part of the name, image or id", max = 200) Optional<String> search,
            @Param(min = 1, max = 1000) Optional<Integer> limit,
            @Param("The next of the page before") Optional<String> cursor,
            @Param("name, image, status, createdAt or startedAt, with - in front for descending")
                    Optional<String> sort) {}

    private record Asked(long version, Optional<Ref> team, Reach reach, Listing in) {}

    public record Listed(List<Item> items, Optional<String> next) {}

    /** A container; {@code ports} are {@code {private, public?, protocol}}. */
    public record Item(
            @Param(kind = "container") Ref container,
            @Param("The engine's id") String id,
            String name,
            String image,
            @Param(STATUS) String status,
            @Param("The engine's word") String state,
            Optional<String> health,
            Optional<Integer> exitCode,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt,
            @Param("private: inside, public: on the machine, protocol") List<Map<String, Object>> ports,
            @Param("Network and address") Map<String, String> addresses,
            @Param(kind = "app") Optional<Ref> app,
            Optional<String> deployment,
            Map<String, String> labels) {}

    public record Detail(
            @Param(kind = "container") Ref container,
            @Param("The engine's id") String id,
            String name,
            String image,
            @Param(STATUS) String status,
            @Param("The engine's word") String state,
            Optional<String> health,
            Optional<Integer> exitCode,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt,
            @Param("private: inside, public: on the machine, protocol") List<Map<String, Object>> ports,
            @Param("Network and address") Map<String, String> addresses,
            @Param(kind = "app") Optional<Ref> app,
            Optional<String> deployment,
            Map<String, String> labels,
            @Param("What the engine says went wrong") Optional<String> error,
            List<String> command,
            List<Mount> mounts,
            String restartPolicy,
            @Param("How often the engine started it again") int restarts,
            Limits limits,
            @Param("Names only") List<String> environmentNames,
            @Param("Where its programs wait for connections; unknown on another machine's engine")
                    List<Listening.Socket> listening) {}

    public record Mount(@Param("volume or bind") String type, String source, String path, boolean readOnly) {}

    public record Limits(@Param("Cores") Optional<Double> cpus, @Param(kind = "bytes") Optional<Long> memory) {}

    public record One(@Param(kind = "container") Ref container) {}

    public record Starting(
            @Param(kind = "container") Ref container,
            @Param("Wait so long for it to be healthy") Optional<Duration> timeout) {}

    public record Stopping(
            @Param(kind = "container") Ref container,
            @Param("How long it may take to end by itself; 10 s where not given") Optional<Duration> timeout) {}

    public record Done(
            @Param(kind = "container") Ref container, @Param(STATUS) String status, String state, Duration took) {}

    public record Deleting(
            @Param(kind = "container") Ref container, @Param("Even while it runs") Optional<Boolean> force) {}

    public record Reading(
            @Param(kind = "container") Ref container,
            @Param(value = "Only so many of the last lines", min = 0, max = 10_000_000) Optional<Integer> tail,
            @Param("Wait for new lines") Optional<Boolean> follow,
            @Param(value = "Only since this time, or for so long back", example = "15m") Optional<String> since,
            @Param("Only lines after this seq") Optional<Long> after) {}

    public record Ran(
            @Param(kind = "container") Ref container,
            @Param("Fixed address in its network") Optional<String> address,
            @Param(STATUS) String status) {}

    @Action(value = "container.list", summary = "Lists containers", effect = READ, cli = "ps")
    public Listed list(Call call, Listing in) {
        Asked asked = new Asked(engine.snapshot().version(), call.team(), call.reach("container"), in);
        return lists.get(asked, () -> look(call, in));
    }

    private Listed look(Call call, Listing in) {
        Stream<ContainerState> found = engine.snapshot().containers().stream()
                .filter(Visible.containers(call))
                .filter(each -> in.app().isEmpty() || in.app().equals(each.app()))
                .filter(each -> in.status().isEmpty()
                        || in.status().get().equals(each.status().word()))
                .filter(each -> in.search().isEmpty()
                        || mentions(each, in.search().get().toLowerCase(Locale.ROOT)));
        Page<ContainerState> page =
                Pages.of(found, SORTS, in.sort().orElse("name"), ContainerState::id, in.cursor(), in.limit());
        return new Listed(page.items().stream().map(ContainerActions::item).toList(), page.next());
    }

    private static boolean mentions(ContainerState each, String text) {
        return each.name().toLowerCase(Locale.ROOT).contains(text)
                || each.image().toLowerCase(Locale.ROOT).contains(text)
                || each.id().startsWith(text);
    }

    private static String sortable(Optional<Instant> at) {
        return String.format(Locale.ROOT, "%015d", at.map(Instant::toEpochMilli).orElse(0L));
    }

    private static Item item(ContainerState s) {
        return new Item(
                s.ref(),
                s.id(),
                s.name(),
                s.image(),
                s.status().word(),
                s.state(),
                s.health(),
                s.exitCode(),
                s.createdAt(),
                s.startedAt(),
                s.finishedAt(),
                ports(s),
                s.addresses(),
                s.app(),
                s.label(ContainerState.DEPLOYMENT),
                s.labels());
    }

    /** As maps: {@code private} and {@code public} cannot be components of a record. */
    private static List<Map<String, Object>> ports(ContainerState s) {
        return s.ports().stream()
                .map(port -> {
                    Map<String, Object> map =
                            new HashMap<>(Map.of("private", port.port(), "protocol", port.protocol()));
                    port.published().ifPresent(published -> map.put("public", published));
                    return map;
                })
                .toList();
    }

    @Action(value = "container.get", summary = "Shows a container", effect = READ)
    public Detail get(Call call, One in) {
        ContainerState s = engine.require(in.container());
        List<Mount> mounts = s.mounts().stream()
                .map(each -> new Mount(each.type(), each.source(), each.path(), !each.writable()))
                .toList();
        return new Detail(
                s.ref(),
                s.id(),
                s.name(),
                s.image(),
                s.status().word(),
                s.state(),
                s.health(),
                s.exitCode(),
                s.createdAt(),
                s.startedAt(),
                s.finishedAt(),
                ports(s),
                s.addresses(),
                s.app(),
                s.label(ContainerState.DEPLOYMENT),
                s.labels(),
                s.error(),
                s.command(),
                mounts,
                s.restartPolicy(),
                s.restarts(),
                new Limits(s.limits().cpus(), s.limits().memory()),
                s.environmentNames(),
                engine.isLocal() ? Listening.of(s.process()) : List.of());
    }

    @Action(value = "container.run", summary = "Makes a container and starts it", effect = CHANGE)
    public Ran run(Call call, ContainerSpec in) {
        ContainerState made = run.run(call, in);
        Optional<String> address = in.network()
                .flatMap(network -> Optional.ofNullable(made.fixedAddresses().get(network)))
                .or(() -> made.addresses().values().stream().findFirst());
        return new Ran(made.ref(), address, made.status().word());
    }

    @Action(
            value = "container.start",
            summary = "Starts a container and, if asked to, waits until it is healthy",
            effect = CHANGE,
            idempotent = true)
    public Done start(Call call, Starting in) {
        return timed(in.container(), in.timeout(), power::start);
    }

    @Action(value = "container.stop", summary = "Stops a container", effect = CHANGE, idempotent = true)
    public Done stop(Call call, Stopping in) {
        return timed(in.container(), in.timeout(), power::stop);
    }

    @Action(value = "container.restart", summary = "Stops a container and starts it again", effect = CHANGE)
    public Done restart(Call call, Stopping in) {
        return timed(in.container(), in.timeout(), power::restart);
    }

    @Action(value = "container.pause", summary = "Freezes a container", effect = CHANGE)
    public Done pause(Call call, One in) {
        return timed(in.container(), Optional.empty(), (container, none) -> power.pause(container));
    }

    @Action(value = "container.unpause", summary = "Lets a frozen container go on", effect = CHANGE)
    public Done unpause(Call call, One in) {
        return timed(in.container(), Optional.empty(), (container, none) -> power.unpause(container));
    }

    @Action(value = "container.kill", summary = "Ends a container at once", effect = CHANGE)
    public Done kill(Call call, One in) {
        return timed(in.container(), Optional.empty(), (container, none) -> power.kill(container));
    }

    private Done timed(
            Ref container,
            Optional<Duration> timeout,
            BiFunction<ContainerState, Optional<Duration>, ContainerState> work) {
        long start = System.nanoTime();
        ContainerState after = work.apply(engine.require(container), timeout);
        return new Done(after.ref(), after.status().word(), after.state(), Duration.ofNanos(System.nanoTime() - start));
    }

    @Action(value = "container.delete", summary = "Deletes a container, not its volumes", effect = DESTROY)
    public void delete(Call call, Deleting in) {
        power.delete(engine.require(in.container()), in.force().orElse(false));
    }

    @Action(value = "container.logs", summary = "Reads what a container prints", effect = READ)
    public Flow.Publisher<LogLine> logs(Call call, Reading in) {
        LogRequest wanted =
                new LogRequest(in.tail(), in.follow().orElse(false), in.since().map(this::since), in.after());
        return new ContainerLog(engine, engine.require(in.container()), wanted);
    }

    private Instant since(String text) {
        try {
            if (text.contains("T") && text.contains("-")) {
                return Instant.parse(text);
            }
            return clock.instant()
                    .minus(Duration.parse(
                            text.matches("\\d+[smhSMH]") ? "PT" + text : text.matches("\\d+[dD]") ? "P" + text : text));
        } catch (DateTimeException | ArithmeticException e) {
            throw Problem.invalid(
                    "since", "since must be a time such as 2026-03-01T08:30:00Z or a duration such as 15m");
        }
    }

    @Action(value = "container.stats", summary = "Measures what a container uses, once a second", effect = READ)
    public Flow.Publisher<Stats> stats(Call call, One in) {
        return sampler.watch(engine.require(in.container()));
    }
}
