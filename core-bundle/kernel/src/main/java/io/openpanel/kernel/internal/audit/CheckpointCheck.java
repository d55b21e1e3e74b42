package io.openpanel.kernel.internal.audit;

import io.openpanel.kernel.internal.KernelDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Holds the chain against what was signed of it: the database's checkpoints and those of the file. */
final class CheckpointCheck {
    private static final int PAGE = 1_000;

    private final KernelDatabase database;
    private final Checkpoints checkpoints;
    private final Faults faults;
    private final Map<String, Foreign> foreign = new TreeMap<>();
    private long count;
    private Optional<Checkpoint> good = Optional.empty();
    private Optional<Checkpoint> furthest = Optional.empty();
    private Optional<Checkpoint> rewritten = Optional.empty();

    CheckpointCheck(KernelDatabase database, Checkpoints checkpoints, Faults faults) {
        this.database = database;
        this.checkpoints = checkpoints;
        this.faults = faults;
    }

    private record Foreign(long count, Checkpoint first, Checkpoint last) {
        Foreign and(Foreign other) {
            return new Foreign(count + other.count, first, other.last);
        }
    }

    /**
     * @param end the last entry of the chain
     * @param settled whether it is old enough to have a checkpoint
     */
    void run(Link end, boolean settled) {
        long id = 0;
        List<Checkpoints.Stored> page = page(id);
        while (!page.isEmpty()) {
            List<Checkpoint> signed =
                    page.stream().map(Checkpoints.Stored::checkpoint).toList();
            signed.stream().filter(this::isSigned).forEach(each -> count++);
            compare(signed);
            id = page.get(page.size() - 1).id();
            page = page(id);
        }
        compareFile();
        addFaults(end, settled);
    }

    long count() {
        return count;
    }

    private List<Checkpoints.Stored> page(long after) {
        return database.tx(tx -> tx.list(
                Checkpoints.Stored.class,
                "select id, " + Checkpoint.COLUMNS + " from audit_checkpoint where id > ? order by id limit " + PAGE,
                after));
    }

    private boolean isSigned(Checkpoint checkpoint) {
        SigningKey key = checkpoints.key();
        if (key.isMissing() || !key.id().equals(checkpoint.keyId())) {
            foreign.merge(checkpoint.keyId(), new Foreign(1, checkpoint, checkpoint), Foreign::and);
            return false;
        }
        if (key.isSignature(checkpoint.message(), checkpoint.signature())) {
            return true;
        }
        faults.add(Fault.range(
                Fault.What.FORGED,
                checkpoint.seq(),
                checkpoint.seq(),
                "The checkpoint of " + checkpoint.at() + " up to this row does not have the panel's signature"));
        return false;
    }

    /** The file says what the database says, so its signatures count only where the two differ. */
    private void compareFile() {
        if (Files.notExists(checkpoints.file())) {
            return;
        }
        try (BufferedReader lines = Files.newBufferedReader(checkpoints.file())) {
            List<Checkpoint> page = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Checkpoint.read(line).ifPresent(page::add);
                if (page.size() == PAGE) {
                    compare(page);
                    page.clear();
                }
            }
            compare(page);
        } catch (IOException e) {
            faults.add(
                    Fault.range(Fault.What.UNPROVEN, 0, 0, "The file " + checkpoints.file() + " cannot be read: " + e));
        }
    }

    private void compare(List<Checkpoint> signed) {
        Map<Long, Link> chain = chain(signed);
        for (Checkpoint each : signed) {
            Link link = chain.get(each.position());
            if (link == null) {
                if (each.position() > position(furthest) && isOwn(each)) {
                    furthest = Optional.of(each);
                }
            } else if (Arrays.equals(link.hash(), each.hash()) && link.seq() == each.seq()) {
                good = each.position() > position(good) ? Optional.of(each) : good;
            } else if ((rewritten.isEmpty() || each.position() < position(rewritten)) && isOwn(each)) {
                rewritten = Optional.of(each);
            }
        }
    }

    private static long position(Optional<Checkpoint> checkpoint) {
        return checkpoint.map(Checkpoint::position).orElse(0L);
    }

    private boolean isOwn(Checkpoint checkpoint) {
        SigningKey key = checkpoints.key();
        return !key.isMissing() && key.isSignature(checkpoint.message(), checkpoint.signature());
    }

    private Map<Long, Link> chain(List<Checkpoint> signed) {
        List<Long> positions =
                signed.stream().map(Checkpoint::position).distinct().toList();
        if (positions.isEmpty()) {
            return Map.of();
        }
        return database
                .tx(tx -> tx.list(
                        Link.class, "select " + Link.COLUMNS + " from audit_chain where position = any (?)", positions))
                .stream()
                .collect(Collectors.toMap(Link::position, Function.identity()));
    }

    private void addFaults(Link end, boolean settled) {
        furthest.filter(each -> each.position() > end.position())
                .ifPresent(each -> faults.add(Fault.range(
                        Fault.What.CUT_OFF,
                        end.seq(),
                        each.seq(),
                        "The chain ends at the first of these rows and the checkpoint of " + each.at()
                                + " covers it up to the second: " + (each.position() - end.position())
                                + " rows were cut off")));
        rewritten.ifPresent(each -> faults.add(Fault.range(
                Fault.What.REWRITTEN,
                before(each),
                each.seq(),
                "The checkpoint of " + each.at() + " does not fit the chain: rows after the first of these were changed"
                        + " and the chain made anew")));
        addUncovered(end, settled);
        foreign.forEach((key, each) -> faults.add(Fault.range(
                Fault.What.UNPROVEN,
                each.first().seq(),
                each.last().seq(),
                each.count() + " checkpoints from " + each.first().at() + " to "
                        + each.last().at()
                        + " were signed with the key " + key + ", which is not the one in "
                        + checkpoints.key().file() + ": put that key back, or somebody else has signed them")));
    }

    private void addUncovered(Link end, boolean settled) {
        long uncovered = end.position() - position(good);
        boolean explained = rewritten.isPresent() || !foreign.isEmpty();
        boolean late = uncovered >= Sealer.ROWS_PER_CHECKPOINT || (uncovered > 0 && settled);
        if (late && !explained) {
            faults.add(Fault.range(
                    Fault.What.UNCOVERED,
                    good.map(Checkpoint::seq).orElse(0L),
                    end.seq(),
                    uncovered + " rows have no checkpoint: theirs were removed, or could not be signed and the panel's"
                            + " log says why"));
        }
    }

    /** The row of the last checkpoint that fits before one that does not. */
    private long before(Checkpoint checkpoint) {
        return database.tx(tx -> tx.one(
                        Checkpoint.class,
                        "select " + Checkpoint.COLUMNS
                                + " from audit_checkpoint c where position < ? and exists (select from audit_chain l"
                                + " where l.position = c.position and l.hash = c.hash) order by position desc limit 1",
                        checkpoint.position()))
                .map(Checkpoint::seq)
                .orElse(0L);
    }
}
