package io.openpanel.docker.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Exchange;
import io.openpanel.spi.Sandbox;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A program in its container. */
final class DockerInmate implements Sandbox.Inmate {
    private static final Logger LOG = LoggerFactory.getLogger(DockerInmate.class);
    private static final int LONGEST_WORDS = 600;

    private final DockerEngine engine;
    private final String id;
    private final long memory;
    private final Set<DockerInmate> left;

    /** @param left has those whose container could not be removed, to be closed again */
    DockerInmate(DockerEngine engine, String id, long memory, Set<DockerInmate> left) {
        this.engine = engine;
        this.id = id;
        this.memory = memory;
        this.left = left;
    }

    @Override
    public Optional<String> ended() {
        Optional<ContainerState> seen =
                engine.snapshot().container(ContainerState.ref(id).id());
        return seen.filter(ContainerState::running).isPresent() ? Optional.empty() : Optional.of(words());
    }

    @Override
    public Optional<Sandbox.Usage> usage() {
        try {
            JsonNode stats = engine.glance(
                    "look at what a plugin uses",
                    "/containers/" + id + "/stats?stream=false&one-shot=true",
                    JsonNode.class);
            JsonNode used = stats.path("memory_stats");
            JsonNode detail = used.path("stats");
            // Files the kernel keeps for later are counted as used, and are nobody's when memory is short.
            long cache = detail.path("total_inactive_file")
                    .asLong(detail.path("inactive_file").asLong());
            return Optional.of(new Sandbox.Usage(
                    Math.max(0, used.path("usage").asLong() - cache),
                    used.path("limit").asLong(),
                    stats.path("pids_stats").path("current").asLong(),
                    stats.path("pids_stats").path("limit").asLong()));
        } catch (RuntimeException e) {
            LOG.debug("What a plugin uses cannot be read", e);
            return Optional.empty();
        }
    }

    private String words() {
        try {
            InspectContainerResponse.ContainerState state = engine.call(
                    "look at the container of a plugin",
                    client -> client.inspectContainerCmd(id).exec().getState());
            if (Boolean.TRUE.equals(state.getOOMKilled())) {
                return "it used more than its " + (memory >> 20) + " MiB of memory";
            }
            return "exit code " + state.getExitCodeLong() + said();
        } catch (RuntimeException e) {
            return e.getMessage();
        }
    }

    private String said() {
        StringBuilder text = new StringBuilder();
        Exchange exchange = engine.stream();
        try (exchange;
                Response response = engine.send(
                        "read what a plugin said last",
                        exchange,
                        request -> request,
                        Request.Method.GET,
                        "/containers/" + id + "/logs?stdout=1&stderr=1&tail=4");
                DataInputStream parts = new DataInputStream(response.getBody())) {
            while (text.length() < LONGEST_WORDS && parts.read() >= 0) {
                parts.skipNBytes(3);
                byte[] part = new byte[Math.min(parts.readInt(), 1 << 14)];
                parts.readFully(part);
                text.append(' ').append(new String(part, StandardCharsets.UTF_8).strip());
            }
        } catch (IOException e) {
            LOG.debug("What a plugin said last cannot be read", e);
        }
        String words = text.length() > LONGEST_WORDS ? text.substring(0, LONGEST_WORDS) : text.toString();
        return words.isBlank() ? "" : ", its last words:" + words;
    }

    @Override
    public void close() {
        try {
            engine.call("remove the container of a plugin", client -> {
                try {
                    return client.removeContainerCmd(id).withForce(true).exec();
                } catch (NotFoundException | ConflictException gone) {
                    return null;
                }
            });
            left.remove(this);
        } catch (RuntimeException e) {
            left.add(this);
            LOG.warn("The container {} of a plugin is removed when the engine answers again: {}", id, e.getMessage());
        }
    }
}
