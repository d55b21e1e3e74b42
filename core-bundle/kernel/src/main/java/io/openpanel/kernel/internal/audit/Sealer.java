package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Database;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chains the rows of the audit trail soon after they were written; of several panels, one at a time. */
public final class Sealer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final Duration LOOK = Duration.ofMillis(500);
    /** Nothing wakes it for rows that another panel wrote and did not seal. */
    private static final int LOOKS_BETWEEN_POLLS = 60;

    private static final Duration CHECKPOINT = Duration.ofSeconds(60);
    static final int ROWS_PER_CHECKPOINT = 1_000;
    private static final int TRIES = 10;
    private static final Duration MOMENT = Duration.ofMillis(10);
    private static final int FAILURES_UNSAID = 20;
    private static final int BATCH = 5_000;
    private static final long LOCK = 0x6f70617564697421L;

    private final KernelDatabase database;
    private final Checkpoints checkpoints;
    private final Horizon horizon;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "audit-sealer");
        thread.setDaemon(true);
        return thread;
    });
    private volatile boolean woken = true;
    private volatile boolean closed;
    private int idle;
    private int failures;
    private long openSince = System.nanoTime() - CHECKPOINT.toNanos();
    private boolean open = true;

    public Sealer(KernelDatabase database, Checkpoints checkpoints) {
        this.database = database;
        this.checkpoints = checkpoints;
        this.horizon = new Horizon(database);
    }

    public record Lock(boolean taken) {}

    public void start() {
        timer.scheduleWithFixedDelay(this::look, 0, LOOK.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Something was written. */
    public void wake() {
        woken = true;
    }

    private void look() {
        try {
            if (woken || ++idle >= LOOKS_BETWEEN_POLLS) {
                idle = 0;
                woken = false;
                if (!sealAll()) {
                    woken = true;
                }
            }
            if (open && System.nanoTime() - openSince >= CHECKPOINT.toNanos()) {
                checkpoint();
            }
            failures = 0;
        } catch (RuntimeException e) {
            woken = true;
            failed(e);
        }
    }

    /** The database may be away for a moment; what goes on is for people to look at. */
    private void failed(RuntimeException e) {
        if (++failures == FAILURES_UNSAID) {
            LOG.warn(
                    "The audit trail has not been sealed for a while and is once this works again: {}", e.getMessage());
        }
    }

    /** Whether nothing is left of what was there at the beginning. */
    boolean sealAll() {
        long upTo = horizon();
        int sealed;
        do {
            sealed = seal(upTo);
        } while (sealed > 0 && !closed);
        return sealed >= 0 && horizon.isClear();
    }

    /** Who writes right now has ended in a moment as a rule; whoever has not is looked at again next time. */
    private long horizon() {
        long upTo = horizon.look();
        long wanted = horizon.candidate();
        for (int i = 0; i < TRIES && upTo < wanted && !closed; i++) {
            LockSupport.parkNanos(MOMENT.toNanos());
            upTo = horizon.look();
        }
        return upTo;
    }

    /** One batch, whole or not at all. How many rows it had; -1 while another panel is at it. */
    private int seal(long upTo) {
        List<Link> due = new ArrayList<>();
        int sealed = database.tx(tx -> lock(tx) ? seal(tx, upTo, due) : -1);
        if (sealed > 0) {
            Failpoints.hit(Failpoint.AUDIT_AFTER_SEAL);
        }
        if (!due.isEmpty()) {
            checkpoints.writeFile();
        }
        if (sealed > 0 && !open) {
            open = true;
            openSince = System.nanoTime();
        }
        return sealed;
    }

    private int seal(Database.Tx tx, long upTo, List<Link> due) {
        Chained chained = new Chained(head(tx));
        Optional<Long> first = Range.first(tx, "audit", "seq", chained.head.seq(), upTo);
        if (first.isEmpty()) {
            return 0;
        }
        tx.each(
                AuditRow.class,
                chained::add,
                "select " + AuditRow.COLUMNS + " from audit where seq >= ? and seq <= ? order by seq",
                first.get(),
                Range.last(first.get(), BATCH, upTo));
        insert(tx, chained.links);
        chained.links.stream()
                .filter(link -> link.position() % ROWS_PER_CHECKPOINT == 0)
                .forEach(due::add);
        if (!due.isEmpty()) {
            checkpoints.sign(tx, due);
        }
        return chained.links.size();
    }

    /** One statement: a statement a row takes five times as long. */
    private static void insert(Database.Tx tx, List<Link> links) {
        tx.update(
                """
                insert into audit_chain (position, seq, call_id, hash)
                select ? + nth, seq, call_id, decode(hash, 'hex')
                from unnest(?::bigint[], ?::text[], ?::text[]) with ordinality as entry (seq, call_id, hash, nth)
                """,
                links.get(0).position() - 1,
                links.stream().map(Link::seq).toList(),
                links.stream().map(Link::callId).toList(),
                links.stream()
                        .map(each -> HexFormat.of().formatHex(each.hash()))
                        .toList());
    }

    /** The rows are not kept: an input may be large. */
    private static final class Chained {
        private final List<Link> links = new ArrayList<>();
        private Link head;

        Chained(Link head) {
            this.head = head;
        }

        void add(AuditRow row) {
            head = head.next(row);
            links.add(head);
        }
    }

    /** Signs the chain as it is, where that is new. */
    void checkpoint() {
        database.tx(tx -> {
            if (lock(tx)) {
                Link head = head(tx);
                Optional<Checkpoint> last = tx.one(
                        Checkpoint.class,
                        "select " + Checkpoint.COLUMNS + " from audit_checkpoint order by id desc limit 1");
                if (head.position() != last.map(Checkpoint::position).orElse(0L)) {
                    checkpoints.sign(tx, List.of(head));
                }
                open = false;
            }
            return null;
        });
        Failpoints.hit(Failpoint.AUDIT_AFTER_CHECKPOINT);
        checkpoints.writeFile();
    }

    private static boolean lock(Database.Tx tx) {
        return tx.one(Lock.class, "select pg_try_advisory_xact_lock(?) as taken", LOCK)
                .orElseThrow()
                .taken();
    }

    static Link head(Database.Tx tx) {
        return tx.one(Link.class, "select " + Link.COLUMNS + " from audit_chain order by position desc limit 1")
                .orElse(Link.NONE);
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdown();
        try {
            if (!timer.awaitTermination(5, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            timer.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
