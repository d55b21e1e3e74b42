package io.openpanel.routes.internal.strict;

import io.openpanel.api.Problem;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * What one run of a route may do: few steps that call each other several times are many, and a value that holds another
 * twice grows without end. Waiting and actions count for many steps.
 */
final class Budget implements Processor {
    static final long ACTION = 100;
    private static final String PROPERTY = "openpanel.budget";

    private final long cost;

    Budget(long cost) {
        this.cost = cost;
    }

    /** What waiting so long counts for. */
    static long waiting(long millis) {
        return 1 + millis / 10;
    }

    /** Parts of an exchange share what its whole has. */
    @Override
    public void process(Exchange exchange) {
        AtomicLong spent = exchange.getProperty(PROPERTY, AtomicLong.class);
        if (spent == null) {
            spent = new AtomicLong();
            exchange.setProperty(PROPERTY, spent);
        }
        if (spent.addAndGet(cost) > AllowList.MOST_DONE) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The route does more than " + AllowList.MOST_DONE
                            + " steps in one run; an action or a line counts for " + ACTION
                            + ", a second of waiting for 100");
        }
    }

    /** @throws Problem when a value that a route made is larger than any event */
    static Object bounded(Object value) {
        measure(value, 0);
        return value;
    }

    private static long measure(Object value, long before) {
        long size = before + 1;
        if (value instanceof CharSequence text) {
            size += text.length();
        } else if (value instanceof Map<?, ?> map) {
            for (Object each : map.values()) {
                size = measure(each, size);
            }
        } else if (value instanceof Iterable<?> items) {
            for (Object each : items) {
                size = measure(each, size);
            }
        }
        if (size > AllowList.LARGEST_VALUE) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The route makes a value of more than " + (AllowList.LARGEST_VALUE >> 10) + " KiB");
        }
        return size;
    }
}
