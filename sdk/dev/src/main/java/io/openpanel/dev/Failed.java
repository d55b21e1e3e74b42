package io.openpanel.dev;

/** A build or an exchange that came to nothing, with what a person is to read about it. */
final class Failed extends RuntimeException {
    private static final long serialVersionUID = 1;

    Failed(String message) {
        super(message);
    }

    Failed(String message, Throwable cause) {
        super(message, cause);
    }
}
