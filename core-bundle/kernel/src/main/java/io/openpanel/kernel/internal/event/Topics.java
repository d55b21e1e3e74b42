package io.openpanel.kernel.internal.event;

/** Patterns over topics: {@code *} is one word, {@code **} any words. */
final class Topics {
    private Topics() {}

    /** The pattern as a regular expression that PostgreSQL and Java read alike. */
    static String regex(String pattern) {
        if (!pattern.matches("[a-z0-9.*-]+")) {
            throw new IllegalArgumentException("'" + pattern + "' is no topic pattern; write words, dots, * and **");
        }
        return '^'
                + pattern.replace(".", "[.]")
                        .replace("**", "\u0001")
                        .replace("*", "[a-z0-9-]+")
                        .replace("\u0001", ".*")
                + '$';
    }
}
