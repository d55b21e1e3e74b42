package io.openpanel.kernel.internal.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Json;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What went wrong on one side, as the other side throws it. */
final class Problems {
    private static final int LONGEST = 2000;
    private static final String BUG = "BUG";

    private Problems() {}

    static ObjectNode write(RuntimeException failure) {
        ObjectNode json = Json.object();
        if (!(failure instanceof Problem problem)) {
            String message = failure.getClass() == IllegalStateException.class
                    ? failure.getMessage()
                    : failure.getClass().getSimpleName() + ": " + failure.getMessage();
            return json.put("kind", BUG).put("message", cut(message));
        }
        json.put("kind", problem.kind().name()).put("message", cut(problem.getMessage()));
        ObjectNode fields = json.putObject("fields");
        problem.fields().forEach(fields::put);
        problem.retryAfter().ifPresent(wait -> json.put("retryAfter", wait.toMillis()));
        return json;
    }

    static RuntimeException read(JsonNode json) {
        String message = cut(json.path("message").asText("It failed and does not say why"));
        String kind = json.path("kind").asText("");
        for (Problem.Kind each : Problem.Kind.values()) {
            if (each.name().equals(kind)) {
                return problem(each, message, json);
            }
        }
        return new IllegalStateException(message);
    }

    private static Problem problem(Problem.Kind kind, String message, JsonNode json) {
        Map<String, String> fields = new HashMap<>();
        json.path("fields")
                .properties()
                .forEach(each ->
                        fields.put(cut(each.getKey()), cut(each.getValue().asText(""))));
        Problem problem = kind == Problem.Kind.INVALID && !fields.isEmpty()
                ? Problem.invalid(fields)
                : new Problem(kind, message);
        long wait = json.path("retryAfter").asLong(0);
        return wait > 0 ? problem.retryAfter(Duration.ofMillis(Math.min(wait, 60_000))) : problem;
    }

    private static String cut(String text) {
        return text != null && text.length() > LONGEST ? text.substring(0, LONGEST) : text;
    }
}
