package io.openpanel.docker.internal.run;

import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Named volumes: made for a team, used by that team only. Nothing here removes one. */
final class Volumes {
    private final DockerEngine engine;

    Volumes(DockerEngine engine) {
        this.engine = engine;
    }

    /** Makes the volume, or checks that the one there is belongs to the labels' team. */
    void ensure(String name, Map<String, String> containerLabels) {
        Optional<Map<String, String>> there = engine.call("look at the volume " + name, client -> {
            try {
                InspectVolumeResponse volume = client.inspectVolumeCmd(name).exec();
                return Optional.of(volume.getLabels() == null ? Map.of() : volume.getLabels());
            } catch (NotFoundException e) {
                return Optional.empty();
            }
        });
        String team = containerLabels.get(ContainerState.TEAM);
        if (there.isPresent()) {
            boolean ours = "true".equals(there.get().get(ContainerState.MANAGED));
            // One of no team may hold anything, even a directory of the machine.
            if (!ours || (team != null && !team.equals(there.get().get(ContainerState.TEAM)))) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "The volume '" + name + "' exists and does not belong to this team; choose another name");
            }
            return;
        }
        Map<String, String> labels = new TreeMap<>(containerLabels);
        labels.keySet().retainAll(java.util.List.of(ContainerState.MANAGED, ContainerState.TEAM, ContainerState.APP));
        engine.call("make the volume " + name, client -> client.createVolumeCmd()
                .withName(name)
                .withLabels(labels)
                .exec());
    }
}
