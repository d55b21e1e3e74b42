package io.openpanel.api;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What went wrong, told to the caller. The message says what happened, to which thing, and what to do. Any other
 * exception is a bug: it is logged and answered with 500 and a request id only.
 */
public class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final transient Map<String, String> fields;
    private final Duration retryAfter;

    /** Whose fault it is, and the HTTP status that says so. */
    public enum Kind {
        INVALID(400),
        UNAUTHENTICATED(401),
        DENIED(403),
        /** Not before the caller proved more, such as by a second factor. */
        STEP_UP(403),
        /** Not before the caller proved anew who they are. */
        UNPROVEN(403),
        MISSING(404),
        CONFLICT(409),
        STALE(412),
        UNCONFIRMED(428),
        LIMITED(429),
        UPSTREAM(502),
        UNAVAILABLE(503),
        TIMEOUT(504);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    public Problem(Kind kind, String message) {
        this(kind, message, Map.of(), null, null);
    }

    public Problem(Kind kind, String message, Throwable cause) {
        this(kind, message, Map.of(), null, cause);
    }

    private Problem(Kind kind, String message, Map<String, String> fields, Duration retryAfter, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
        this.fields = Map.copyOf(fields);
        this.retryAfter = retryAfter;
    }

    /** An input that is wrong in one property. */
    public static Problem invalid(String field, String message) {
        return new Problem(Kind.INVALID, message, Map.of(field, message), null, null);
    }

    /** An input that is wrong in several properties: name → what is wrong with it. */
    public static Problem invalid(Map<String, String> fields) {
        String message = fields.values().stream().findFirst().orElse("The input is not valid");
        return new Problem(Kind.INVALID, message, fields, null, null);
    }

    /** There is no such resource, or the caller may not know of it. */
    public static Problem missing(Ref ref) {
        return new Problem(Kind.MISSING, "There is no " + ref.kind() + " '" + ref.id() + "' here");
    }

    /** The same problem with the time after which trying again makes sense. */
    public Problem retryAfter(Duration wait) {
        return new Problem(kind, getMessage(), fields, wait, getCause());
    }

    public Kind kind() {
        return kind;
    }

    /** Property → what is wrong with it; empty unless {@link Kind#INVALID}. */
    public Map<String, String> fields() {
        return fields == null ? Map.of() : fields;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
