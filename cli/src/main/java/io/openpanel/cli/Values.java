package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** From what is typed to JSON, by the schema. */
final class Values {
    private static final Pattern BYTES = Pattern.compile("(\\d+(?:\\.\\d+)?)\\s*([kmgt]?)i?b?");

    private Values() {}

    /** The JSON of the texts given for one option. */
    static JsonNode read(String name, JsonNode schema, List<String> texts) {
        String type = schema.path("type").asText("string");
        if (type.equals("array")) {
            ArrayNode list = Json.MAPPER.createArrayNode();
            texts.forEach(text -> list.add(read(name, schema.path("items"), List.of(text))));
            return list;
        }
        if (type.equals("object")) {
            return object(name, schema, texts);
        }
        String text = texts.get(texts.size() - 1);
        return switch (type) {
            case "integer" -> schema.path("format").asText().equals("bytes") ? bytes(name, text) : whole(name, text);
            case "number" -> decimal(name, text);
            case "boolean" -> flag(name, text);
            default -> Json.MAPPER
                    .getNodeFactory()
                    .textNode(schema.path("format").asText().equals("password") ? Prompt.secretFrom(name, text) : text);
        };
    }

    /** {@code a=1,b=2} or several {@code a=1}, or JSON. */
    private static JsonNode object(String name, JsonNode schema, List<String> texts) {
        if (texts.size() == 1 && texts.get(0).startsWith("{")) {
            return Json.parse(texts.get(0));
        }
        boolean map = !schema.has("properties");
        ObjectNode object = Json.object();
        for (String text : texts) {
            for (String pair : map ? new String[] {text} : text.split(",")) {
                int equals = pair.indexOf('=');
                if (equals < 1) {
                    throw new Failure(Failure.USAGE, "--" + name + " wants name=value, not '" + pair + "'");
                }
                String key = pair.substring(0, equals);
                JsonNode inner = map
                        ? schema.path("additionalProperties")
                        : schema.path("properties").path(key);
                object.set(key, read(name, inner, List.of(pair.substring(equals + 1))));
            }
        }
        return object;
    }

    private static JsonNode bytes(String name, String text) {
        Matcher matcher = BYTES.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new Failure(Failure.USAGE, "--" + name + " wants a size such as 512m or 2g, not '" + text + "'");
        }
        int power = " kmgt"
                .indexOf(matcher.group(2).isEmpty() ? ' ' : matcher.group(2).charAt(0));
        return Json.MAPPER.getNodeFactory().numberNode((long)
                (Double.parseDouble(matcher.group(1)) * Math.pow(1024, power)));
    }

    private static JsonNode whole(String name, String text) {
        try {
            return Json.MAPPER.getNodeFactory().numberNode(Long.parseLong(text));
        } catch (NumberFormatException e) {
            throw new Failure(Failure.USAGE, "--" + name + " wants a whole number, not '" + text + "'");
        }
    }

    private static JsonNode decimal(String name, String text) {
        try {
            return Json.MAPPER.getNodeFactory().numberNode(Double.parseDouble(text));
        } catch (NumberFormatException e) {
            throw new Failure(Failure.USAGE, "--" + name + " wants a number, not '" + text + "'");
        }
    }

    private static JsonNode flag(String name, String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new Failure(Failure.USAGE, "--" + name + " wants true or false, not '" + text + "'");
        }
        return Json.MAPPER.getNodeFactory().booleanNode(Boolean.parseBoolean(text));
    }
}
