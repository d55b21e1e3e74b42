package io.openpanel.web.internal.rest;

import io.openpanel.api.Operation;
import java.util.List;

/** An operation with what its place in the REST API needs. */
public final class Route {
    private final Operation operation;
    private final List<String> variables;
    private volatile Schema input;
    private volatile Boolean numbered;

    Route(Operation operation, List<String> variables) {
        this.operation = operation;
        this.variables = variables;
    }

    public Operation operation() {
        return operation;
    }

    /** The input components in the path, in order. */
    List<String> variables() {
        return variables;
    }

    /** Read when first needed: most operations are never called. */
    public Schema input() {
        Schema known = input;
        if (known == null) {
            known = Schema.of(operation.input());
            input = known;
        }
        return known;
    }

    /** Whether the items of this stream carry a {@code seq} of their own. */
    public boolean isNumbered() {
        Boolean known = numbered;
        if (known == null) {
            known = Schema.of(operation.output()).has("seq");
            numbered = known;
        }
        return known;
    }

    boolean takesBody() {
        return !operation.method().equals("GET");
    }
}
