package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One walk along the whole chain: each entry against its row, in pages, so that nothing is held up or held long. */
final class Verification {
    private static final int PAGE = 5_000;

    private final KernelDatabase database;
    private final Call call;
    private final Faults faults;
    private Link end = Link.NONE;
    private Link last = Link.NONE;
    private long highest;
    private final List<Gap> gaps = new ArrayList<>();
    private Faults.Mismatch open;
    private long waiting;
    private Instant endAt = Instant.MAX;
    private long rows;
    private int percent;

    Verification(KernelDatabase database, Call call, Faults faults) {
        this.database = database;
        this.call = call;
        this.faults = faults;
    }

    /** An entry and the hash before it; none where the entry before is gone. */
    private record Step(Link link, Optional<byte[]> previous, boolean inOrder) {}

    /** The rows between are without entries. */
    private record Gap(long after, long before) {
        boolean holds(AuditRow row) {
            return row.seq() > after && row.seq() < before;
        }
    }

    void run() {
        end = database.tx(Sealer::head);
        List<Link> page = page();
        while (!page.isEmpty()) {
            check(page);
            report();
            page = page();
        }
        settle();
        checkBeyond();
        faults.matchSwapped();
    }

    long rows() {
        return rows;
    }

    /** The last entry there was at the beginning. */
    Link end() {
        return end;
    }

    private List<Link> page() {
        return database.tx(tx -> {
            Optional<Long> first = Range.first(tx, "audit_chain", "position", last.position(), end.position());
            return first.isEmpty()
                    ? List.of()
                    : tx.list(
                            Link.class,
                            "select " + Link.COLUMNS
                                    + " from audit_chain where position >= ? and position <= ? order by position",
                            first.get(),
                            Range.last(first.get(), PAGE, end.position()));
        });
    }

    private void check(List<Link> page) {
        Map<Long, Step> steps = new LinkedHashMap<>();
        long from = highest;
        gaps.clear();
        for (int i = 0; i < page.size(); i++) {
            Link link = page.get(i);
            boolean gap = link.position() != last.position() + 1;
            if (gap) {
                addGap(link);
            }
            boolean inOrder = isInOrder(link, i + 1 < page.size() ? page.get(i + 1) : null);
            if (inOrder) {
                highest = link.seq();
            } else {
                addOutOfOrder(link);
            }
            steps.put(link.seq(), new Step(link, gap ? Optional.empty() : Optional.of(last.hash()), inOrder));
            last = link;
        }
        rows += page.size();
        compare(steps, from);
        steps.values().stream().filter(Step::inOrder).forEach(this::addMissing);
    }

    private void addGap(Link link) {
        gaps.add(new Gap(last.seq(), link.seq()));
        faults.add(Fault.range(
                Fault.What.CHAIN,
                last.seq(),
                link.seq(),
                (link.position() - last.position() - 1)
                        + " entries of the chain between these rows were removed; nothing can be said of the rows"));
    }

    private void addOutOfOrder(Link link) {
        faults.add(new Fault(
                Fault.What.CHAIN,
                link.seq(),
                Optional.empty(),
                Optional.of(link.callId()),
                Optional.empty(),
                "This row's entry is out of order in the chain"));
    }

    /** An entry whose number is too high for the one after it is the odd one, not all that follow. */
    private boolean isInOrder(Link link, Link next) {
        boolean tooHigh = next != null && next.seq() <= link.seq() && next.seq() > highest;
        return link.seq() > highest && !tooHigh;
    }

    private void compare(Map<Long, Step> steps, long from) {
        database.tx(tx -> {
            tx.each(
                    AuditRow.class,
                    row -> compare(row, steps.remove(row.seq())),
                    "select " + AuditRow.COLUMNS + " from audit where seq > ? and seq <= ? order by seq",
                    from,
                    highest);
            return null;
        });
    }

    private void compare(AuditRow row, Step step) {
        if (row.seq() == end.seq()) {
            endAt = row.at();
        }
        if (step == null) {
            if (gaps.stream().noneMatch(gap -> gap.holds(row))) {
                faults.add(Fault.of(
                        Fault.What.INSERTED, row, "This row is older than rows that were sealed and never was itself"));
            }
            return;
        }
        if (step.previous().isEmpty()) {
            settle();
            return;
        }
        byte[] previous = step.previous().get();
        if (Arrays.equals(row.hash(previous), step.link().hash())) {
            settle();
        } else if (open != null && follows(row, step.link())) {
            faults.add(Fault.of(
                    Fault.What.CHAIN, open.row(), "This row's hash in the chain was changed; the row is as it was"));
            open = null;
        } else {
            settle();
            open = new Faults.Mismatch(step.link(), previous, row);
        }
    }

    /** Whether the row before, as it is now, leads to this one. */
    private boolean follows(AuditRow row, Link link) {
        return open.link().position() + 1 == link.position()
                && Arrays.equals(row.hash(open.row().hash(open.previous())), link.hash());
    }

    private void settle() {
        if (open != null) {
            faults.add(open);
            open = null;
        }
    }

    private void addMissing(Step step) {
        Link link = step.link();
        Optional<AuditRow> other = faults.isFull() ? Optional.empty() : otherOf(link);
        faults.add(new Fault(
                Fault.What.REMOVED,
                link.seq(),
                Optional.empty(),
                Optional.of(link.callId()),
                other,
                other.isEmpty()
                        ? "This row was sealed and is gone"
                        : "This row was sealed and is gone; the other row of its call says what it was about"));
    }

    private Optional<AuditRow> otherOf(Link link) {
        return database.tx(tx -> tx.one(
                AuditRow.class,
                "select " + AuditRow.COLUMNS + " from audit where call_id = ? order by seq limit 1",
                link.callId()));
    }

    /** What comes after the chain waits for the next batch; a number that was never given would wait for ever. */
    private void checkBeyond() {
        List<AuditRow> beyond = database.tx(tx -> {
            long given = Horizon.last(tx);
            waiting = tx.one(
                            Checkpoints.Count.class,
                            "select count(*) as count from audit where seq > ? and seq <= ?",
                            highest,
                            given)
                    .orElseThrow()
                    .count();
            return tx.list(
                    AuditRow.class,
                    "select " + AuditRow.COLUMNS + " from audit where seq > ? or seq < 1 order by seq limit 100",
                    given);
        });
        beyond.forEach(row -> faults.add(
                Fault.of(Fault.What.INSERTED, row, "This row has a number that was not given to any row yet")));
    }

    /** The time of the row that the last entry is for. */
    Instant endAt() {
        return endAt;
    }

    /** Rows that are not sealed yet. */
    long waiting() {
        return waiting;
    }

    private void report() {
        if (call.cancelled()) {
            throw new Problem(Problem.Kind.CONFLICT, "The verification was cancelled after " + rows + " rows");
        }
        int now = (int) (last.position() * 90 / Math.max(1, end.position()));
        if (now >= percent + 5) {
            percent = now;
            call.progress(now);
        }
    }
}
