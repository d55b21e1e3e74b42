package io.openpanel.spi;

import io.openpanel.api.Event;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** Hears events for Camel routes and live streams. */
@ProviderType
public interface Events {
    /**
     * Hears durable events at least once, in order per resource; an exception is a try that failed. The subscription is
     * kept until {@link #forget}, or until the plugin is uninstalled whose id and a colon its name begins with.
     */
    AutoCloseable subscribe(String subscriber, String pattern, Consumer<Event> hearer);

    /** Drops a durable subscription and what waits for it. */
    void forget(String subscriber);

    /** Hears what is published on this panel from now on, after the commit; misses nothing but keeps nothing. */
    AutoCloseable watch(String pattern, Consumer<Event> hearer);
}
