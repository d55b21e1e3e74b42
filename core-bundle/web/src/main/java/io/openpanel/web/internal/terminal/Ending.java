package io.openpanel.web.internal.terminal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.web.internal.Json;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Why a terminal ends.
 *
 * @param status of the WebSocket protocol (RFC 6455, section 7.4)
 * @param json told in a last message
 */
record Ending(int status, String reason, ObjectNode json) {
    private static final int NORMAL = 1000;
    private static final int POLICY = 1008;
    private static final int FAILED = 1011;
    private static final int RESTART = 1012;
    private static final int LATER = 1013;
    private static final int LONGEST_REASON = 123;

    static final Ending MOVED =
            of(RESTART, "moved", "The panel or the plugin was stopped or updated; open the terminal again in a moment");
    static final Ending IDLE = of(NORMAL, "idle", "Nothing was typed and nothing was printed for a long time");
    static final Ending FULL =
            of(LATER, "limited", "There are as many terminals open in this panel as there may be; try again later");
    static final Ending BUG = of(FAILED, "failed", "Something went wrong inside the panel; its log has the details");

    static Ending exited(OptionalInt code) {
        ObjectNode json = Json.object().put("reason", "exited");
        code.ifPresent(value -> json.put("exitCode", value));
        return new Ending(NORMAL, code.isPresent() ? "exit code " + code.getAsInt() : "ended", json);
    }

    static Ending malformed(String message) {
        return of(POLICY, "invalid", message);
    }

    static Ending of(Problem problem) {
        String kind = problem.kind().name().toLowerCase(Locale.ROOT);
        return switch (problem.kind()) {
            case UNAVAILABLE -> problem.getMessage().startsWith("moved")
                    ? MOVED
                    : of(LATER, kind, problem.getMessage());
            case LIMITED -> of(LATER, kind, problem.getMessage());
            case UNAUTHENTICATED, DENIED, MISSING, INVALID, CONFLICT -> of(POLICY, kind, problem.getMessage());
            default -> of(FAILED, kind, problem.getMessage());
        };
    }

    private static Ending of(int status, String reason, String message) {
        return new Ending(
                status, cut(message), Json.object().put("reason", reason).put("message", message));
    }

    String message() {
        return new String(Json.bytes(Json.object().set("ended", json)), StandardCharsets.UTF_8);
    }

    /** A close frame has room for so many bytes. */
    private static String cut(String text) {
        int end = text.length();
        while (text.substring(0, end).getBytes(StandardCharsets.UTF_8).length > LONGEST_REASON) {
            end--;
        }
        return text.substring(0, end);
    }
}
