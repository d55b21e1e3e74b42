package io.openpanel.cli;

/** Ends the command with a message and an exit code. */
final class Failure extends RuntimeException {
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int SIGN_IN = 3;
    static final int DENIED = 4;
    static final int MISSING = 5;
    static final int CONFLICT = 6;
    static final int UNAVAILABLE = 7;

    private static final long serialVersionUID = 1L;

    private final int exitCode;
    private final int status;
    private final String kind;

    Failure(int exitCode, String message) {
        this(exitCode, 0, "", message, null);
    }

    Failure(int exitCode, String message, Throwable cause) {
        this(exitCode, 0, "", message, cause);
    }

    private Failure(int exitCode, int status, String kind, String message, Throwable cause) {
        super(message, cause, false, false);
        this.exitCode = exitCode;
        this.status = status;
        this.kind = kind;
    }

    /** From an HTTP status, the problem's kind and its detail. */
    static Failure of(int status, String kind, String message) {
        int code =
                switch (status) {
                    case 400, 413, 415, 428 -> USAGE;
                    case 401 -> SIGN_IN;
                    case 403 -> DENIED;
                    case 404 -> MISSING;
                    case 409, 412 -> CONFLICT;
                    case 429, 502, 503, 504 -> UNAVAILABLE;
                    default -> FAILED;
                };
        return new Failure(code, status, kind, message, null);
    }

    int exitCode() {
        return exitCode;
    }

    int status() {
        return status;
    }

    /** The panel's word for what went wrong; empty where it said none. */
    String kind() {
        return kind;
    }
}
