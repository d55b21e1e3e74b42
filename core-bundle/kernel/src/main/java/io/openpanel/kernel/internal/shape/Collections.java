package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The shapes of lists, maps and a list's query. */
final class Collections {
    static final long MOST_ITEMS = 10_000;

    private Collections() {}

    record Many(Shape item, Limits limits) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "array");
            limits.describeSize(schema);
            item.describe(schema.putObject("items"));
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            if (!node.isArray()) {
                return reading.wrong(path, "must be a list");
            }
            if (reading.isStrict() && !limits.checkSize(node.size(), path, reading)) {
                return null;
            }
            List<Object> list = new ArrayList<>(node.size());
            for (int i = 0; i < node.size(); i++) {
                list.add(item.read(node.get(i), path + '[' + i + ']', reading));
            }
            return list;
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            out.writeStartArray();
            for (Object each : (Iterable<?>) value) {
                item.write(each, out);
            }
            out.writeEndArray();
        }
    }

    record Named(Shape value, Limits limits) implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "object");
            value.describe(schema.putObject("additionalProperties"));
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            if (!node.isObject()) {
                return reading.wrong(path, "must be an object");
            }
            if (reading.isStrict() && !limits.checkSize(node.size(), path, reading)) {
                return null;
            }
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> {
                if (Limits.hasNul(entry.getKey()) || !Limits.isUnicode(entry.getKey())) {
                    reading.wrong(path, "must not have a name with the character NUL or half a character");
                }
                map.put(entry.getKey(), value.read(entry.getValue(), path + '.' + entry.getKey(), reading));
            });
            return map;
        }

        @Override
        public void write(Object map, JsonGenerator out) throws IOException {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : ((Map<?, ?>) map).entrySet()) {
                out.writeFieldName((String) entry.getKey());
                if (entry.getValue() == null) {
                    out.writeNull();
                } else {
                    value.write(entry.getValue(), out);
                }
            }
            out.writeEndObject();
        }
    }

    /** {@link Query}: what is not limit, cursor or sort is a filter. */
    record Filters() implements Shape {
        @Override
        public void describe(ObjectNode schema) {
            schema.put("type", "object");
            ObjectNode properties = schema.putObject("properties");
            properties
                    .putObject("limit")
                    .put("type", "integer")
                    .put("minimum", 1)
                    .put("maximum", 1000)
                    .put("default", 100)
                    .put("description", "How many items at most");
            properties.putObject("cursor").put("type", "string").put("description", "The next of the page before");
            properties
                    .putObject("sort")
                    .put("type", "string")
                    .put("description", "A property to sort by, with - in front for descending");
            schema.putObject("additionalProperties")
                    .put("type", "string")
                    .put("description", "A property and the value it must have");
        }

        @Override
        public Object read(JsonNode node, String path, Reading reading) {
            int limit = 100;
            String cursor = "";
            String sort = "";
            Map<String, String> filter = new LinkedHashMap<>();
            for (Map.Entry<String, JsonNode> entry : node.properties()) {
                JsonNode value = entry.getValue();
                switch (entry.getKey()) {
                    case "limit" -> {
                        limit = value.isTextual() && value.textValue().matches("\\d{1,4}")
                                ? Integer.parseInt(value.textValue())
                                : value.isInt() ? value.intValue() : 0;
                        if (limit < 1 || limit > 1000) {
                            reading.wrong("limit", "must be a whole number from 1 to 1000");
                        }
                    }
                    case "cursor" -> cursor = value.asText("");
                    case "sort" -> sort = value.asText("");
                    default -> {
                        if (value.isContainerNode()
                                || value.asText("").length() > 1000
                                || Limits.hasNul(value.asText(""))
                                || !Limits.isUnicode(value.asText(""))) {
                            reading.wrong(entry.getKey(), "must be a text of at most 1000 characters");
                        }
                        filter.put(entry.getKey(), value.asText(""));
                    }
                }
            }
            return new Query(limit, cursor, sort, filter);
        }

        @Override
        public void write(Object value, JsonGenerator out) throws IOException {
            Query query = (Query) value;
            out.writeStartObject();
            out.writeNumberField("limit", query.limit());
            out.writeStringField("cursor", query.cursor());
            out.writeStringField("sort", query.sort());
            for (Map.Entry<String, String> entry : query.filter().entrySet()) {
                out.writeStringField(entry.getKey(), entry.getValue());
            }
            out.writeEndObject();
        }
    }
}
