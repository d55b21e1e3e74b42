package io.openpanel.web.internal;

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
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/** JSON as strict as the gateway's. */
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

    public static JsonGenerator generator(OutputStream out) throws IOException {
        return MAPPER.getFactory().createGenerator(out);
    }

    public static JsonParser parser(byte[] utf8) throws IOException {
        return MAPPER.getFactory().createParser(utf8);
    }

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Reads what a client sent. */
    public static JsonNode read(byte[] utf8) {
        try {
            JsonNode node = MAPPER.readTree(utf8);
            if (node == null || node.isMissingNode()) {
                throw Problem.invalid("body", "The body is empty; it must be JSON");
            }
            return node;
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    /** Reads what the panel itself wrote. */
    public static JsonNode trusted(String text) {
        try {
            return MAPPER.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] bytes(JsonNode node) {
        try {
            return MAPPER.writeValueAsBytes(node);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What to tell whoever sent malformed JSON. */
    public static Problem malformed(IOException e) {
        if (e instanceof JsonProcessingException wrong && wrong.getLocation() != null) {
            return Problem.invalid(
                    "body",
                    "The body is not valid JSON at line " + wrong.getLocation().getLineNr() + ", column "
                            + wrong.getLocation().getColumnNr() + ": " + wrong.getOriginalMessage());
        }
        return Problem.invalid("body", "The body is not valid JSON in UTF-8: " + e.getMessage());
    }
}
