package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;

/** Reads problem+json. */
final class Problems {
    private Problems() {}

    static Failure of(int status, String text) {
        if (!text.stripLeading().startsWith("{")) {
            return Failure.of(status, "", "The panel answered " + status);
        }
        JsonNode problem = Json.parse(text);
        StringBuilder message = new StringBuilder(problem.path("detail").asText("The panel answered " + status));
        JsonNode errors = problem.path("errors");
        for (Map.Entry<String, JsonNode> error : errors.properties()) {
            if (errors.size() > 1) {
                message.append(System.lineSeparator())
                        .append("  ")
                        .append(error.getValue().asText());
            }
        }
        if (status >= 500 && problem.hasNonNull("instance")) {
            message.append(" (request ")
                    .append(problem.get("instance").asText())
                    .append(')');
        }
        return Failure.of(status, problem.path("kind").asText(""), message.toString());
    }
}
