package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

/** A data key as it is, for as long as its provider lends it. */
final class Held {
    private static final Duration PAUSE = Duration.ofSeconds(20);

    private final DataKeys.DataKey key;
    private final Optional<Duration> lease;
    private final long opened = System.nanoTime();
    private volatile long asked = opened;

    /** @param lease empty for no end */
    Held(DataKeys.DataKey key, Optional<Duration> lease) {
        this.key = key;
        this.lease = lease;
    }

    /** Opens it again. */
    interface Opening {
        DataKeys.DataKey open() throws SQLException;
    }

    /**
     * The key; long before its lease ends it is opened again, so that a provider may be away for a while.
     *
     * @throws Problem when the lease has ended and it does not open
     */
    DataKeys.DataKey get(Opening again) throws SQLException {
        if (lease.isEmpty() || since(opened) < lease.get().toNanos() / 3) {
            return key;
        }
        boolean over = since(opened) > lease.get().toNanos();
        if (!over && since(asked) < PAUSE.toNanos()) {
            return key;
        }
        asked = System.nanoTime();
        try {
            return again.open();
        } catch (Problem e) {
            if (over) {
                throw e;
            }
            return key;
        }
    }

    private static long since(long then) {
        return System.nanoTime() - then;
    }
}
