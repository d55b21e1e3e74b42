package io.openpanel.teams.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Flat JSON objects, read strictly. */
final class JsonText {
    // Without a recycler, whose thread-locals would hold on to this bundle after an update.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(10)
                    .maxNumberLength(100)
                    .build())
            .build();

    private JsonText() {}

    /**
     * The object's texts by name; values of other types are in it as they are written, {@code null} ones are not.
     *
     * @throws IllegalArgumentException when it is not one flat object: a nested value, a name twice, something behind it
     */
    static Map<String, String> object(String json) {
        Map<String, String> values = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("it must be an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                if (!parser.nextToken().isScalarValue()) {
                    throw new IllegalArgumentException(name + " must not be nested");
                }
                if (parser.currentToken() != JsonToken.VALUE_NULL) {
                    values.put(name, parser.getText());
                }
            }
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("there is something behind the object");
            }
            return values;
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not JSON, or names something twice", e);
        }
    }

    /** An object of texts. */
    static String write(Map<String, String> values) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(text)) {
            out.writeStartObject();
            for (Map.Entry<String, String> value : values.entrySet()) {
                out.writeStringField(value.getKey(), value.getValue());
            }
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }
}
