package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import io.openpanel.api.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON trees, read strictly. No Java type of a plugin is ever given to the mapper, so it holds on to none. */
public final class Json {
    private static final int DEEPEST = 100;
    private static final ObjectMapper MAPPER = new ObjectMapper(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEEPEST)
                            .maxNumberLength(100)
                            .maxStringLength(1 << 20)
                            .maxNameLength(1 << 12)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    private Json() {}

    /** A new empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /**
     * Reads one JSON object; an empty array stands for {@code {}}.
     *
     * @throws Problem when it is not exactly one well-formed object
     */
    public static ObjectNode parseObject(byte[] utf8) {
        if (utf8.length == 0) {
            return object();
        }
        JsonNode node = parse(utf8);
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw Problem.invalid("body", "The body must be a JSON object");
    }

    /** Reads one JSON value. */
    public static JsonNode parse(byte[] utf8) {
        try {
            JsonNode node = MAPPER.readTree(utf8);
            if (node == null || node.isMissingNode()) {
                throw Problem.invalid("body", "The body is empty; it must be JSON");
            }
            return node;
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw Problem.invalid("body", "The body is not valid JSON" + where + ": " + e.getOriginalMessage());
        } catch (IOException e) {
            throw Problem.invalid("body", "The body is not valid JSON in UTF-8: " + e.getMessage());
        }
    }

    /** A value as a tree; secrets stay whole inside it, so it must not leave the process. */
    public static JsonNode tree(Shape shape, Object value) {
        try (TokenBuffer buffer = new TokenBuffer(MAPPER, false)) {
            shape.write(value, buffer);
            try (JsonParser parser = buffer.asParser()) {
                return MAPPER.readTree(parser);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A value as UTF-8, without its secrets. */
    public static byte[] bytes(Shape shape, Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = MAPPER.getFactory().createGenerator(bytes)) {
            shape.write(value, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** A tree as text. */
    public static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tree as UTF-8. */
    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A tree as maps, lists, texts, numbers and booleans. */
    public static Object plain(JsonNode node) {
        if (node.isObject()) {
            Map<String, Object> map = new LinkedHashMap<>();
            node.properties().forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        if (node.isArray()) {
            List<Object> list = new ArrayList<>(node.size());
            node.forEach(item -> list.add(plain(item)));
            return list;
        }
        if (node.isNumber()) {
            return node.numberValue();
        }
        if (node.isBoolean()) {
            return node.booleanValue();
        }
        return node.isNull() ? null : node.asText();
    }

    /** The tree of what {@link #plain} made. */
    public static JsonNode node(Object plain) {
        return tree(new Scalars.Free(), plain);
    }

    static void write(Object value, JsonGenerator out) throws IOException {
        if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeFieldName(String.valueOf(entry.getKey()));
                write(entry.getValue(), out);
            }
            out.writeEndObject();
        } else if (value instanceof Iterable<?> items && !(value instanceof JsonNode)) {
            out.writeStartArray();
            for (Object item : items) {
                write(item, out);
            }
            out.writeEndArray();
        } else if (value instanceof JsonNode node) {
            MAPPER.writeTree(out, node);
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof Integer || value instanceof Long || value instanceof Short) {
            out.writeNumber(((Number) value).longValue());
        } else if (value instanceof Number number) {
            out.writeNumber(number.doubleValue());
        } else if (value == null) {
            out.writeNull();
        } else {
            out.writeString(value.toString());
        }
    }
}
