package io.openpanel.docker.internal.sandbox;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.model.AccessMode;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.RestartPolicy;
import com.github.dockerjava.api.model.Volume;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.EngineHealth;
import io.openpanel.docker.internal.engine.Snapshot;
import io.openpanel.spi.Sandbox;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Each program in a container of its own, with nothing that a container can be denied. */
@Component(service = Sandbox.class)
public final class DockerSandbox implements Sandbox {
    /** Users that no machine has. */
    private static final int FIRST_USER = 1_900_000_000;

    private static final int USERS = 90_000_000;
    private static final long ONE_CORE = 1_000_000_000L;
    private static final int LOW_SHARE = 256;
    private static final Duration START = Duration.ofSeconds(30);
    private static final Map<String, String> LOG_LIMITS = Map.of("max-size", "1m", "max-file", "1");
    private static final String SCRATCH = "rw,noexec,nosuid,nodev,size=32m,mode=1777";

    private final DockerEngine engine;
    private final JavaImage image;
    private final Set<DockerInmate> left = ConcurrentHashMap.newKeySet();
    private final Snapshot.Listening listening;

    @Activate
    public DockerSandbox(@Reference DockerEngine engine) {
        this.engine = engine;
        this.image = new JavaImage(engine);
        this.listening = engine.listen(this::removeLeft);
    }

    @Deactivate
    void stop() {
        listening.close();
    }

    /** Not on the engine's own thread, which the removal would wait for. */
    private void removeLeft(EngineHealth health) {
        if (health.answers() && !left.isEmpty()) {
            Thread removing = new Thread(() -> List.copyOf(left).forEach(DockerInmate::close), "sandbox-left");
            removing.setDaemon(true);
            removing.start();
        }
    }

    @Override
    public Optional<String> obstacle() {
        if (!engine.isLocal()) {
            return Optional.of("The container engine is on another machine, where plugins cannot be run apart;"
                    + " use an engine of this machine");
        }
        return engine.health().answers()
                ? Optional.empty()
                : Optional.of("The container engine is out of reach: "
                        + engine.health().reason() + "; start it");
    }

    @Override
    public void prepare() {
        image.ensure();
    }

    @Override
    public Inmate start(Spec spec) {
        List.copyOf(left).forEach(DockerInmate::close);
        String id = engine.call(
                "make the container of the plugin " + spec.name(),
                client -> command(client, spec).exec().getId());
        DockerInmate inmate = new DockerInmate(engine, id, spec.memory(), left);
        try {
            engine.request(
                    "start the container of the plugin " + spec.name(),
                    Request.Method.POST,
                    "/containers/" + id + "/start",
                    START);
            engine.refresh(id);
            return inmate;
        } catch (RuntimeException e) {
            inmate.close();
            throw e;
        }
    }

    private CreateContainerCmd command(DockerClient client, Spec spec) {
        HostConfig host = HostConfig.newHostConfig()
                .withNetworkMode("none")
                .withReadonlyRootfs(true)
                .withCapDrop(Capability.ALL)
                .withSecurityOpts(List.of("no-new-privileges"))
                .withPrivileged(false)
                .withPidsLimit((long) spec.processes())
                .withMemory(spec.memory())
                .withMemorySwap(spec.memory())
                .withNanoCPUs(ONE_CORE)
                .withCpuShares(LOW_SHARE)
                .withTmpFs(Map.of("/tmp", SCRATCH))
                .withBinds(new Bind(spec.folder().toString(), new Volume(FOLDER), AccessMode.ro))
                .withRestartPolicy(RestartPolicy.noRestart())
                .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE, LOG_LIMITS));
        int user = FIRST_USER + Math.floorMod(spec.name().hashCode(), USERS);
        List<String> program = new ArrayList<>(List.of("/java/bin/java"));
        program.addAll(spec.arguments());
        return client.createContainerCmd(image.name())
                .withName("op-plugin-" + spec.name() + '-'
                        + Ref.create("container").id())
                .withLabels(Map.of(
                        ContainerState.MANAGED,
                        "true",
                        ContainerState.PLUGIN,
                        spec.name(),
                        ContainerState.PANEL,
                        spec.owner()))
                .withUser(user + ":" + user)
                .withEnv("LD_LIBRARY_PATH=/lib", "LANG=C.UTF-8")
                .withWorkingDir("/tmp")
                .withEntrypoint(program)
                .withNetworkDisabled(true)
                .withHostConfig(host);
    }

    DockerInmate inmate(String id) {
        return new DockerInmate(engine, id, 0, left);
    }

    @Override
    public void sweep(String owner) {
        engine
                .call("look for containers of plugins", client -> client.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(ContainerState.PANEL, owner))
                        .exec())
                .stream()
                .filter(each -> each.getLabels().containsKey(ContainerState.PLUGIN))
                .forEach(each -> inmate(each.getId()).close());
    }
}
