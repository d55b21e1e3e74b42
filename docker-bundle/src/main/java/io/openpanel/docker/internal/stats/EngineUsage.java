package io.openpanel.docker.internal.stats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Exchange;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A container's counters as the engine streams them, for engines elsewhere: dearer than files, one thread each. */
final class EngineUsage implements UsageSource {
    private static final Logger LOG = LoggerFactory.getLogger(EngineUsage.class);

    private final Exchange exchange;
    private volatile Usage latest;
    private volatile IOException broken;

    EngineUsage(DockerEngine engine, String container) {
        this.exchange = engine.stream();
        Thread thread = new Thread(() -> follow(engine, container), "docker-stats-" + container.substring(0, 12));
        thread.setDaemon(true);
        thread.start();
    }

    private void follow(DockerEngine engine, String container) {
        try (Response response = engine.send(
                "read what a container uses",
                exchange,
                request -> request,
                Request.Method.GET,
                "/containers/" + container + "/stats?stream=true")) {
            MappingIterator<JsonNode> items =
                    new ObjectMapper().readerFor(JsonNode.class).readValues(response.getBody());
            while (items.hasNextValue()) {
                latest = usage(items.nextValue());
            }
            broken = new IOException("the engine ended the stream");
        } catch (IOException | RuntimeException e) {
            LOG.debug("The engine's figures of {} ended", container, e);
            broken = new IOException("the engine's figures ended", e);
        }
    }

    static Usage usage(JsonNode stats) {
        JsonNode memory = stats.path("memory_stats");
        JsonNode detail = memory.path("stats");
        long cache = detail.path("total_inactive_file")
                .asLong(detail.path("inactive_file").asLong(0));
        long read = 0;
        long written = 0;
        for (JsonNode each : stats.path("blkio_stats").path("io_service_bytes_recursive")) {
            read += each.path("op").asText().equalsIgnoreCase("read")
                    ? each.path("value").asLong()
                    : 0;
            written += each.path("op").asText().equalsIgnoreCase("write")
                    ? each.path("value").asLong()
                    : 0;
        }
        long received = 0;
        long sent = 0;
        for (JsonNode each : stats.path("networks")) {
            received += each.path("rx_bytes").asLong();
            sent += each.path("tx_bytes").asLong();
        }
        return new Usage(
                System.nanoTime(),
                stats.path("cpu_stats").path("cpu_usage").path("total_usage").asLong(),
                Math.max(0, memory.path("usage").asLong() - cache),
                memory.path("limit").asLong(),
                read,
                written,
                received,
                sent);
    }

    @Override
    public Optional<Usage> read() throws IOException {
        if (broken != null) {
            throw broken;
        }
        return Optional.ofNullable(latest);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
