package io.openpanel.routes.internal;

import io.openpanel.api.Ref;
import java.util.Optional;
import org.apache.camel.Exchange;

/** The team whose event a route runs for; kept in a property, since headers may come from outside. */
public final class Team {
    private static final String PROPERTY = "openpanel.team";

    private Team() {}

    static void set(Exchange exchange, Ref team) {
        exchange.setProperty(PROPERTY, team);
    }

    public static Optional<Ref> of(Exchange exchange) {
        return Optional.ofNullable(exchange.getProperty(PROPERTY, Ref.class));
    }
}
