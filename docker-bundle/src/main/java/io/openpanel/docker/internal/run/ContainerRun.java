package io.openpanel.docker.internal.run;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.CreateContainerCmd;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.LogConfig;
import com.github.dockerjava.api.model.Mount;
import com.github.dockerjava.api.model.MountType;
import com.github.dockerjava.api.model.RestartPolicy;
import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.network.Networks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Makes and starts containers with what the panel always gives them, and nothing that reaches their machine. */
@Component(service = ContainerRun.class)
public final class ContainerRun {
    private static final Map<String, String> LOG_LIMITS = Map.of("max-size", "10m", "max-file", "3");
    private static final String INIT = "docker-init";
    private static final double NANOS = 1e9;

    private final DockerEngine engine;
    private final Networks networks;
    private final Volumes volumes;
    private volatile boolean withoutInit;

    @Activate
    public ContainerRun(@Reference DockerEngine engine, @Reference Networks networks) {
        this.engine = engine;
        this.networks = networks;
        this.volumes = new Volumes(engine);
    }

    /** Runs a container; the one an earlier attempt of the same job made under this name is taken up again. */
    public ContainerState run(Call call, ContainerSpec spec) {
        Map<String, String> labels = Labels.of(call, spec.labels().orElse(Map.of()), spec.app(), spec.deployment());
        if (!spec.secrets().isEmpty()) {
            labels.put(ContainerState.SECRETS, String.join(",", spec.secrets()));
        }
        Optional<String> earlier = earlier(spec.name(), labels.get(ContainerState.JOB));
        if (earlier.isPresent()) {
            return start(spec, earlier.get());
        }
        checkImage(spec.image(), call.team());
        spec.volumes().orElse(List.of()).forEach(volume -> volumes.ensure(volume.volume(), labels));
        try {
            return create(call, spec, labels);
        } catch (Problem e) {
            if (withoutInit || !e.getMessage().contains(INIT)) {
                throw e;
            }
            withoutInit = true;
            return create(call, spec, labels);
        }
    }

