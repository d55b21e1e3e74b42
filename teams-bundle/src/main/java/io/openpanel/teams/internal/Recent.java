package io.openpanel.teams.internal;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Values of the database as they were at most 5 seconds ago. A change made on this panel is seen at once through
 * {@link #forget}; one made elsewhere within those 5 seconds. When a value grows old one caller fetches it anew, the
 * others meanwhile take the old one.
 */
final class Recent<K, V> {
    private static final long OLD = TimeUnit.SECONDS.toNanos(3);
    private static final long TOO_OLD = TimeUnit.SECONDS.toNanos(5);

    private final Bounded<K, Held<V>> held;
    private final Function<K, V> source;
    private final LongSupplier nanos;
    private final AtomicLong changes = new AtomicLong();

    private record Held<V>(V value, long at, AtomicBoolean claimed) {}

    Recent(int most, Function<K, V> source, LongSupplier nanos) {
        this.held = new Bounded<>(most);
        this.source = source;
        this.nanos = nanos;
    }

    V get(K key) {
        Held<V> known = held.get(key).orElse(null);
        if (known != null) {
            long age = nanos.getAsLong() - known.at;
            if (age < OLD || (age < TOO_OLD && !known.claimed.compareAndSet(false, true))) {
                return known.value;
            }
        }
        return fetch(key);
    }

    private V fetch(K key) {
        long before = changes.get();
        long at = nanos.getAsLong();
        V value = source.apply(key);
        // What was read before a change must not outlive it.
        if (before == changes.get()) {
            held.put(key, new Held<>(value, at, new AtomicBoolean()));
        }
        return value;
    }

    void forget(K key) {
        changes.incrementAndGet();
        held.remove(key);
    }

    void forgetAll() {
        changes.incrementAndGet();
        held.removeIf((key, value) -> true);
    }
}
