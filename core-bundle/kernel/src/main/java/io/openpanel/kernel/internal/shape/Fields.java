package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Operation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A record whose class is in another process: its values by name. */
public record Fields(List<Field> fields) implements Shape {
    /** One component. */
    public record Field(String name, Shape shape, boolean required, String description, String example) {}

    @Override
    public void describe(ObjectNode schema) {
        describe(schema, fields);
    }

    /** The JSON Schema of a record with these components. */
    static void describe(ObjectNode schema, List<Field> fields) {
        schema.put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        var required = schema.putArray("required");
        for (Field field : fields) {
            ObjectNode property = properties.putObject(field.name());
            field.shape().describe(property);
            if (!field.description().isEmpty()) {
                property.put("description", field.description());
            }
            if (!field.example().isEmpty()) {
                property.putArray("examples").add(field.example());
            }
            if (field.required()) {
                required.add(field.name());
            }
        }
        schema.put("additionalProperties", false);
    }

    @Override
    public Object read(JsonNode node, String path, Reading reading) {
        if (!node.isObject()) {
            return reading.wrong(path, "must be an object");
        }
        String prefix = path.isEmpty() ? "" : path + '.';
        List<String> known = fields.stream().map(Field::name).toList();
        if (reading.isStrict()) {
            reading.refuseUnknown(node, prefix, known);
        }
        Map<String, Object> values = new LinkedHashMap<>();
        for (Field field : fields) {
            JsonNode value = node.get(field.name());
            if (value != null && !value.isNull()) {
                values.put(field.name(), field.shape().read(value, prefix + field.name(), reading));
            } else if (field.required() && reading.isStrict()) {
                reading.wrong(prefix + field.name(), "is required");
            }
        }
        return values;
    }

    @Override
    public void write(Object value, JsonGenerator out) throws IOException {
        Map<?, ?> values = (Map<?, ?>) value;
        out.writeStartObject();
        for (Field field : fields) {
            Object part = values.get(field.name());
            if (part != null && !field.shape().omitted(out)) {
                out.writeFieldName(field.name());
                field.shape().write(part, out);
            }
        }
        out.writeEndObject();
    }

    /**
     * The components that point at resources.
     *
     * @param needs component → the second action the caller must be allowed on it
     */
    public List<Operation.RefParam> refs(Map<String, String> needs) {
        List<Operation.RefParam> refs = new ArrayList<>();
        for (Field field : fields) {
            boolean many = field.shape() instanceof Collections.Many;
            Shape single = field.shape() instanceof Collections.Many list ? list.item() : field.shape();
            if (single instanceof Scalars.Pointer pointer) {
                refs.add(new Operation.RefParam(
                        field.name(), pointer.kind(), needs.getOrDefault(field.name(), ""), field.required(), many));
            }
        }
        return refs;
    }

    /** One of some words. */
    record Options(List<String> names) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "string");
            names.forEach(schema.putArray("enum")::add);
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            String text = node.isTextual() ? node.textValue() : null;
            return names.contains(text) ? text : reading.wrong(path, "must be one of " + String.join(", ", names));
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeString((String) value);
        }
    }
}
