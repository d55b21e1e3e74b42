package io.openpanel.data.internal.row;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Writes values as jsonb's text, by what they are, and reads them back. */
final class JsonText {
    private static final JsonFactory JSON = new JsonFactory();

    private final Shapes shapes;
    private final Sealing sealing;

    JsonText(Shapes shapes, Sealing sealing) {
        this.shapes = shapes;
        this.sealing = sealing;
    }

    String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            write(json, value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toString();
    }

    static Object read(String text, Codec codec, Sealing sealing) {
        if (text == null) {
            return null;
        }
        try (JsonParser json = parser(text)) {
            return json.nextToken() == JsonToken.VALUE_NULL ? null : codec.json(json, sealing);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static JsonParser parser(String text) throws IOException {
        return JSON.createParser(text);
    }

    static void require(JsonParser json, JsonToken token) {
        if (json.currentToken() != token) {
            throw new IllegalStateException("jsonb has " + json.currentToken() + " where " + token + " belongs");
        }
    }

    private void write(JsonGenerator json, Object value) throws IOException {
        if (value instanceof Optional<?> optional) {
            write(json, optional.orElse(null));
        } else if (value == null) {
            json.writeNull();
        } else if (value instanceof Record && !(value instanceof Ref)) {
            writeRecord(json, value);
        } else if (value instanceof Map<?, ?> map) {
            json.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                json.writeFieldName((String) entry.getKey());
                write(json, entry.getValue());
            }
            json.writeEndObject();
        } else if (value instanceof Collection<?> collection) {
            json.writeStartArray();
            for (Object each : collection) {
                write(json, each);
            }
            json.writeEndArray();
        } else {
            writeScalar(json, value);
        }
    }

    private void writeRecord(JsonGenerator json, Object value) throws IOException {
        RecordShape shape = shapes.of(value.getClass());
        json.writeStartObject();
        for (int i = 0; i < shape.size(); i++) {
            Object component = shape.value(value, i);
            if (component instanceof Optional<?> optional && optional.isEmpty()) {
                continue;
            }
            json.writeFieldName(shape.name(i));
            write(json, component);
        }
        json.writeEndObject();
    }

    private void writeScalar(JsonGenerator json, Object value) throws IOException {
        if (value instanceof String text) {
            json.writeString(text);
        } else if (value instanceof Boolean truth) {
            json.writeBoolean(truth);
        } else if (value instanceof Integer || value instanceof Long || value instanceof Short) {
            json.writeNumber(((Number) value).longValue());
        } else if (value instanceof Double || value instanceof Float) {
            json.writeNumber(((Number) value).doubleValue());
        } else if (value instanceof BigDecimal number) {
            json.writeNumber(number);
        } else if (value instanceof BigInteger number) {
            json.writeNumber(number);
        } else if (value instanceof Instant || value instanceof Duration || value instanceof Ref) {
            json.writeString(value.toString());
        } else if (value instanceof Enum<?> constant) {
            json.writeString(Scalars.text(constant));
        } else if (value instanceof Secret secret) {
            json.writeString(sealing.seal(secret));
        } else if (value instanceof byte[] bytes) {
            json.writeBinary(bytes);
        } else {
            throw new IllegalArgumentException(
                    "jsonb cannot hold a " + value.getClass().getName());
        }
    }
}
