package io.openpanel.web.internal.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.web.internal.Json;
import java.util.HashMap;
import java.util.Map;

/** What an operation's JSON Schema says of the type of each property: enough to turn text into JSON. */
public record Schema(Map<String, Property> properties) {
    /** How the text of a parameter becomes JSON. */
    enum Type {
        TEXT,
        WHOLE,
        NUMBER,
        FLAG,
        OBJECT
    }

    /** @param list whether it takes several values */
    record Property(Type type, boolean list) {}

    private static final Property UNKNOWN = new Property(Type.TEXT, false);

    static Schema of(String text) {
        Map<String, Property> properties = new HashMap<>();
        if (!text.isBlank()) {
            Json.trusted(text)
                    .path("properties")
                    .properties()
                    .forEach(entry -> properties.put(entry.getKey(), property(entry.getValue())));
        }
        return new Schema(properties);
    }

    private static Property property(JsonNode schema) {
        boolean list = schema.path("type").asText().equals("array");
        return new Property(type(list ? schema.path("items") : schema), list);
    }

    private static Type type(JsonNode schema) {
        return switch (schema.path("type").asText()) {
            case "integer" -> Type.WHOLE;
            case "number" -> Type.NUMBER;
            case "boolean" -> Type.FLAG;
            case "object" -> Type.OBJECT;
            default -> Type.TEXT;
        };
    }

    /** An unknown property is text: the gateway refuses it by name. */
    Property property(String name) {
        return properties.getOrDefault(name, UNKNOWN);
    }

    public boolean has(String name) {
        return properties.containsKey(name);
    }
}
