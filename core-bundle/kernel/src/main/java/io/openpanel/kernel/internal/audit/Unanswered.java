package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Database;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Finds the intents that a crash left without an outcome. The trail only grows, and a start must not take longer with it:
 * it is remembered up to where all are answered.
 */
public final class Unanswered {
    /** So many rows are looked at in one statement, which may take 5 s. */
    private static final int CHUNK = 20_000;

    /** No call waits this long for its outcome, and no transaction to be seen. */
    private static final Duration OVER = Duration.ofHours(1);

    private static final String IS_OPEN = "phase = 'intent' and not exists"
            + " (select from audit o where o.call_id = i.call_id and o.phase = 'outcome')";

    private final KernelDatabase database;
    private final InstantSource clock;

    public Unanswered(KernelDatabase database, InstantSource clock) {
        this.database = database;
        this.clock = clock;
    }

    public record Settled(long seq) {}

    public record Next(Optional<Long> last, long rows) {}

    public record Open(Optional<Long> first) {}

    /** Gives each of them the outcome {@code unknown}; for a panel that runs nothing yet. */
    public void close() {
        while (database.tx(this::closeNext) == CHUNK) {}
    }

    private long closeNext(Database.Tx tx) {
        Next next = next(tx);
        next.last().ifPresent(last -> {
            tx.update(
                    """
                    insert into audit (call_id, phase, at, team_id, caller, caller_name, via, surface, address, request_id,
                                       action, resources, outcome, detail)
                    select call_id, 'outcome', ?, team_id, caller, caller_name, via, surface, address, request_id,
                           action, resources, 'unknown', 'The panel ended while this ran'
                    from audit i where seq > (select seq from audit_settled) and seq <= ? and\s\
                    """
                            + IS_OPEN,
                    clock.instant(),
                    last);
            settle(tx, last);
        });
        return next.rows();
    }

    /** Remembers what has been answered since, while the panel runs. */
    public void settle() {
        while (database.tx(this::settleNext) == CHUNK) {}
    }

    private long settleNext(Database.Tx tx) {
        Next next = next(tx);
        if (next.last().isEmpty()) {
            return 0;
        }
        Optional<Long> open = tx.one(
                        Open.class,
                        "select min(seq) as first from audit i where seq > (select seq from audit_settled) and seq <= ?"
                                + " and (at > ? or " + IS_OPEN + ")",
                        next.last(),
                        clock.instant().minus(OVER))
                .orElseThrow()
                .first();
        settle(tx, open.map(seq -> seq - 1).orElse(next.last().get()));
        return open.isPresent() ? 0 : next.rows();
    }

    private static Next next(Database.Tx tx) {
        return tx.one(
                        Next.class,
                        "select max(seq) as last, count(*) as rows from (select seq from audit"
                                + " where seq > (select seq from audit_settled) order by seq limit " + CHUNK + ") i")
                .orElseThrow();
    }

    private static void settle(Database.Tx tx, long seq) {
        tx.update("update audit_settled set seq = ? where seq < ?", seq, seq);
    }
}
