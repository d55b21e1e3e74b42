package io.openpanel.routes.internal.strict;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Which routes of a file lead to which: each to one that is there, and none back to itself. */
final class Calls {
    private static final String DIRECT = "direct:";

    private final Map<String, Map<String, Place>> byName = new HashMap<>();

    /** @param led the names a route leads to, and where it says so */
    void add(String source, Map<String, Place> led) {
        String name = source.startsWith(DIRECT) ? source.substring(DIRECT.length()) : source + byName.size();
        byName.computeIfAbsent(name, any -> new HashMap<>()).putAll(led);
    }

    void check() {
        byName.forEach((name, led) -> led.forEach((to, place) -> {
            if (!byName.containsKey(to)) {
                throw place.refused("no route of this file begins with direct:" + to);
            }
            if (leads(to, name, new HashSet<>())) {
                throw place.refused("the route leads back to itself by way of direct:" + to);
            }
        }));
    }

    private boolean leads(String from, String to, Set<String> seen) {
        return from.equals(to)
                || seen.add(from)
                        && byName.getOrDefault(from, Map.of()).keySet().stream()
                                .anyMatch(next -> leads(next, to, seen));
    }
}
