package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A failed request as it is told to the client (RFC 9457). */
public record Failure(
        int status,
        String kind,
        String title,
        String detail,
        Map<String, String> errors,
        Optional<Duration> retryAfter) {
    private static final Map<Problem.Kind, String> TITLES = Map.ofEntries(
            Map.entry(Problem.Kind.INVALID, "Not valid"),
            Map.entry(Problem.Kind.UNAUTHENTICATED, "Not signed in"),
            Map.entry(Problem.Kind.DENIED, "Not allowed"),
            Map.entry(Problem.Kind.STEP_UP, "Second factor needed"),
            Map.entry(Problem.Kind.UNPROVEN, "Recent proof needed"),
            Map.entry(Problem.Kind.MISSING, "Not found"),
            Map.entry(Problem.Kind.CONFLICT, "Conflict"),
            Map.entry(Problem.Kind.STALE, "Changed since"),
            Map.entry(Problem.Kind.UNCONFIRMED, "Not confirmed"),
            Map.entry(Problem.Kind.LIMITED, "Too many requests"),
            Map.entry(Problem.Kind.UPSTREAM, "Failed elsewhere"),
            Map.entry(Problem.Kind.UNAVAILABLE, "Not available"),
            Map.entry(Problem.Kind.TIMEOUT, "Took too long"));

    public static Failure of(Problem problem) {
        if (problem instanceof TooLarge) {
            return plain(413, "too-large", "Too large", problem.getMessage());
        }
        Problem.Kind kind = problem.kind();
        return new Failure(
                kind.status(),
                kind.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                TITLES.get(kind),
                problem.getMessage(),
                problem.fields(),
                problem.retryAfter());
    }

    public static Failure unknownPath(String path) {
        return plain(
                404,
                "missing",
                "Not found",
                "There is nothing at " + path + "; a plugin that is stopped takes its paths with it. See /api/docs");
    }

    public static Failure wrongMethod(String method, String path, String allowed) {
        return plain(405, "method", "Method not allowed", path + " does not take " + method + "; it takes " + allowed);
    }

    public static Failure wrongType(String type) {
        return plain(
                415,
                "media-type",
                "Not JSON",
                "The body must be application/json in UTF-8, it is " + (type == null ? "not said what" : type));
    }

    public static Failure incomplete() {
        return plain(408, "timeout", "Took too long", "The body did not arrive whole, or not in time; send it again");
    }

    public static Failure upgradeRequired(String path) {
        return plain(426, "upgrade", "WebSocket only", path + " is opened by WebSocket only; see /api/docs");
    }

    /** A bug: what happened stays in the log. */
    public static Failure internal() {
        return plain(
                500,
                "internal",
                "Internal error",
                "Something went wrong inside the panel; its log has the details" + " under this request's id");
    }

    private static Failure plain(int status, String kind, String title, String detail) {
        return new Failure(status, kind, title, detail, Map.of(), Optional.empty());
    }
}
