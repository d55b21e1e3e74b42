package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** One reading of a JSON value: strict for what callers send, tolerant for what bundles hear of each other. */
public final class Reading {
    private static final int MOST_ERRORS = 20;

    private final boolean strict;
    private final Function<String, Optional<Secret>> settings;
    private final Map<String, String> errors = new LinkedHashMap<>();

    private Reading(boolean strict, Function<String, Optional<Secret>> settings) {
        this.strict = strict;
        this.settings = settings;
    }

    /** Unknown properties are errors. */
    public static Reading strict() {
        return new Reading(true, any -> Optional.empty());
    }

    /**
     * Unknown properties are errors, and {@code {"setting": "name"}} may stand in the place of a secret.
     *
     * @param settings the caller's own
     */
    public static Reading strict(Function<String, Optional<Secret>> settings) {
        return new Reading(true, settings);
    }

    /** Unknown properties are passed over. */
    public static Reading tolerant() {
        return new Reading(false, any -> Optional.empty());
    }

    boolean isStrict() {
        return strict;
    }

    /** The caller's setting that an object names. */
    Optional<Secret> setting(JsonNode node) {
        return node.size() == 1 && node.path("setting").isTextual()
                ? settings.apply(node.get("setting").textValue())
                : Optional.empty();
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
