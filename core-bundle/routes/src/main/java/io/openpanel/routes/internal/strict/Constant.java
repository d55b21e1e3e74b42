package io.openpanel.routes.internal.strict;

import org.apache.camel.Exchange;
import org.apache.camel.support.ExpressionAdapter;

/** A value that is what it is, whatever a text in it looks like. */
final class Constant extends ExpressionAdapter {
    private final Object value;

    Constant(Object value) {
        this.value = value;
    }

    @Override
    public Object evaluate(Exchange exchange) {
        return value;
    }
}
