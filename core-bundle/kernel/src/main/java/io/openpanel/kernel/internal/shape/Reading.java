package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One reading of a JSON value: strict for what callers send, tolerant for what bundles hear of each other. */
public final class Reading {
    private static final int MOST_ERRORS = 20;

    private final boolean strict;
    private final Map<String, String> errors = new LinkedHashMap<>();

    private Reading(boolean strict) {
        this.strict = strict;
    }

    /** Unknown properties are errors. */
    public static Reading strict() {
        return new Reading(true);
    }

    /** Unknown properties are passed over. */
    public static Reading tolerant() {
        return new Reading(false);
    }

    boolean isStrict() {
        return strict;
    }

    /** Notes an error and gives null, so that a reader can return it. */
    public Object wrong(String path, String message) {
        if (errors.size() < MOST_ERRORS) {
            errors.putIfAbsent(path.isEmpty() ? "body" : path, message);
        }
        return null;
    }

    /** Whether nothing was noted. */
    public boolean isGood() {
        return errors.isEmpty();
    }

    /** Notes each property of an object that is none of the known. */
    void refuseUnknown(JsonNode object, String prefix, List<String> known) {
        for (Iterator<String> names = object.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (!known.contains(name)) {
                String shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
                wrong(prefix + shown, "is not known; known are " + String.join(", ", known));
            }
        }
    }

    /** @throws Problem when something was noted */
    public void check() {
        if (!errors.isEmpty()) {
            Map<String, String> named = new LinkedHashMap<>();
            errors.forEach((field, message) -> named.put(field, field + " " + message));
            throw Problem.invalid(named);
        }
    }
}
