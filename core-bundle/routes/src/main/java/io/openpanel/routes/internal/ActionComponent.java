package io.openpanel.routes.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * {@code to: action:container.start}: the body, a map or a JSON object as text, is the input; the answer becomes the body,
 * and as a map the property {@code answer}.
 * The call is made as the plugin that ships the route, in the event's team.
 */
final class ActionComponent extends DefaultComponent {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Gateway gateway;
    private final Function<String, Optional<String>> pluginOfRoute;

    ActionComponent(Gateway gateway, Function<String, Optional<String>> pluginOfRoute) {
        this.gateway = gateway;
        this.pluginOfRoute = pluginOfRoute;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        return new ActionEndpoint(uri, remaining);
    }

    private final class ActionEndpoint extends DefaultEndpoint {
        private final String action;

        ActionEndpoint(String uri, String action) {
            super(uri, ActionComponent.this);
            this.action = action;
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) {
                    call(exchange, action);
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            throw new UnsupportedOperationException("action: stands in a 'to'; hear events with event:");
        }
    }

    private void call(Exchange exchange, String action) {
        Optional<Rehearsal> rehearsal = Rehearsal.of(exchange);
        if (rehearsal.isPresent()) {
            rehearsal.get().plan(action, new String(input(exchange), StandardCharsets.UTF_8));
            answer(exchange, "{}".getBytes(StandardCharsets.UTF_8));
            return;
        }
        String route = exchange.getFromRouteId();
        String plugin = pluginOfRoute
                .apply(route)
                .orElseThrow(() -> new Problem(Problem.Kind.DENIED, "The route " + route + " belongs to no plugin"));
        Principal principal =
                new Principal(new Ref("bundle", plugin), "Route " + route, Team.of(exchange), Optional.empty());
        Gateway.Reply reply = gateway.call(new Gateway.Invocation(
                action,
                input(exchange),
                new Gateway.Caller.Known(principal),
                "route",
                "",
                exchange.getExchangeId(),
                Optional.empty(),
                Optional.empty()));
        if (reply instanceof Gateway.Reply.Done done) {
            answer(exchange, done.json());
        } else if (reply instanceof Gateway.Reply.Accepted accepted) {
            exchange.getMessage().setBody(Map.of("job", accepted.job().toString()));
        }
    }

    private static void answer(Exchange exchange, byte[] json) {
        exchange.getMessage().setBody(new String(json, StandardCharsets.UTF_8));
        try {
            exchange.setProperty("answer", JSON.readValue(json, Map.class));
        } catch (IOException e) {
            throw new Problem(Problem.Kind.UPSTREAM, "The answer is no JSON object", e);
        }
    }

    private static byte[] input(Exchange exchange) {
        Object body = exchange.getMessage().getBody();
        if (body instanceof Map<?, ?> map) {
            try {
                return JSON.writeValueAsBytes(map);
            } catch (JsonProcessingException e) {
                throw new Problem(Problem.Kind.INVALID, "The body is no JSON: " + e.getOriginalMessage(), e);
            }
        }
        return body == null
                ? new byte[0]
                : exchange.getMessage().getBody(String.class).getBytes(StandardCharsets.UTF_8);
    }
}