    private Optional<String> earlier(String name, String job) {
        Optional<InspectContainerResponse> there = engine.call("look for a container " + name, client -> {
            try {
                return Optional.of(client.inspectContainerCmd(name).exec())
                        .filter(each -> each.getName().equals('/' + name));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
        if (there.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> labels = there.get().getConfig().getLabels();
        if (job == null || labels == null || !job.equals(labels.get(ContainerState.JOB))) {
            throw new Problem(Problem.Kind.CONFLICT, "The container name '" + name + "' is taken; choose another");
        }
        return Optional.of(there.get().getId());
    }

    private void checkImage(String reference, Optional<Ref> team) {
        Optional<InspectImageResponse> image = engine.call("look at the image " + reference, client -> {
            try {
                return Optional.of(client.inspectImageCmd(reference).exec());
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
        Optional<String> owner = image.map(InspectImageResponse::getConfig)
                .map(config -> config.getLabels())
                .map(labels -> labels.get(ContainerState.TEAM))
                .filter(id -> !id.isBlank());
        boolean foreign = owner.isPresent()
                && team.isPresent()
                && !owner.get().equals(team.get().id());
        if (image.isEmpty() || foreign) {
            throw new Problem(
                    Problem.Kind.MISSING,
                    "The engine has no image '" + reference
                            + "'; pull it with image.pull or build it with image.build");
        }
    }

    private ContainerState create(Call call, ContainerSpec spec, Map<String, String> labels) {
        String id;
        if (spec.network().isEmpty()) {
            id = create(spec, labels, Optional.empty());
        } else {
            Networks.Made network = networks.require(spec.network().get(), call.team());
            id = networks.withAddress(network, address -> create(spec, labels, Optional.of(address)));
        }
        return start(spec, id);
    }

    private String create(ContainerSpec spec, Map<String, String> labels, Optional<String> address) {
        String id = engine.call(
                "make the container " + spec.name(),
                client -> command(client, spec, labels, address).exec().getId());
        // Inside the lock of the network: from here on its address is seen to be taken.
        engine.refresh(id);
        return id;
    }

    private CreateContainerCmd command(
            DockerClient client, ContainerSpec spec, Map<String, String> labels, Optional<String> address) {
        HostConfig host = HostConfig.newHostConfig()
                .withRestartPolicy(restart(spec))
                .withLogConfig(new LogConfig(LogConfig.LoggingType.JSON_FILE, LOG_LIMITS))
                .withPrivileged(false)
                .withMounts(spec.volumes().orElse(List.of()).stream()
                        .map(volume -> new Mount()
                                .withType(MountType.VOLUME)
                                .withSource(volume.volume())
                                .withTarget(volume.path()))
                        .toList());
        if (!withoutInit) {
            host.withInit(true);
        }
        spec.cpus().ifPresent(cpus -> host.withNanoCPUs((long) (cpus * NANOS)));
        spec.memory().ifPresent(memory -> host.withMemory(memory).withMemorySwap(memory));
        spec.network().ifPresent(host::withNetworkMode);
        CreateContainerCmd command = client.createContainerCmd(spec.image())
                .withName(spec.name())
                .withLabels(labels)
                .withEnv(spec.environment().orElse(Map.of()).entrySet().stream()
                        .map(each -> each.getKey() + '=' + each.getValue().reveal())
                        .toList());
        spec.command().ifPresent(command::withCmd);
        spec.port().ifPresent(port -> command.withExposedPorts(ExposedPort.tcp(port)));
        spec.healthCheck().ifPresent(check -> command.withHealthcheck(healthCheck(check)));
        address.ifPresent(command::withIpv4Address);
        if (spec.network().isPresent()) {
            spec.aliases().ifPresent(command::withAliases);
        }
        return command.withHostConfig(host);
    }

    private static RestartPolicy restart(ContainerSpec spec) {
        return switch (spec.restart().orElse(ContainerSpec.Restart.UNLESS_STOPPED)) {
            case NO -> RestartPolicy.noRestart();
            case ALWAYS -> RestartPolicy.alwaysRestart();
            case UNLESS_STOPPED -> RestartPolicy.unlessStoppedRestart();
            case ON_FAILURE -> RestartPolicy.onFailureRestart(0);
        };
    }

    private static com.github.dockerjava.api.model.HealthCheck healthCheck(ContainerSpec.HealthCheck wanted) {
        List<String> test = new java.util.ArrayList<>(List.of("CMD"));
        test.addAll(wanted.command());
        var check = new com.github.dockerjava.api.model.HealthCheck().withTest(test);
        wanted.interval().map(Duration::toNanos).ifPresent(check::withInterval);
        wanted.timeout().map(Duration::toNanos).ifPresent(check::withTimeout);
        wanted.startPeriod().map(Duration::toNanos).ifPresent(check::withStartPeriod);
        wanted.retries().ifPresent(check::withRetries);
        return check;
    }

    private ContainerState start(ContainerSpec spec, String id) {
        try {
            engine.request(
                    "start the container " + spec.name(),
                    com.github.dockerjava.transport.DockerHttpClient.Request.Method.POST,
                    "/containers/" + id + "/start",
                    Duration.ofSeconds(60));
        } catch (Problem e) {
            if (e.kind() == Problem.Kind.UNAVAILABLE) {
                throw e;
            }
            remove(id);
            throw new Problem(Problem.Kind.UPSTREAM, e.getMessage(), e);
        }
        return engine.refresh(id)
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UPSTREAM,
                        "The container " + spec.name()
                                + " was gone right after its start; somebody may have removed it"));
    }

    private void remove(String id) {
        engine.call("remove the container that did not start", client -> client.removeContainerCmd(id)
                .withForce(true)
                .withRemoveVolumes(false)
                .exec());
        engine.refresh(id);
    }
}
