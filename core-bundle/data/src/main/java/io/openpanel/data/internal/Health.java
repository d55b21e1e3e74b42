package io.openpanel.data.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;

/** Whether the server answers; asked at most once a second, by one thread at a time. */
final class Health {
    private static final long FRESH = Duration.ofSeconds(1).toNanos();

    private final DataSource pool;
    private final ReentrantLock asking = new ReentrantLock();
    private volatile Answer last = new Answer(true, System.nanoTime() - FRESH);

    Health(DataSource pool) {
        this.pool = pool;
    }

    private record Answer(boolean healthy, long at) {}

    boolean healthy() {
        if (System.nanoTime() - last.at() >= FRESH && asking.tryLock()) {
            try {
                boolean healthy = ask();
                last = new Answer(healthy, System.nanoTime());
            } finally {
                asking.unlock();
            }
        }
        return last.healthy();
    }

    private boolean ask() {
        try (Connection connection = pool.getConnection()) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }
}
