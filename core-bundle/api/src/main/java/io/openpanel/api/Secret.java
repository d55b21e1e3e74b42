package io.openpanel.api;

import java.util.Objects;

/**
 * A text that is never shown: prints as {@code •••}, is written to no log, audit row or answer, and lies encrypted in the
 * database, bound to its place there.
 */
public final class Secret {
    private final String text;
    private final Vault vault;
    private final String place;

    private Secret(String text, Vault vault, String place) {
        this.text = Objects.requireNonNull(text, "text");
        this.vault = vault;
        this.place = place;
    }

    /** A secret from its plain text. */
    public static Secret of(String plain) {
        return new Secret(plain, null, "");
    }

    /** A secret as it lies in the database; made by the panel when it reads a row. */
    public static Secret sealed(String text, Vault vault) {
        return new Secret(text, Objects.requireNonNull(vault, "vault"), "");
    }

    /**
     * The same secret with the place it is stored at, which is authenticated with it: a ciphertext moved to another row
     * does not open. Needed both to store a secret and to reveal one that was read.
     */
    public Secret at(String table, String column, String row) {
        return new Secret(text, vault, table + '|' + column + '|' + row);
    }

    /** The place given with {@link #at}; empty where none was. */
    public String place() {
        return place;
    }

    /** Whether it was read from the database and not yet opened. */
    public boolean isSealed() {
        return vault != null;
    }

    /**
     * The plain text. From here on the log of the current job masks it.
     *
     * @throws Problem {@link Problem.Kind#UPSTREAM} when the ciphertext was changed, moved or sealed with a lost key
     */
    public String reveal() {
        return vault == null ? text : vault.open(text, place);
    }

    @Override
    public String toString() {
        return "•••";
    }

    /** Opens sealed secrets. */
    @FunctionalInterface
    public interface Vault {
        String open(String ciphertext, String place);
    }
}
