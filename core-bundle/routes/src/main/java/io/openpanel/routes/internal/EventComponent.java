package io.openpanel.routes.internal;

import io.openpanel.api.Event;
import io.openpanel.api.Problem;
import io.openpanel.spi.Events;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code from: event:deployment.finished}: each durable event with that topic, its data as a map in the body. */
final class EventComponent extends DefaultComponent {
    private static final Logger LOG = LoggerFactory.getLogger(EventComponent.class);
    private static final Set<Problem.Kind> WORTH_ANOTHER_TRY =
            EnumSet.of(Problem.Kind.UNAVAILABLE, Problem.Kind.TIMEOUT, Problem.Kind.UPSTREAM, Problem.Kind.LIMITED);

    private final Events events;
    private final RouteRuns runs;
    private final UnaryOperator<String> plugins;

    /** @param plugins gives the plugin that ships a route */
    EventComponent(Events events, RouteRuns runs, UnaryOperator<String> plugins) {
        this.events = events;
        this.runs = runs;
        this.plugins = plugins;
    }

    /** The name a route subscribes under; kept while the route is stopped, and gone with its plugin. */
    private String subscriber(String route) {
        return plugins.apply(route) + ":route." + route;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
        return new EventEndpoint(uri, remaining);
    }

    private final class EventEndpoint extends DefaultEndpoint {
        private final String pattern;

        EventEndpoint(String uri, String pattern) {
            super(uri, EventComponent.this);
            this.pattern = pattern;
        }

        @Override
        public Producer createProducer() {
            throw new UnsupportedOperationException("event: stands in a 'from'; events are published by plugins");
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new EventConsumer(this, processor, pattern);
        }
    }

    /** Stands where a route begins. */
    final class EventConsumer extends DefaultConsumer {
        private final String pattern;
        private AutoCloseable subscription;

        EventConsumer(Endpoint endpoint, Processor processor, String pattern) {
            super(endpoint, processor);
            this.pattern = pattern;
        }

        @Override
        protected void doStart() throws Exception {
            super.doStart();
            subscription = events.subscribe(subscriber(getRouteId()), pattern, this::hear);
        }

        @Override
        protected void doStop() throws Exception {
            subscription.close();
            super.doStop();
        }

        private void hear(Event event) {
            Exchange exchange = createExchange(false);
            try {
                exchange.getIn().setBody(new LinkedHashMap<>(event.data()));
                exchange.setProperty("openpanel.event", event.id());
                exchange.setProperty("openpanel.topic", event.topic());
                exchange.setProperty("topic", event.topic());
                event.team().ifPresent(team -> Team.set(exchange, team));
                run(exchange);
                runs.note(getRouteId(), Optional.empty());
            } catch (Problem problem) {
                runs.note(getRouteId(), Optional.of(problem.getMessage()));
                if (WORTH_ANOTHER_TRY.contains(problem.kind())) {
                    throw problem;
                }
                LOG.warn("Route {} refused {}: {}", getRouteId(), event.topic(), problem.getMessage());
            } catch (RuntimeException e) {
                runs.note(getRouteId(), Optional.of(String.valueOf(e.getMessage())));
                throw e;
            } catch (Exception e) {
                runs.note(getRouteId(), Optional.of(String.valueOf(e.getMessage())));
                throw new IllegalStateException("Route " + getRouteId() + " failed", e);
            } finally {
                releaseExchange(exchange, false);
            }
        }

        private void run(Exchange exchange) throws Exception {
            getProcessor().process(exchange);
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
        }

        /** Runs the route with this data without calling an action. */
        Rehearsal rehearse(Map<String, Object> data) {
            Rehearsal rehearsal = new Rehearsal();
            Exchange exchange = createExchange(false);
            exchange.getIn().setBody(new LinkedHashMap<>(data));
            rehearsal.begin(exchange);
            exchange.setProperty("topic", pattern);
            try {
                run(exchange);
                rehearsal.end(null);
            } catch (Exception e) {
                rehearsal.end(e);
            } finally {
                releaseExchange(exchange, false);
            }
            return rehearsal;
        }
    }
}
