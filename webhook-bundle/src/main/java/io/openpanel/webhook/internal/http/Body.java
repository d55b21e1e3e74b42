package io.openpanel.webhook.internal.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.openpanel.api.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What is sent.
 *
 * @param type {@code ""} for nothing
 */
public record Body(String type, byte[] bytes) {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int MOST = 1 << 20;

    /** @throws Problem when it is both, or too long */
    public static Body of(Optional<Map<String, Object>> json, Optional<String> text) {
        if (json.isPresent() && text.isPresent()) {
            throw Problem.invalid("text", "text stands in the place of json; leave one of them out");
        }
        Body body = json.map(object -> new Body("application/json", written(object)))
                .or(() -> text.map(
                        plain -> new Body("text/plain; charset=utf-8", plain.getBytes(StandardCharsets.UTF_8))))
                .orElse(new Body("", new byte[0]));
        if (body.bytes.length > MOST) {
            throw Problem.invalid("json", "The body is longer than " + (MOST >> 20) + " MiB; send less");
        }
        return body;
    }

    private static byte[] written(Map<String, Object> object) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            write(out, object);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator out, Object value) throws IOException {
        if (value instanceof Map<?, ?> object) {
            out.writeStartObject();
            for (Map.Entry<?, ?> each : object.entrySet()) {
                out.writeFieldName(String.valueOf(each.getKey()));
                write(out, each.getValue());
            }
            out.writeEndObject();
            return;
        }
        if (value instanceof Iterable<?> list) {
            out.writeStartArray();
            for (Object each : list) {
                write(out, each);
            }
            out.writeEndArray();
            return;
        }
        out.writeObject(value);
    }
}
