package io.openpanel.docker.internal.engine;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.github.dockerjava.transport.DockerHttpClient.Request;
import com.github.dockerjava.transport.DockerHttpClient.Response;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.function.Consumer;

/** The engine's own stream of events, as far as it changes what people see. */
final class EngineEvents implements AutoCloseable {
    private static final String FILTERS =
            """
            {"type":["container","network","image"],"event":["create","start","die","oom","kill","stop","pause",\
            "unpause","restart","rename","update","destroy","health_status","connect","disconnect","pull","tag",\
            "untag","delete","import","load"]}""";
    private static final Set<String> ENDING_SIGNALS = Set.of("2", "3", "9", "15");

    private final Exchange exchange;
    private final Response response;
    private final Connection connection;

    /** @param type container, network or image */
    record Happened(String type, String action, String container, boolean ending) {}

    private EngineEvents(Connection connection, Exchange exchange, Response response) {
        this.connection = connection;
        this.exchange = exchange;
        this.response = response;
    }

    /** Subscribes: what happens after this returns is heard. */
    static EngineEvents subscribe(Connection connection) {
        Request request = connection
                .request(Request.Method.GET, "/events?filters=" + URLEncoder.encode(FILTERS, StandardCharsets.UTF_8))
                .build();
        Exchange exchange = connection.stream();
        try {
            return new EngineEvents(connection, exchange, exchange.send(request));
        } catch (RuntimeException e) {
            exchange.close();
            throw e;
        }
    }

    /** Hears events until the stream ends, which it does when the engine goes or {@link #close} is called. */
    void read(Consumer<Happened> hearer) throws IOException {
        JsonParser parser = connection.json().getFactory().createParser(response.getBody());
        MappingIterator<JsonNode> events =
                connection.json().readerFor(JsonNode.class).readValues(parser);
        while (events.hasNextValue()) {
            hearer.accept(happened(events.nextValue()));
        }
    }

    private static Happened happened(JsonNode event) {
        String type = event.path("Type").asText();
        String action = event.path("Action").asText();
        JsonNode attributes = event.path("Actor").path("Attributes");
        String container = type.equals("network")
                ? attributes.path("container").asText()
                : event.path("Actor").path("ID").asText();
        boolean ending = action.equals("stop")
                || (action.equals("kill")
                        && ENDING_SIGNALS.contains(attributes.path("signal").asText()));
        return new Happened(type, action, container, ending);
    }

    @Override
    public void close() {
        exchange.close();
    }
}
