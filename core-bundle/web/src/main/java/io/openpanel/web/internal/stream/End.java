package io.openpanel.web.internal.stream;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;

/** Why a stream ended. */
record End(String reason, String message) {
    static final End DONE = new End("done", "");
    static final End MOVED = new End("moved", "The panel or a plugin is being updated; read on from the last item");

    static End of(Throwable cause) {
        if (!(cause instanceof Problem problem)) {
            return new End("error", "Something went wrong inside the panel; its log has the details");
        }
        return switch (problem.kind()) {
            case UNAVAILABLE -> new End("moved", problem.getMessage());
            case UNAUTHENTICATED, DENIED, MISSING -> new End("denied", problem.getMessage());
            default -> new End("error", problem.getMessage());
        };
    }

    boolean isDone() {
        return this == DONE;
    }

    ObjectNode json() {
        ObjectNode json = Json.object().put("reason", reason);
        return message.isEmpty() ? json : json.put("message", message);
    }
}
