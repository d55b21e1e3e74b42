package io.openpanel.teams.internal;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Function;

/** A map that forgets what was not used for longest once it is full. */
final class Bounded<K, V> {
    private final Map<K, V> entries;

    Bounded(int most) {
        entries = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > most;
            }
        };
    }

    synchronized Optional<V> get(K key) {
        return Optional.ofNullable(entries.get(key));
    }

    synchronized V computeIfAbsent(K key, Function<K, V> make) {
        return entries.computeIfAbsent(key, make);
    }

    synchronized void put(K key, V value) {
        entries.put(key, value);
    }

    synchronized void remove(K key) {
        entries.remove(key);
    }

    synchronized void removeIf(BiPredicate<K, V> condition) {
        entries.entrySet().removeIf(entry -> condition.test(entry.getKey(), entry.getValue()));
    }
}
