package io.openpanel.docker;

import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.docker.internal.Visible;
import io.openpanel.docker.internal.build.DiskSpace;
import io.openpanel.docker.internal.build.ImageBuild;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.EngineHealth;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What the engine is and how it does. */
@Component
public final class EngineActions implements Extension {
    private final DockerEngine engine;
    private final ImageBuild builds;

    @Activate
    public EngineActions(@Reference DockerEngine engine, @Reference ImageBuild builds) {
        this.engine = engine;
        this.builds = builds;
    }

    /** Figures of the machine are absent until the engine has answered once. */
    public record Engine(
            Optional<String> version,
            Optional<String> api,
            @Param("healthy or unavailable") String state,
            @Param("Why it is unavailable") Optional<String> reason,
            @Param("Since when") Instant since,
            int containers,
            int running,
            int images,
            Optional<Integer> cpus,
            @Param(kind = "bytes") Optional<Long> memory,
            @Param(kind = "bytes") Optional<Long> diskTotal,
            @Param(kind = "bytes") Optional<Long> diskFree,
            @Param("Whether images are built with BuildKit") boolean buildkit) {}

    @Action(value = "engine.get", summary = "Shows how the container engine does", effect = READ)
    public Engine get(Call call) {
        EngineHealth health = engine.health();
        Optional<EngineHealth.Machine> machine = health.machine();
        Optional<DiskSpace> disk =
                engine.isLocal() ? machine.flatMap(each -> DiskSpace.of(each.root())) : Optional.empty();
        List<ContainerState> containers = engine.snapshot().containers().stream()
                .filter(Visible.containers(call))
                .toList();
        int images = (int)
                engine.snapshot().images().stream().filter(Visible.images(call)).count();
        return new Engine(
                machine.map(EngineHealth.Machine::version),
                machine.map(EngineHealth.Machine::api),
                health.answers() ? "healthy" : "unavailable",
                health.answers() ? Optional.empty() : Optional.of(health.reason()),
                health.since(),
                containers.size(),
                (int) containers.stream().filter(ContainerState::running).count(),
                images,
                machine.map(EngineHealth.Machine::cpus),
                machine.map(EngineHealth.Machine::memory),
                disk.map(DiskSpace::total),
                disk.map(DiskSpace::free),
                builds.usesBuildKit());
    }
}
