package io.openpanel.spi;

import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** The key that wraps the data keys, wherever its {@link KeyProvider} keeps it. */
@ProviderType
public interface MasterKey {
    /** How things stand. */
    State state();

    /**
     * Makes another version of the key.
     *
     * @return the new version
     */
    String rotate();

    /**
     * Wraps by the version of now what another one wrapped; nothing that is sealed changes, and nobody who reads waits.
     *
     * @return how many data keys were wrapped anew
     */
    int rewrap();

    /** The key of now as one line of text; empty where its provider never gives it away. */
    Optional<String> export();

    /**
     * How things stand.
     *
     * @param provider the one that wraps
     * @param version of its key
     * @param dataKeys how many there are
     * @param behind how many of them another version or provider wrapped
     */
    record State(String provider, String version, int dataKeys, int behind) {}
}
