package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Database;
import io.openpanel.kernel.internal.KernelDatabase;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Knows up to which number the audit trail is complete. A row gets its number before its transaction ends, so a higher
 * number may be there first; but a writer locks the table before it takes a number and until it has ended. Once those
 * who held that lock right after a number was given have gone, no row up to this number can come any more.
 */
final class Horizon {
    private final KernelDatabase database;
    private long candidate;
    private Set<String> writers = new HashSet<>();
    private long reached;

    Horizon(KernelDatabase database) {
        this.database = database;
    }

    public record Last(long number) {}

    public record Writer(String id) {}

    /** Looks again; asks nobody to wait. */
    long look() {
        database.tx(tx -> {
            if (!writers.isEmpty()) {
                writers.retainAll(writers(tx));
                takeOver();
            }
            if (writers.isEmpty()) {
                candidate = last(tx);
                writers = writers(tx);
                takeOver();
            }
            return null;
        });
        return reached;
    }

    private void takeOver() {
        if (writers.isEmpty()) {
            reached = candidate;
        }
    }

    /** The last number that was given when it last asked for one. */
    long candidate() {
        return candidate;
    }

    /** Whether nobody was writing at the last look. */
    boolean isClear() {
        return writers.isEmpty();
    }

    /** The last number given to anybody. */
    static long last(Database.Tx tx) {
        return tx.one(
                        Last.class,
                        "select case when is_called then last_value else last_value - 1 end as number"
                                + " from kernel.audit_seq_seq")
                .orElseThrow()
                .number();
    }

    private static Set<String> writers(Database.Tx tx) {
        return tx
                .list(
                        Writer.class,
                        """
                        select distinct virtualtransaction as id from pg_locks
                        where locktype = 'relation' and relation = 'kernel.audit'::regclass and mode = 'RowExclusiveLock'
                          and database = (select oid from pg_database where datname = current_database())
                        """)
                .stream()
                .map(Writer::id)
                .collect(Collectors.toCollection(HashSet::new));
    }
}
