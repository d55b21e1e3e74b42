package io.openpanel.routes.internal.strict;

import io.openpanel.api.Problem;
import io.openpanel.routes.internal.JsonTemplate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.LoggingLevel;
import org.apache.camel.Processor;
import org.apache.camel.model.AggregateDefinition;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.support.ExpressionAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes the steps of a route. */
final class Steps {
    private static final Logger LOG = LoggerFactory.getLogger("io.openpanel.routes.log");

    private final StrictRoutes.Names names;
    private final Map<String, Place> led = new LinkedHashMap<>();
    private int made;

    Steps(StrictRoutes.Names names) {
        this.names = names;
    }

    /** The routes of the same file that the steps made since the last call lead to. */
    Map<String, Place> led() {
        Map<String, Place> since = Map.copyOf(led);
        led.clear();
        return since;
    }

    /** Adds what a list of steps says to a part of a route. */
    void add(ProcessorDefinition<?> to, Place steps, int depth) {
        if (depth > AllowList.DEEPEST) {
            throw steps.refused("steps lie at most " + AllowList.DEEPEST + " deep in each other");
        }
        for (Place each : steps.list()) {
            if (++made > AllowList.MOST_STEPS) {
                throw each.refused("there are at most " + AllowList.MOST_STEPS + " steps in a file");
            }
            each.object(AllowList.STEPS.keySet());
            step(to, each.only(), depth + 1);
        }
    }

    private void step(ProcessorDefinition<?> to, Place step, int depth) {
        boolean object = step.value() instanceof Map<?, ?>;
        if (object) {
            step.object(AllowList.STEPS.get(step.name()));
        }
        to.process(new Budget(cost(step)));
        switch (step.name()) {
            case "to" -> to.to(target(object ? step.require("uri") : step));
            case "filter" -> add(to.filter(condition(step)), step.require("steps"), depth);
            case "choice" -> choice(to, step, depth);
            case "split" -> add(to.split(bounded(step)).stopOnException(), step.require("steps"), depth);
            case "aggregate" -> aggregate(to, step, depth);
            case "throttle" -> to.throttle(constant(step).number(1, 10_000))
                    .timePeriodMillis(step.require("timePeriodMillis").number(1000, 60_000));
            case "delay" -> to.delay(constant(step).number(1, AllowList.LONGEST_DELAY.toMillis()));
            case "setBody" -> to.setBody(value(step));
            case "transform" -> to.transform(value(step));
            case "setHeader" -> to.setHeader(header(step), value(step));
            case "removeHeader" -> to.removeHeader(header(step));
            case "log" -> to.process(log(step, object));
            default -> to.stop();
        }
    }

    private static long cost(Place step) {
        return switch (step.name()) {
            case "to", "log" -> Budget.ACTION;
            case "delay" -> Budget.waiting(constant(step).number(1, AllowList.LONGEST_DELAY.toMillis()));
            case "throttle" -> Budget.waiting(step.require("timePeriodMillis").number(1000, 60_000));
            default -> 1;
        };
    }

    private String target(Place uri) {
        String[] parts = uri.text().split(":", 2);
        if (parts.length < 2 || !AllowList.TARGETS.contains(parts[0])) {
            throw uri.refused("'" + Place.shown(uri.value()) + "' is not allowed; a step leads to action: or direct:");
        }
        if (parts[0].equals("action")) {
            names.requireUsed(uri, parts[1]);
        } else {
            names.requireOwn(uri, parts[1]);
            led.put(parts[1], uri);
        }
        return uri.text();
    }

    private static String header(Place step) {
        Place name = step.require("name");
        if (!AllowList.HEADER.matcher(name.text()).matches()) {
            throw name.refused("'" + Place.shown(name.value())
                    + "' is not allowed; a header is of lower-case letters, digits and dashes, and none of Camel's");
        }
        return name.text();
    }

    /** The one way in which a value is said, with or without {@code expression:} around it. */
    private static Place said(Place step) {
        Place around = step.find("expression").orElse(step);
        if (around != step) {
            around.object(AllowList.EXPRESSIONS);
        }
        List<Place> found = AllowList.EXPRESSIONS.stream()
                .flatMap(kind -> around.find(kind).stream())
                .toList();
        if (found.size() != 1) {
            throw around.refused("has one of constant, language and simple");
        }
        return found.get(0);
    }

