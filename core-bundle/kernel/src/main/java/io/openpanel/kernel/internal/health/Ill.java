package io.openpanel.kernel.internal.health;

import java.util.Optional;

/**
 * What is not well.
 *
 * @param lasting whether waiting does not help
 */
public record Ill(String reason, boolean lasting) {
    public static Optional<Ill> forNow(String reason) {
        return Optional.of(new Ill(reason, false));
    }

    public static Optional<Ill> forGood(String reason) {
        return Optional.of(new Ill(reason, true));
    }
}
