package io.openpanel.kernel.internal.audit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Collects what a verification finds: counts all of it, keeps the first hundred. */
final class Faults {
    private static final int MOST = 100;
    /** Compared pair by pair to find those that were swapped. */
    private static final int MOST_COMPARED = 500;

    private final List<Fault> found = new ArrayList<>();
    private final List<Mismatch> mismatches = new ArrayList<>();
    private long count;
    private boolean tampered;

    /** A row that does not lead from the hash before it to its own. */
    record Mismatch(Link link, byte[] previous, AuditRow row) {
        boolean holds(AuditRow other) {
            return Arrays.equals(other.hash(previous, link.seq()), link.hash());
        }
    }

    void add(Fault fault) {
        count++;
        tampered |= fault.what() != Fault.What.UNPROVEN;
        if (found.size() < MOST) {
            found.add(fault);
        }
    }

    void add(Mismatch mismatch) {
        if (mismatches.size() < MOST_COMPARED) {
            mismatches.add(mismatch);
        } else {
            addChanged(mismatch);
        }
    }

    private void addChanged(Mismatch mismatch) {
        add(Fault.of(
                Fault.What.CHANGED,
                mismatch.row(),
                "This row is not as it was sealed, unless the one before it was changed and its hash made anew"));
    }

    /** Tells which of those that differ hold each other's content. */
    void matchSwapped() {
        List<Mismatch> left = new ArrayList<>(mismatches);
        while (!left.isEmpty()) {
            Mismatch first = left.remove(0);
            Optional<Mismatch> other = left.stream()
                    .filter(each -> first.holds(each.row()) || each.holds(first.row()))
                    .findFirst();
            if (other.isEmpty()) {
                addChanged(first);
            } else {
                addSwapped(first, other.get());
                if (first.holds(other.get().row()) && other.get().holds(first.row())) {
                    left.remove(other.get());
                }
            }
        }
        mismatches.clear();
    }

    private void addSwapped(Mismatch one, Mismatch other) {
        add(new Fault(
                Fault.What.SWAPPED,
                one.link().seq(),
                Optional.of(other.link().seq()),
                Optional.of(one.row().callId()),
                Optional.of(one.row()),
                "The content of these two rows was exchanged"));
    }

    /** Whether no more are kept. */
    boolean isFull() {
        return found.size() == MOST;
    }

    long count() {
        return count;
    }

    boolean isTampered() {
        return tampered;
    }

    List<Fault> found() {
        return found.stream().sorted(Comparator.comparingLong(Fault::seq)).toList();
    }
}
