package io.openpanel.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON trees. */
final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();

    private Json() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static JsonNode parse(String text) {
        try {
            JsonNode node = MAPPER.readTree(text.isBlank() ? "{}" : text);
            return node == null ? object() : node;
        } catch (JsonProcessingException e) {
            throw new Failure(Failure.FAILED, "The answer is no JSON: " + e.getOriginalMessage());
        }
    }

    static String text(JsonNode node) {
        return node.toString();
    }

    static String pretty(JsonNode node) {
        return node.toPrettyString();
    }
}
