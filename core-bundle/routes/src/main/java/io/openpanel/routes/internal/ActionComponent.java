package io.openpanel.routes.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
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
 * {@code to: action:container.start}: the body, a map or a JSON object as text, is the input; the answer becomes the body.
 * The call is made as the plugin that ships the route, in the event's team.
 */
final class ActionComponent extends DefaultComponent {
    /** The exchange property with the team; a property, since headers may come from outside. */
    static final String TEAM = "openpanel.team";

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
            exchange.getMessage().setBody("{}");
            return;
        }
        String route = exchange.getFromRouteId();
        String plugin = pluginOfRoute
                .apply(route)
                .orElseThrow(() -> new Problem(Problem.Kind.DENIED, "The route " + route + " belongs to no plugin"));
        Optional<Ref> team = Optional.ofNullable(exchange.getProperty(TEAM, Ref.class));
        Principal principal = new Principal(new Ref("bundle", plugin), "Route " + route, team, Optional.empty());
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
            exchange.getMessage().setBody(new String(done.json(), StandardCharsets.UTF_8));
        } else if (reply instanceof Gateway.Reply.Accepted accepted) {
            exchange.getMessage().setBody(Map.of("job", accepted.job().toString()));
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
