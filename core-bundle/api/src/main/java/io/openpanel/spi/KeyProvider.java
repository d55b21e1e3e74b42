package io.openpanel.spi;

import java.time.Duration;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps the key that wraps the data keys, of which each team has one: in a file, or in a service that never gives it away.
 * Published as a service; the setting {@code OPENPANEL_KEY_PROVIDER} names the one that wraps, all of them unwrap what they
 * once wrapped. Every method may throw a {@link io.openpanel.api.Problem} of the kind {@code UPSTREAM} that says what to do.
 */
@ConsumerType
public interface KeyProvider {
    /** {@code file}, {@code vault}. */
    String name();

    /** Makes the first version; called where nothing is wrapped yet, also when there is one already. */
    void begin();

    /** The version that wraps now. */
    String version();

    /** Makes another version, which wraps from now on; former ones go on unwrapping. */
    void rotate();

    /**
     * Wraps a data key.
     *
     * @param key 32 bytes
     * @param associated bound to the result, not in it
     * @return one line of text that {@link #versionOf} and {@link #unwrap} understand
     */
    String wrap(byte[] key, String associated);

    /** The version that wrapped a text; empty for what another provider wrapped. */
    Optional<String> versionOf(String wrapped);

    /** The data key, for the same associated text only. */
    byte[] unwrap(String wrapped, String associated);

    /** The key of now as one line of text, for whoever must put it back on another machine; empty where it is never given away. */
    Optional<String> export();

    /** How long a data key may be used before it is unwrapped again; empty: as long as the panel runs. */
    Optional<Duration> lease();
}
