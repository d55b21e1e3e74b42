package io.openpanel.web.internal.edge;

import com.fasterxml.jackson.core.JsonGenerator;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Answers with problem+json. */
public final class Problems {
    private Problems() {}

    public static void answer(HttpServletRequest request, HttpServletResponse response, Problem problem)
            throws IOException {
        answer(request, response, Failure.of(problem));
    }

    /** Does nothing where an answer has already begun. */
    public static void answer(HttpServletRequest request, HttpServletResponse response, Failure failure)
            throws IOException {
        if (response.isCommitted()) {
            return;
        }
        response.resetBuffer();
        if (!Body.isOver(request)) {
            response.setHeader("Connection", "close");
        }
        byte[] body = json(failure, RequestId.of(request));
        response.setStatus(failure.status());
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        response.setHeader("Cache-Control", "no-store");
        failure.retryAfter()
                .ifPresent(wait ->
                        response.setHeader("Retry-After", Long.toString(Math.max(1, (wait.toMillis() + 999) / 1000))));
        if (failure.status() == 401) {
            response.setHeader("WWW-Authenticate", "Bearer");
        }
        response.getOutputStream().write(body);
    }

    private static byte[] json(Failure failure, String request) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        try (JsonGenerator json = Json.generator(bytes)) {
            json.writeStartObject();
            json.writeStringField("type", "urn:openpanel:problem:" + failure.kind());
            json.writeStringField("title", failure.title());
            json.writeNumberField("status", failure.status());
            json.writeStringField("detail", failure.detail() == null ? failure.title() : failure.detail());
            json.writeStringField("instance", request);
            json.writeStringField("kind", failure.kind());
            if (!failure.errors().isEmpty()) {
                json.writeObjectFieldStart("errors");
                for (Map.Entry<String, String> error : new TreeMap<>(failure.errors()).entrySet()) {
                    json.writeStringField(error.getKey(), error.getValue());
                }
                json.writeEndObject();
            }
            json.writeEndObject();
        }
        return bytes.toByteArray();
    }
}
