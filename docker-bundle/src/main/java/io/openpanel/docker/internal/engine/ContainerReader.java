package io.openpanel.docker.internal.engine;

import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.HostConfig;
import com.github.dockerjava.api.model.Ports;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads what the engine says of a container. */
final class ContainerReader {
    private static final double NANOS = 1e9;

    private ContainerReader() {}

    /** @param stopped whether somebody is known to have stopped it */
    static ContainerState read(InspectContainerResponse seen, boolean stopped) {
        InspectContainerResponse.ContainerState state = seen.getState();
        ContainerConfig config = seen.getConfig();
        String word = state.getStatus() == null ? "unknown" : state.getStatus();
        Optional<String> health = Optional.ofNullable(state.getHealth())
                .map(each -> each.getStatus())
                .filter(each -> !each.isBlank() && !each.equals("none"));
        int exit = state.getExitCodeLong() == null ? 0 : state.getExitCodeLong().intValue();
        boolean ended = word.equals("exited") || word.equals("dead") || word.equals("restarting");
        Status status = Status.of(word, health, exit, Boolean.TRUE.equals(state.getOOMKilled()), stopped);
        return new ContainerState(
                seen.getId(),
                name(seen.getName()),
                config.getImage(),
                seen.getImageId(),
                status,
                word,
                health,
                ended ? Optional.of(exit) : Optional.empty(),
                text(state.getError()),
                time(seen.getCreated()).orElse(Instant.EPOCH),
                time(state.getStartedAt()),
                time(state.getFinishedAt()),
                ports(seen),
                addresses(seen),
                fixedAddresses(seen),
                config.getLabels() == null ? Map.of() : Map.copyOf(config.getLabels()),
                command(seen),
                mounts(seen),
                restartPolicy(seen.getHostConfig()),
                seen.getRestartCount() == null ? 0 : seen.getRestartCount(),
                limits(seen.getHostConfig()),
                names(config.getEnv()),
                Boolean.TRUE.equals(config.getTty()),
                Boolean.TRUE.equals(state.getRunning()) && state.getPidLong() != null ? state.getPidLong() : 0);
    }

    private static String name(String slashed) {
        return slashed.startsWith("/") ? slashed.substring(1) : slashed;
    }

    private static Optional<String> text(String text) {
        return Optional.ofNullable(text).filter(each -> !each.isBlank());
    }

    /** The engine writes year 1 for never. */
    private static Optional<Instant> time(String text) {
        try {
            return text(text).filter(each -> !each.startsWith("0001-")).map(Instant::parse);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static List<ContainerState.Port> ports(InspectContainerResponse seen) {
        List<ContainerState.Port> ports = new ArrayList<>();
        Ports known = seen.getNetworkSettings() == null
                ? null
                : seen.getNetworkSettings().getPorts();
        if (known != null) {
            known.getBindings().forEach((inside, bindings) -> {
                if (bindings == null) {
                    ports.add(port(inside, Optional.empty(), Optional.empty()));
                    return;
                }
                for (Ports.Binding binding : bindings) {
                    ports.add(port(
                            inside, text(binding.getHostPortSpec()).map(Integer::valueOf), text(binding.getHostIp())));
                }
            });
        }
        ExposedPort[] exposed = seen.getConfig().getExposedPorts();
        if (ports.isEmpty() && exposed != null) {
            Arrays.stream(exposed).forEach(each -> ports.add(port(each, Optional.empty(), Optional.empty())));
        }
        ports.sort(Comparator.comparingInt(ContainerState.Port::port));
        return List.copyOf(ports);
    }

    private static ContainerState.Port port(ExposedPort inside, Optional<Integer> published, Optional<String> address) {
        return new ContainerState.Port(inside.getPort(), inside.getProtocol().toString(), published, address);
    }

    private static Map<String, ContainerNetwork> networks(InspectContainerResponse seen) {
        Map<String, ContainerNetwork> networks = seen.getNetworkSettings() == null
                ? null
                : seen.getNetworkSettings().getNetworks();
        return networks == null ? Map.of() : networks;
    }

    private static Map<String, String> addresses(InspectContainerResponse seen) {
        Map<String, String> addresses = new TreeMap<>();
        networks(seen)
                .forEach((name, network) -> text(network.getIpAddress()).ifPresent(ip -> addresses.put(name, ip)));
        return Map.copyOf(addresses);
    }

    private static Map<String, String> fixedAddresses(InspectContainerResponse seen) {
        Map<String, String> addresses = new TreeMap<>();
        networks(seen).forEach((name, network) -> Optional.ofNullable(network.getIpamConfig())
                .flatMap(ipam -> text(ipam.getIpv4Address()))
                .ifPresent(ip -> addresses.put(name, ip)));
        return Map.copyOf(addresses);
    }

    private static List<String> command(InspectContainerResponse seen) {
        List<String> command = new ArrayList<>();
        text(seen.getPath()).ifPresent(command::add);
        command.addAll(seen.getArgs() == null ? List.of() : List.of(seen.getArgs()));
        return List.copyOf(command);
    }

    private static List<ContainerState.Mount> mounts(InspectContainerResponse seen) {
        if (seen.getMounts() == null) {
            return List.of();
        }
        return seen.getMounts().stream()
                .map(mount -> new ContainerState.Mount(
                        mount.getName() == null ? "bind" : "volume",
                        mount.getName() == null ? String.valueOf(mount.getSource()) : mount.getName(),
                        mount.getDestination() == null
                                ? ""
                                : mount.getDestination().getPath(),
                        Boolean.TRUE.equals(mount.getRW())))
                .toList();
    }

    private static String restartPolicy(HostConfig host) {
        return host == null
                        || host.getRestartPolicy() == null
                        || host.getRestartPolicy().getName().isBlank()
                ? "no"
                : host.getRestartPolicy().getName();
    }

    private static ContainerState.Limits limits(HostConfig host) {
        if (host == null) {
            return new ContainerState.Limits(Optional.empty(), Optional.empty());
        }
        Optional<Double> cpus =
                Optional.ofNullable(host.getNanoCPUs()).filter(each -> each > 0).map(each -> each / NANOS);
        return new ContainerState.Limits(
                cpus, Optional.ofNullable(host.getMemory()).filter(each -> each > 0));
    }

    private static List<String> names(String[] environment) {
        return environment == null
                ? List.of()
                : Arrays.stream(environment)
                        .map(each -> each.contains("=") ? each.substring(0, each.indexOf('=')) : each)
                        .sorted()
                        .toList();
    }
}
