package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * From a schema that another process sent, in the words that {@link Shape#describe} writes, to a shape. Whatever else it
 * says is left out: what is shown of it afterwards is described anew. Patterns are among that; a foreign expression is not
 * matched here, where it could take for ever.
 */
public final class Schemas {
    private static final int DEEPEST = 8;
    private static final int LONGEST_WORDS = 500;
    private static final int MOST_PARTS = 200;

    private Schemas() {}

    /** The shape of a list's query. */
    public static Shape query() {
        return Types.shape(Query.class, null);
    }

    /** Any JSON. */
    public static Shape any() {
        return new Scalars.Free();
    }

    /** @throws IllegalArgumentException when it is too large or has a word that no shape has */
    public static Shape read(JsonNode schema) {
        return read(schema, 0);
    }

    private static Shape read(JsonNode schema, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("a schema may be " + DEEPEST + " levels deep");
        }
        return switch (schema.path("type").asText("")) {
            case "object" -> object(schema, depth);
            case "array" -> new Collections.Many(
                    read(schema.path("items"), depth + 1),
                    limits(schema, "minItems", "maxItems", Collections.MOST_ITEMS));
            case "string" -> text(schema);
            case "integer" -> new Scalars.Whole(
                    !format(schema).equals("int32"),
                    format(schema).equals("bytes"),
                    limits(schema, "minimum", "maximum", Long.MAX_VALUE));
            case "number" -> new Scalars.Decimal(limits(schema, "minimum", "maximum", Long.MAX_VALUE));
            case "boolean" -> new Scalars.Flag();
            case "" -> new Scalars.Free();
            default -> throw new IllegalArgumentException("a schema has no type such as its");
        };
    }

    private static String format(JsonNode schema) {
        return schema.path("format").asText("");
    }

    private static Shape object(JsonNode schema, int depth) {
        JsonNode values = schema.path("additionalProperties");
        if (values.isObject()) {
            return new Collections.Named(read(values, depth + 1), new Limits(0, Collections.MOST_ITEMS, null));
        }
        List<Fields.Field> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            if (fields.size() == MOST_PARTS || !property.getKey().matches("[A-Za-z_$][A-Za-z0-9_$]{0,99}")) {
                throw new IllegalArgumentException(
                        "a record has at most " + MOST_PARTS + " components, with Java names");
            }
            fields.add(field(property.getKey(), property.getValue(), schema.path("required"), depth));
        }
        return new Fields(List.copyOf(fields));
    }

    private static Fields.Field field(String name, JsonNode schema, JsonNode required, int depth) {
        boolean needed = false;
        for (JsonNode each : required) {
            needed |= each.asText().equals(name);
        }
        return new Fields.Field(
                name,
                read(schema, depth + 1),
                needed,
                cut(schema.path("description").asText("")),
                cut(schema.path("examples").path(0).asText("")));
    }

    private static Shape text(JsonNode schema) {
        JsonNode options = schema.path("enum");
        if (options.isArray() && options.size() <= MOST_PARTS) {
            List<String> names = new ArrayList<>();
            options.forEach(each -> names.add(cut(each.asText(""))));
            return new Fields.Options(List.copyOf(names));
        }
        return switch (format(schema)) {
            case "ref" -> new Scalars.Pointer(cut(schema.path("x-kind").asText("")));
            case "password" -> new Scalars.Hidden(limits(schema, "minLength", "maxLength", Scalars.LONGEST_SECRET));
            case "date-time" -> new Scalars.Moment();
            case "duration" -> new Scalars.Span();
            case "multiline" -> new Scalars.Text(
                    limits(schema, "minLength", "maxLength", Scalars.LONGEST_DOCUMENT), true);
            default -> new Scalars.Text(limits(schema, "minLength", "maxLength", Scalars.LONGEST_DOCUMENT), false);
        };
    }

    private static Limits limits(JsonNode schema, String min, String max, long most) {
        long least = schema.path(min).canConvertToLong() ? schema.path(min).asLong(Long.MIN_VALUE) : Long.MIN_VALUE;
        long greatest = schema.path(max).canConvertToLong() ? schema.path(max).asLong(most) : most;
        return new Limits(least, Math.min(greatest, most), null);
    }

    private static String cut(String words) {
        return words.length() > LONGEST_WORDS ? words.substring(0, LONGEST_WORDS) : words;
    }
}
