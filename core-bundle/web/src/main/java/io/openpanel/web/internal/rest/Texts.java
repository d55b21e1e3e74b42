package io.openpanel.web.internal.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** Text of paths and queries as JSON. What does not fit stays text, and the gateway says what is wrong with it. */
final class Texts {
    private static final Pattern WHOLE = Pattern.compile("-?(0|[1-9]\\d{0,18})");
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d{0,30})(\\.\\d{1,30})?([eE][+-]?\\d{1,3})?");

    private Texts() {}

    static void write(JsonGenerator json, String name, Schema.Property property, List<Query.Value> values)
            throws IOException {
        if (property.list()) {
            json.writeStartArray();
            for (String text : items(values)) {
                write(json, name, property.type(), text);
            }
            json.writeEndArray();
            return;
        }
        if (values.size() > 1) {
            throw Problem.invalid(name, name + " is given " + values.size() + " times; it takes one value");
        }
        write(json, name, property.type(), values.get(0).text());
    }

    private static List<String> items(List<Query.Value> values) {
        if (values.size() == 1 && values.get(0).commas()) {
            return Arrays.asList(values.get(0).text().split(",", -1));
        }
        return values.stream().map(Query.Value::text).toList();
    }

    private static void write(JsonGenerator json, String name, Schema.Type type, String text) throws IOException {
        switch (type) {
            case WHOLE -> number(json, text, WHOLE);
            case NUMBER -> number(json, text, NUMBER);
            case FLAG -> flag(json, text);
            case OBJECT -> object(json, name, text);
            default -> json.writeString(text);
        }
    }

    private static void number(JsonGenerator json, String text, Pattern form) throws IOException {
        if (form.matcher(text).matches()) {
            json.writeNumber(text);
        } else {
            json.writeString(text);
        }
    }

    private static void flag(JsonGenerator json, String text) throws IOException {
        if (text.equals("true") || text.equals("false")) {
            json.writeBoolean(text.equals("true"));
        } else {
            json.writeString(text);
        }
    }

    private static void object(JsonGenerator json, String name, String text) throws IOException {
        JsonNode value;
        try {
            value = Json.read(text.getBytes(StandardCharsets.UTF_8));
        } catch (Problem e) {
            throw Problem.invalid(name, name + " must be a JSON object: " + e.getMessage());
        }
        json.writeTree(value);
    }
}
