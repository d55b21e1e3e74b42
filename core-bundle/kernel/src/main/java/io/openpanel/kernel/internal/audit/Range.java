package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Database;
import java.util.Optional;

/**
 * Ranges of numbers to read a long table by. A limit would do, but before PostgreSQL has counted the table it may sort
 * all that is left for each batch.
 */
final class Range {
    private Range() {}

    public record First(Optional<Long> number) {}

    /** The first number there is. */
    static Optional<Long> first(Database.Tx tx, String table, String column, long after, long end) {
        return tx.one(
                        First.class,
                        "select min(" + column + ") as number from " + table + " where " + column + " > ? and " + column
                                + " <= ?",
                        after,
                        end)
                .flatMap(First::number);
    }

    /** The last number of a range that has at most so many. */
    static long last(long first, int most, long end) {
        return Math.min(end - most, first - 1) + most;
    }
}
