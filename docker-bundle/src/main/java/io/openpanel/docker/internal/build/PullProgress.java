package io.openpanel.docker.internal.build;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** From the engine's many messages about a pull to a few lines: one whenever a layer's state changes. */
final class PullProgress {
    private final Map<String, String> states = new HashMap<>();

    Optional<String> line(JsonNode message) {
        String status = message.path("status").asText("");
        if (status.isEmpty()) {
            return Optional.empty();
        }
        String layer = message.path("id").asText("");
        boolean news = !status.equals(states.put(layer, status));
        return news ? Optional.of(layer.isEmpty() ? status : layer + ": " + status) : Optional.empty();
    }

    /** How much of the layers seen so far is there, in percent. */
    int percent() {
        long layers = states.keySet().stream()
                .filter(layer -> layer.matches("[0-9a-f]{12}"))
                .count();
        long done = states.values().stream()
                .filter(state -> state.equals("Pull complete") || state.equals("Already exists"))
                .count();
        return layers == 0 ? 0 : (int) Math.min(99, 100 * done / layers);
    }
}