    private static Place text(Place said) {
        if (!(said.value() instanceof Map<?, ?>)) {
            return said;
        }
        said.object(Set.of("expression"));
        return said.require("expression");
    }

    private static Expression value(Place step) {
        Place said = said(step);
        return switch (said.name()) {
            case "simple" -> Template.read(text(said));
            case "constant" -> new Constant(text(said).text());
            default -> json(said);
        };
    }

    private static Expression json(Place said) {
        said.object(Set.of("language", "expression"));
        Place language = said.require("language");
        if (!"json".equals(language.value())) {
            throw language.refused("'" + Place.shown(language.value()) + "' is not allowed; allowed is json");
        }
        Place json = said.require("expression");
        try {
            Expression made = JsonTemplate.of(json.text(), text -> Template.read(new Place(json.at(), text)));
            return computed(exchange -> Budget.bounded(made.evaluate(exchange, Object.class)));
        } catch (IllegalArgumentException e) {
            throw json.refused(e.getMessage());
        }
    }

    private static Condition condition(Place step) {
        Place said = said(step);
        if (!said.name().equals("simple")) {
            throw said.refused("a comparison is said in simple");
        }
        return Condition.read(text(said));
    }

    private static Place constant(Place step) {
        Place said = said(step);
        if (!said.name().equals("constant")) {
            throw said.refused("must be a constant number");
        }
        return text(said);
    }

    private void choice(ProcessorDefinition<?> to, Place step, int depth) {
        ChoiceDefinition choice = to.choice();
        for (Place when : step.require("when").list()) {
            when.object(AllowList.STEPS.get("filter"));
            choice.when(condition(when));
            add(choice, when.require("steps"), depth);
        }
        step.find("otherwise").ifPresent(otherwise -> {
            otherwise.object(Set.of("steps"));
            choice.otherwise();
            add(choice, otherwise.require("steps"), depth);
        });
    }

    private static Expression bounded(Place step) {
        Expression items = value(step);
        return computed(exchange -> {
            Object found = items.evaluate(exchange, Object.class);
            if (found instanceof List<?> list && list.size() <= AllowList.MOST_SPLIT) {
                return list;
            }
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "What is split must be a list of at most " + AllowList.MOST_SPLIT + " items");
        });
    }

    private static Expression computed(Function<Exchange, Object> value) {
        return new ExpressionAdapter() {
            @Override
            public Object evaluate(Exchange exchange) {
                return value.apply(exchange);
            }
        };
    }

    private void aggregate(ProcessorDefinition<?> to, Place step, int depth) {
        Place strategy = step.require("aggregationStrategy");
        if (!"list".equals(strategy.value())) {
            throw strategy.refused("'" + Place.shown(strategy.value()) + "' is not allowed; allowed is list");
        }
        AggregateDefinition aggregate = to.aggregate(
                new Group(value(step.require("correlationExpression"))), new GroupedBodyAggregationStrategy());
        aggregate.aggregationRepository(new Groups());
        aggregate.completionSize((int) step.require("completionSize").number(1, AllowList.MOST_GATHERED));
        aggregate.completionTimeout(
                step.require("completionTimeout").number(1000, AllowList.LONGEST_GATHERING.toMillis()));
        add(aggregate, step.require("steps"), depth);
    }

    /** A line stays one line, and says whose it is. */
    private Processor log(Place step, boolean object) {
        Template message = Template.read(object ? step.require("message") : step);
        Optional<Place> said = object ? step.find("loggingLevel") : Optional.empty();
        said.filter(level -> !AllowList.LEVELS.contains(level.text())).ifPresent(level -> {
            throw level.refused("must be one of " + String.join(", ", AllowList.LEVELS));
        });
        LoggingLevel level = said.map(Place::text).map(LoggingLevel::valueOf).orElse(LoggingLevel.INFO);
        return exchange -> {
            String line = Place.shown(message.evaluate(exchange));
            LOG.atLevel(org.slf4j.event.Level.valueOf(level.name()))
                    .log("The plugin {}, route {}: {}", names.plugin(), exchange.getFromRouteId(), line);
        };
    }
}
