package io.openpanel.kernel.internal.event;

import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Deliveries that were set aside after too many tries. */
final class DeadLetters {
    private static final String SELECT =
            """
            select d.id, d.subscriber, d.tries, coalesce(d.error, '') as error, coalesce(d.failed_at, d.due_at) as failed_at,
                   e.topic, e.at, e.caller, e.team_id, e.ref, e.data::text as data
            from delivery d join event e on e.id = d.event_id where d.dead
            """;

    private final KernelDatabase database;

    DeadLetters(KernelDatabase database) {
        this.database = database;
    }

    /** What one subscriber did not take, and why. */
    public record Letter(
            long id,
            String subscriber,
            int tries,
            String error,
            Instant failedAt,
            String topic,
            Instant at,
            String caller,
            Optional<String> teamId,
            Optional<Ref> ref,
            String data) {}

    /**
     * The newest ones.
     *
     * @param team whose events; empty for those of no team
     * @param panel whether those of no team are wanted beside those of the team
     */
    List<Letter> list(Optional<Ref> team, boolean panel, Optional<String> subscriber, int most) {
        return database.tx(tx -> tx.list(
                Letter.class,
                SELECT
                        + """
                         and (e.team_id = ? or (e.team_id is null and ?)) and (?::text is null or d.subscriber = ?)
                        order by d.id desc limit ?
                        """,
                KernelDatabase.id(team),
                panel,
                subscriber,
                subscriber,
                most));
    }

    Optional<Letter> find(long id) {
        return database.tx(tx -> tx.one(Letter.class, SELECT + " and d.id = ?", id));
    }

    /** Has it delivered anew, with all tries before it. */
    boolean revive(long id, Instant now) {
        return database.tx(tx -> tx.update(
                        """
                        update delivery set dead = false, tries = 0, due_at = ?, claimed_until = null, failed_at = null
                        where id = ? and dead
                        """,
                        now,
                        id))
                > 0;
    }

    void delete(long id) {
        database.tx(tx -> tx.update("delete from delivery where id = ? and dead", id));
    }
}
