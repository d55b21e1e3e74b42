package io.openpanel.docker.internal.stats;

import java.io.IOException;
import java.util.Optional;

/** Where a container's counters come from. */
interface UsageSource extends AutoCloseable {
    /** The counters now; empty while there are none yet. */
    Optional<Usage> read() throws IOException;

    @Override
    void close();
}
