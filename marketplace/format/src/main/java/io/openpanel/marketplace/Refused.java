package io.openpanel.marketplace;

/** A file or a signature is not as it must be; the message says what is wrong and, where there is something, what to do. */
public final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
        super(message);
    }

    public Refused(String message, Throwable cause) {
        super(message, cause);
    }
}
