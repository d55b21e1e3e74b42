package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;

/** A body above its limit: 413. */
public final class TooLarge extends Problem {
    private static final long serialVersionUID = 1L;

    public TooLarge(long limit) {
        super(Kind.INVALID, "The body is larger than " + limit / 1024 + " KiB, the most there may be");
    }
}
