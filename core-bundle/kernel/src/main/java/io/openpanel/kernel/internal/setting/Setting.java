package io.openpanel.kernel.internal.setting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Shape;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One setting as its plugin declares it.
 *
 * @param name as people write it
 * @param property as the plugin's component gets it
 * @param most how many values it may have; 0 for one value that is no list
 * @param standard what counts while nobody sets it, as JSON
 * @param options value → label; empty where anything of the type goes
 */
record Setting(
        String name,
        String property,
        String section,
        String title,
        String description,
        Type type,
        int most,
        boolean required,
        Optional<JsonNode> standard,
        Map<String, String> options,
        Shape shape) {
    /** What it is, apart from being one or many. */
    public enum Type {
        TEXT,
        WHOLE,
        DECIMAL,
        FLAG,
        DURATION,
        SECRET
    }

    boolean isList() {
        return most != 0;
    }

    boolean isSecret() {
        return type == Type.SECRET;
    }

    /**
     * What somebody wants it to be, in the form in which it is kept. Numbers, flags and lists may come as text, as command
     * lines have it.
     *
     * @param reading is told what is wrong with it
     */
    Optional<JsonNode> read(JsonNode wanted, String path, Reading reading) {
        JsonNode typed = typed(wanted);
        Object value = shape.read(typed, path, reading);
        if (value == null) {
            return Optional.empty();
        }
        JsonNode kept = isSecret() ? typed : Json.parse(Json.bytes(shape, value));
        if (required && (kept.isTextual() && kept.asText().isBlank() || kept.isArray() && kept.isEmpty())) {
            reading.wrong(path, "must not be empty");
            return Optional.empty();
        }
        return Optional.of(kept);
    }

    private JsonNode typed(JsonNode wanted) {
        if (!isList()) {
            return wanted.isTextual() ? typed(wanted.textValue()) : wanted;
        }
        if (!wanted.isTextual() && !wanted.isArray()) {
            return wanted;
        }
        ArrayNode list = Json.object().putArray("list");
        if (wanted.isTextual()) {
            List.of(wanted.textValue().split(",")).stream()
                    .map(String::strip)
                    .filter(each -> !each.isEmpty())
                    .forEach(each -> list.add(typed(each)));
        } else {
            wanted.forEach(each -> list.add(each.isTextual() ? typed(each.textValue()) : each));
        }
        return list;
    }

    private JsonNode typed(String text) {
        boolean number = type == Type.WHOLE && text.strip().matches("[+-]?\\d{1,19}")
                || type == Type.DECIMAL && text.strip().matches("[+-]?\\d{1,19}(\\.\\d{1,19})?");
        if (number) {
            return Json.parse(text.strip().replace("+", "").getBytes(StandardCharsets.UTF_8));
        }
        return type == Type.FLAG && text.matches("true|false")
                ? BooleanNode.valueOf(text.equals("true"))
                : TextNode.valueOf(text);
    }

    /** The JSON Schema of its value, for forms. */
    void describe(ObjectNode schema) {
        shape.describe(schema);
        schema.put("title", title).put("description", description);
        standard.ifPresent(value -> schema.set("default", value));
        if (!options.isEmpty()) {
            ObjectNode labels = schema.putObject("x-labels");
            options.forEach(labels::put);
        }
    }
}
