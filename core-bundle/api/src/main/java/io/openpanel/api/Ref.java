package io.openpanel.api;

import java.security.SecureRandom;
import java.util.Objects;

/**
 * Points at a resource. Written {@code kind:id} in bodies. Every Ref of an input is resolved (an id or a path of names
 * such as {@code shop/web}) and authorised before the action runs, which then sees the id.
 */
public record Ref(String kind, String id) {
    private static final String CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz";
    private static final SecureRandom RANDOM = new SecureRandom();

    public Ref {
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(id, "id");
    }

    /** A new Ref with a random id of 16 Crockford base-32 characters (80 bits). */
    public static Ref create(String kind) {
        StringBuilder id = new StringBuilder(16);
        for (int i = 0; i < 16; i++) {
            id.append(CROCKFORD.charAt(RANDOM.nextInt(32)));
        }
        return new Ref(kind, id.toString());
    }

    /**
     * Reads {@code kind:id}.
     *
     * @throws Problem {@link Problem.Kind#INVALID} when there is no colon after a first character
     */
    public static Ref parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 1 || colon == text.length() - 1) {
            throw new Problem(Problem.Kind.INVALID, "Expected kind:id, for example app:4k2m9x0c3v5b7n1q");
        }
        return new Ref(text.substring(0, colon), text.substring(colon + 1));
    }

    @Override
    public String toString() {
        return kind + ':' + id;
    }
}
