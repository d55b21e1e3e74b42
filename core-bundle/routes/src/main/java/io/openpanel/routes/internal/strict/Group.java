package io.openpanel.routes.internal.strict;

import io.openpanel.routes.internal.Rehearsal;
import io.openpanel.routes.internal.Team;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.ExpressionAdapter;

/** Which events are gathered together: never those of two teams, and never one that is only tried out. */
final class Group extends ExpressionAdapter {
    private final Expression key;

    Group(Expression key) {
        this.key = key;
    }

    @Override
    public Object evaluate(Exchange exchange) {
        return Team.of(exchange) + "|" + Rehearsal.of(exchange).map(System::identityHashCode) + "|"
                + key.evaluate(exchange, String.class);
    }
}
