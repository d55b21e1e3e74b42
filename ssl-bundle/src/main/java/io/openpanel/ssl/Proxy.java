package io.openpanel.ssl;

import java.util.Optional;

/** A reverse proxy that serves the apps' domains, a process of its own. */
public interface Proxy {
    /** The highest version it was ever given or took; 0 for none. */
    long version();

    /** Gives it a configuration, to be taken as soon as it runs. Keeps it over restarts of both sides. */
    void put(Configuration configuration);

    /**
     * Waits until requests go by a configuration that was {@link #put}.
     *
     * @throws io.openpanel.api.Problem {@code TIMEOUT} when it does not answer, {@code UPSTREAM} when it refuses
     */
    void await(long version);

    State state();

    /**
     * @param running whether it takes connections
     * @param given the version of the last configuration it was given
     * @param applied the version it serves
     * @param trouble why it refused the last one
     */
    record State(boolean running, long given, long applied, Optional<String> trouble) {}
}
