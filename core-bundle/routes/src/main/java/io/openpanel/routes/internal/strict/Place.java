package io.openpanel.routes.internal.strict;

import io.openpanel.api.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A value in a file, and where it stands there: {@code routes.yaml: [0].route.from.steps[1].to}.
 *
 * @param value a map, a list, a text, a number, a boolean or null
 */
record Place(String at, Object value) {
    /** @throws Problem with where it is and what is wrong */
    Problem refused(String reason) {
        return new Problem(Problem.Kind.CONFLICT, at + ": " + reason);
    }

    /** The value as an object that has no other properties than these. */
    Map<?, ?> object(Set<String> known) {
        if (!(value instanceof Map<?, ?> map)) {
            throw refused("must be an object with " + String.join(", ", new TreeSet<>(known)));
        }
        for (Object key : map.keySet()) {
            if (!known.contains(key)) {
                throw refused("'" + shown(key) + "' is not allowed here; allowed "
                        + (known.isEmpty() ? "is nothing" : "are " + String.join(", ", new TreeSet<>(known))));
            }
        }
        return map;
    }

    /** The one property of an object. */
    Place only() {
        if (value instanceof Map<?, ?> map && map.size() == 1) {
            Object key = map.keySet().iterator().next();
            return new Place(at + '.' + shown(key), map.get(key));
        }
        throw refused("must be an object with one property");
    }

    /** The name of the property that {@link #only} gave. */
    String name() {
        return at.substring(at.lastIndexOf('.') + 1);
    }

    Optional<Place> find(String key) {
        return value instanceof Map<?, ?> map && map.containsKey(key)
                ? Optional.of(new Place(at + '.' + key, map.get(key)))
                : Optional.empty();
    }

    Place require(String key) {
        return find(key).orElseThrow(() -> refused("'" + key + "' is missing"));
    }

    List<Place> list() {
        if (!(value instanceof List<?> items)) {
            throw refused("must be a list");
        }
        List<Place> places = new ArrayList<>();
        for (Object item : items) {
            places.add(new Place(at + '[' + places.size() + ']', item));
        }
        return places;
    }

    String text() {
        if (!(value instanceof String text) || text.length() > AllowList.LONGEST_TEXT) {
            throw refused("must be a text of at most " + AllowList.LONGEST_TEXT + " characters");
        }
        if (text.contains("{{")) {
            throw refused("'{{' begins what would be put in from the panel's own properties; it is not allowed");
        }
        return text;
    }

    /** A number, also one written as text. */
    long number(long least, long most) {
        String digits = String.valueOf(value);
        if (!digits.matches("\\d{1,9}") || Long.parseLong(digits) < least || Long.parseLong(digits) > most) {
            throw refused("must be a whole number from " + least + " to " + most + ", not '" + shown(value) + "'");
        }
        return Long.parseLong(digits);
    }

    static String shown(Object value) {
        String text = String.valueOf(value).replaceAll("\\p{Cntrl}", " ");
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }
}
