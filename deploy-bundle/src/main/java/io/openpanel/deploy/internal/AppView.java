package io.openpanel.deploy.internal;

import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** An app as people see it: its settings, its state in the panel's words, where it answers. */
@Component(service = AppView.class)
public final class AppView {
    private final Deployments deployments;
    private final Engine engine;

    @Activate
    public AppView(@Reference Deployments deployments, @Reference Engine engine) {
        this.deployments = deployments;
        this.engine = engine;
    }

    public record App(
            @Param(kind = "app") Ref app,
            String name,
            @Param(kind = "project") Ref project,
            String projectName,
            String status,
            Optional<String> address,
            @Param("The address in the letters of its name, where these are not ASCII") Optional<String> addressText,
            Optional<String> git,
            Optional<String> branch,
            Optional<String> directory,
            Optional<String> image,
            Optional<String> dockerfile,
            int port,
            Optional<String> healthPath,
            Duration healthTimeout,
            Optional<Double> cpus,
            @Param(kind = "bytes") Optional<Long> memory,
            List<Apps.Volume> volumes,
            boolean hasToken,
            boolean hasDeployKey,
            boolean hasVolumes,
            List<String> domains,
            Optional<Deployment> latest,
            @Param(value = "The one that serves; after a failed one it is not the latest", kind = "deployment")
                    Optional<Ref> serving,
            Instant createdAt) {}

    public record Deployment(
            @Param(kind = "deployment") Ref deployment,
            @Param(kind = "app") Ref app,
            int number,
            Deployments.State state,
            String trigger,
            String author,
            @Param(kind = "job") Ref job,
            Optional<String> branch,
            Optional<String> commit,
            Optional<String> message,
            Optional<String> image,
            Optional<String> address,
            Optional<String> error,
            @Param("Whether it serves the app's requests") boolean current,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt) {}

    public App show(Apps.Row row) {
        return show(
                row,
                where(() -> engine.domains(row.ref())).orElse(List.of()),
                deployments.latest(row.ref()),
                where(() -> engine.containers(row.ref())));
    }

    /**
     * Many apps, asking for all they need at once.
     *
     * @throws Problem never because another plugin is not there
     */
    public List<App> show(List<Apps.Row> rows) {
        Map<Ref, List<Engine.Domain>> domains =
                where(engine::domains).orElse(List.of()).stream().collect(Collectors.groupingBy(Engine.Domain::app));
        Map<String, Deployments.Row> latest =
                deployments.latest().stream().collect(Collectors.toMap(Deployments.Row::appId, each -> each));
        Optional<Map<Ref, List<Engine.Container>>> containers = where(engine::containers)
                .map(all -> all.stream()
                        .filter(each -> each.app().isPresent())
                        .collect(Collectors.groupingBy(each -> each.app().get())));
        return rows.stream()
                .map(row -> show(
                        row,
                        domains.getOrDefault(row.ref(), List.of()),
                        Optional.ofNullable(latest.get(row.id())),
                        containers.map(all -> all.getOrDefault(row.ref(), List.of()))))
                .toList();
    }

    /** Containers and domains are other plugins'; an app can be looked at without them. */
    private static <T> Optional<T> where(Supplier<T> ask) {
        try {
            return Optional.of(ask.get());
        } catch (Problem problem) {
            return Optional.empty();
        }
    }

    private static App show(
            Apps.Row row,
            List<Engine.Domain> domains,
            Optional<Deployments.Row> latest,
            Optional<List<Engine.Container>> containers) {
        return new App(
                row.ref(),
                row.name(),
                new Ref("project", row.projectId()),
                row.projectName(),
                status(row, latest, containers),
                main(row, domains).map(Engine.Domain::address),
                main(row, domains).flatMap(Engine.Domain::text),
                row.git(),
                row.branch(),
                row.directory(),
                row.image(),
                row.dockerfile(),
                row.port(),
                row.healthPath(),
                row.healthTimeout(),
                row.cpus(),
                row.memory(),
                row.volumes(),
                row.token().isPresent(),
                row.deployKey().isPresent(),
                !row.volumes().isEmpty(),
                domains.stream().map(Engine.Domain::host).toList(),
                latest.map(each -> show(each, row.currentDeployment())),
                row.currentDeployment().map(id -> new Ref("deployment", id)),
                row.createdAt());
    }

    public static Deployment show(Deployments.Row row, Optional<String> current) {
        return new Deployment(
                row.ref(),
                new Ref("app", row.appId()),
                row.number(),
                row.state(),
                row.trigger(),
                row.author(),
                Ref.parse(row.job()),
                row.branch(),
                row.commitId(),
                row.message(),
                row.image(),
                row.address(),
                row.error(),
                current.equals(Optional.of(row.id())),
                row.createdAt(),
                row.startedAt(),
                row.finishedAt());
    }

    /** Where the app answers, once it was deployed. */
    public Optional<String> address(Apps.Row row) {
        return main(row, where(() -> engine.domains(row.ref())).orElse(List.of()))
                .map(Engine.Domain::address);
    }

    /** The one that was chosen; else the oldest that a person added, before the one the panel made up. */
    static Optional<Engine.Domain> main(Apps.Row row, List<Engine.Domain> domains) {
        return domains.stream()
                .filter(each ->
                        row.mainDomain().equals(Optional.of(each.domain().id())))
                .findFirst()
                .or(() -> domains.stream()
                        .min(Comparator.comparing(Engine.Domain::generated).thenComparing(Engine.Domain::createdAt)));
    }

    private static String status(
            Apps.Row row, Optional<Deployments.Row> latest, Optional<List<Engine.Container>> containers) {
        if (row.currentDeployment().isEmpty()) {
            return latest.map(Deployments.Row::state)
                    .map(state -> switch (state) {
                        case QUEUED, RUNNING -> "Starting";
                        case FAILED -> "Failed";
                        default -> "Stopped";
                    })
                    .orElse("Stopped");
        }
        return containers
                .map(all -> all.stream()
                        .filter(each -> each.deployment().equals(row.currentDeployment()))
                        .findFirst()
                        .map(Engine.Container::status)
                        .orElse("Failed"))
                .orElse("Unknown");
    }
}
