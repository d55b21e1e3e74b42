package io.openpanel.routes.internal.strict;

import io.openpanel.api.Problem;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.processor.aggregate.MemoryAggregationRepository;

/** What is being gathered, in memory and bounded. */
final class Groups extends MemoryAggregationRepository {
    @Override
    public Exchange add(CamelContext camel, String key, Exchange exchange) {
        if (getKeys().size() >= AllowList.MOST_GROUPS && !getKeys().contains(key)) {
            throw new Problem(
                    Problem.Kind.LIMITED,
                    "More than " + AllowList.MOST_GROUPS + " groups of events are being gathered");
        }
        return super.add(camel, key, exchange);
    }
}
