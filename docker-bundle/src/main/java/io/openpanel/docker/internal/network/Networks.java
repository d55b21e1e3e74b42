package io.openpanel.docker.internal.network;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.DockerException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Network;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Networks of the panel. The engine itself is the ledger: ours carry the label op.managed. */
@Component(
        service = Networks.class,
        configurationPid = "io.openpanel.docker.networks",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Networks.Settings.class)
public final class Networks {
    private static final Logger LOG = LoggerFactory.getLogger(Networks.class);

    private final DockerEngine engine;
    private final Supplier<List<Subnet>> routes;
    private volatile Pools pools;
    private final Lock creating = new ReentrantLock();
    private final Map<String, Lock> allocating = new ConcurrentHashMap<>();

    /** Where networks get their addresses from. */
    @ObjectClassDefinition(
            id = "io.openpanel.docker.networks",
            name = "%title",
            localization = "OSGI-INF/l10n/networks")
    public @interface Settings {
        @AttributeDefinition(name = "%ranges", description = "%ranges.help")
        String[] ranges() default {"10.201.0.0/16", "172.31.0.0/16", "192.168.192.0/18"};

        @AttributeDefinition(name = "%bits", description = "%bits.help", min = "20", max = "28")
        int bits() default 26;
    }

    /** Where new networks get their addresses from. */
    private record Pools(List<Subnet> ranges, int bits) {
        /** What is no block of addresses is left out: a wrong line must not keep the containers from the panel. */
        static Pools of(Settings settings) {
            List<Subnet> ranges = new ArrayList<>();
            for (String text : settings.ranges()) {
                try {
                    ranges.add(Subnet.parse(text.strip()));
                } catch (IllegalArgumentException e) {
                    LOG.error("Networks get no addresses out of '{}': {}", text, e.getMessage());
                }
            }
            return new Pools(List.copyOf(ranges), settings.bits());
        }
    }

    @Activate
    public Networks(@Reference DockerEngine engine, Settings settings) {
        this(engine, Pools.of(settings), () -> engine.isLocal() ? HostRoutes.read() : List.of());
    }

    /** Networks that are there keep their addresses. */
    @Modified
    void modified(Settings settings) {
        pools = Pools.of(settings);
    }

    Networks(DockerEngine engine, List<Subnet> ranges, int bits, Supplier<List<Subnet>> routes) {
        this(engine, new Pools(ranges, bits), routes);
    }

    private Networks(DockerEngine engine, Pools pools, Supplier<List<Subnet>> routes) {
        this.engine = engine;
        this.pools = pools;
        this.routes = routes;
    }

    /** A network of the panel. */
    public record Made(String name, Subnet subnet, Optional<Ref> team) {}

    /** The network of this name, made if there is none yet. */
    public Made ensure(String name, Map<String, String> labels, Optional<Ref> team) {
        Optional<Made> there = find(name);
        if (there.isEmpty()) {
            creating.lock();
            try {
                there = find(name);
                if (there.isEmpty()) {
                    there = Optional.of(create(name, labels));
                }
            } finally {
                creating.unlock();
            }
        }
        return own(there.get(), team);
    }

