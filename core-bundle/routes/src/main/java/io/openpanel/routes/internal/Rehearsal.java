package io.openpanel.routes.internal;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.Exchange;

/** A run of a route in which no action is called; what would be called is written down. */
public final class Rehearsal {
    private static final String PROPERTY = "openpanel.rehearsal";

    private final List<Planned> planned = new CopyOnWriteArrayList<>();
    private volatile Optional<String> failure = Optional.empty();

    /** An action with the JSON it would get. */
    public record Planned(String action, String input) {}

    void begin(Exchange exchange) {
        exchange.setProperty(PROPERTY, this);
    }

    /** The rehearsal that an exchange is part of, if it is not meant. */
    public static Optional<Rehearsal> of(Exchange exchange) {
        return Optional.ofNullable(exchange.getProperty(PROPERTY, Rehearsal.class));
    }

    void plan(String action, String input) {
        planned.add(new Planned(action, input));
    }

    void end(Exception reason) {
        failure = Optional.ofNullable(reason).map(each -> String.valueOf(each.getMessage()));
    }

    public List<Planned> planned() {
        return List.copyOf(planned);
    }

    /** Where it broke off, if it did. */
    public Optional<String> failure() {
        return failure;
    }
}
