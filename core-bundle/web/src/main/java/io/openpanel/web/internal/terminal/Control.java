package io.openpanel.web.internal.terminal;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;
import java.nio.charset.StandardCharsets;

/** A message of the client that is not typed text. */
sealed interface Control {
    int LARGEST = 1_000;

    /** The window has another size, in characters. */
    record Resize(int columns, int rows) implements Control {}

    /** Nothing more will be typed. */
    record Eof() implements Control {}

    /** @throws Problem saying what it may be */
    static Control read(String text) {
        JsonNode json = Json.read(text.getBytes(StandardCharsets.UTF_8));
        JsonNode resize = json.path("resize");
        if (json.size() == 1 && json.path("eof").asBoolean()) {
            return new Eof();
        }
        if (json.size() == 1 && isSize(resize.path("columns")) && isSize(resize.path("rows"))) {
            return new Resize(
                    resize.get("columns").intValue(), resize.get("rows").intValue());
        }
        throw Problem.invalid(
                "message",
                "A text message must be {\"resize\":{\"columns\":80,\"rows\":24}}, 1 to " + LARGEST
                        + " each, or {\"eof\":true}; what is typed goes in binary messages");
    }

    private static boolean isSize(JsonNode value) {
        return value.isInt() && value.intValue() >= 1 && value.intValue() <= LARGEST;
    }
}
