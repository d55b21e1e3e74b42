package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Event;
import io.openpanel.api.Extension;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** An extension whose methods are in another process: it says itself what there is to call. */
public interface Described extends Extension {
    /** @throws IllegalArgumentException naming the action and what is wrong with it */
    List<Entry> entries(Map<String, Set<String>> roles, Turnstile turnstile);

    List<Hearing> hearings();

    List<Ticking> tickings();

    /** @param name of the method, with its class */
    record Hearing(String name, String pattern, Consumer<Event> hearer) {}

    /** @param name of the method, with its class */
    record Ticking(String name, String every, Runnable work) {}
}