    private static Made own(Made network, Optional<Ref> team) {
        if (team.isPresent() && network.team.isPresent() && !network.team.equals(team)) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "The network name '" + network.name + "' is taken; choose another");
        }
        return network;
    }

    /** The panel's network of this name that the team may use. */
    public Made require(String name, Optional<Ref> team) {
        return own(
                find(name)
                        .orElseThrow(() -> new Problem(
                                Problem.Kind.MISSING,
                                "There is no network '" + name + "' of the panel; make it with network.ensure")),
                team);
    }

    private Optional<Made> find(String name) {
        return named(name).map(network -> {
            Map<String, String> labels = network.getLabels() == null ? Map.of() : network.getLabels();
            List<Subnet> subnets = subnets(network);
            if (!"true".equals(labels.get(ContainerState.MANAGED)) || subnets.isEmpty()) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "The network '" + name
                                + "' is not the panel's; choose another name, or remove it with docker network rm");
            }
            return new Made(
                    name,
                    subnets.get(0),
                    Optional.ofNullable(labels.get(ContainerState.TEAM))
                            .filter(each -> !each.isBlank())
                            .map(id -> new Ref("team", id)));
        });
    }

    private Optional<Network> named(String name) {
        return engine.call("look at the network " + name, client -> {
            try {
                // The engine takes the beginning of an id as well.
                return Optional.of(
                                client.inspectNetworkCmd().withNetworkId(name).exec())
                        .filter(each -> each.getName().equals(name));
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
    }

    private List<Network> list() {
        return engine.call(
                "list the networks", client -> client.listNetworksCmd().exec());
    }

    private static List<Subnet> subnets(Network network) {
        if (network.getIpam() == null || network.getIpam().getConfig() == null) {
            return List.of();
        }
        return network.getIpam().getConfig().stream()
                .map(Network.Ipam.Config::getSubnet)
                .filter(each -> each != null && each.contains("."))
                .map(Subnet::parse)
                .toList();
    }

    private Made create(String name, Map<String, String> labels) {
        List<Subnet> taken = new ArrayList<>(routes.get());
        list().forEach(network -> taken.addAll(subnets(network)));
        Pools now = pools;
        List<Subnet> free = now.ranges.stream()
                .flatMap(range -> range.split(Math.max(now.bits, range.bits())))
                .filter(block -> taken.stream().noneMatch(block::overlaps))
                .toList();
        for (Subnet block : free) {
            if (create(name, block, labels)) {
                return new Made(
                        name,
                        block,
                        Optional.ofNullable(labels.get(ContainerState.TEAM)).map(id -> new Ref("team", id)));
            }
            Optional<Made> other = find(name);
            if (other.isPresent()) {
                return other.get();
            }
        }
        throw new Problem(
                Problem.Kind.UNAVAILABLE,
                "No block of addresses is free for the network '" + name + "' in " + now.ranges
                        + ": delete projects you no longer need, or add a range in the settings");
    }

    /** False when somebody else was quicker with the block or the name. */
    private boolean create(String name, Subnet block, Map<String, String> labels) {
        Network.Ipam.Config config = new Network.Ipam.Config()
                .withSubnet(block.toString())
                .withGateway(Subnet.text(block.gateway()))
                .withIpRange(block.upperHalf().toString());
        return engine.call("create the network " + name, client -> {
            try {
                client.createNetworkCmd()
                        .withName(name)
                        .withDriver("bridge")
                        .withCheckDuplicate(true)
                        .withLabels(labels)
                        .withIpam(new Network.Ipam().withConfig(config))
                        .exec();
                return true;
            } catch (ConflictException e) {
                return false;
            } catch (DockerException e) {
                if (String.valueOf(e.getMessage()).contains("overlap")) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Removes the panel's network of this name; false when there was none. */
    public boolean delete(String name, Optional<Ref> team) {
        Optional<Made> network = find(name);
        if (network.isEmpty()) {
            return false;
        }
        own(network.get(), team);
        List<String> users = engine.snapshot().containers().stream()
                .filter(each -> each.addresses().containsKey(name)
                        || each.fixedAddresses().containsKey(name))
                .map(ContainerState::name)
                .sorted()
                .toList();
        if (!users.isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The network '" + name + "' is used by " + String.join(", ", users) + "; delete these first");
        }
        engine.call("delete the network " + name, client -> client.removeNetworkCmd(name)
                .exec());
        allocating.remove(name);
        return true;
    }

    /**
     * Does something with an address of the network that no container has, not even a stopped one. While it does, no
     * other address of this network is given out.
     */
    public <T> T withAddress(Made network, Function<String, T> work) {
        Lock lock = allocating.computeIfAbsent(network.name, any -> new ReentrantLock());
        lock.lock();
        try {
            return work.apply(Subnet.text(free(network)));
        } finally {
            lock.unlock();
        }
    }

    private int free(Made network) {
        Set<Integer> taken = new HashSet<>();
        engine.call("look at the network " + network.name, client -> inspect(client, network.name))
                .values()
                .forEach(address -> taken.add(Subnet.address(address.substring(0, address.indexOf('/')))));
        for (ContainerState each : engine.snapshot().containers()) {
            Stream.of(each.addresses(), each.fixedAddresses())
                    .map(map -> map.get(network.name))
                    .filter(address -> address != null)
                    .forEach(address -> taken.add(Subnet.address(address)));
        }
        return network.subnet
                .hosts()
                .filter(address -> !taken.contains(address))
                .findFirst()
                .orElseThrow(() -> new Problem(
                        Problem.Kind.CONFLICT,
                        "The network '" + network.name + "' ("
                                + network.subnet
                                + ") is full; delete containers you no longer need"));
    }

    private static Map<String, String> inspect(DockerClient client, String name) {
        Map<String, String> addresses = new HashMap<>();
        Map<String, Network.ContainerNetworkConfig> containers =
                client.inspectNetworkCmd().withNetworkId(name).exec().getContainers();
        if (containers != null) {
            containers.forEach((id, each) -> {
                if (each.getIpv4Address() != null && each.getIpv4Address().contains("/")) {
                    addresses.put(id, each.getIpv4Address());
                }
            });
        }
        return addresses;
    }
}
