package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Call;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/** Tells whether the audit trail is as it was sealed. */
public final class Verifier {
    private static final Duration LATEST_CHECKPOINT = Duration.ofMinutes(5);

    private final KernelDatabase database;
    private final InstantSource clock;
    private final Checkpoints checkpoints;

    public Verifier(KernelDatabase database, InstantSource clock, Checkpoints checkpoints) {
        this.database = database;
        this.clock = clock;
        this.checkpoints = checkpoints;
    }

    /** What a verification comes to. */
    public enum Verdict {
        /** All rows and checkpoints fit each other. */
        INTACT,
        /** Something does not. */
        TAMPERED,
        /** All rows fit, and some checkpoints were signed with a key that is not here. */
        UNPROVEN
    }

    /**
     * What was found.
     *
     * @param rows entries of the chain that were held against their rows
     * @param checkpoints those with the panel's own signature
     * @param waiting rows that are not sealed yet
     * @param faults how many; the list has a hundred at most
     */
    public record Report(Verdict verdict, long rows, long checkpoints, long waiting, long faults, List<Fault> found) {}

    /** Walks along the whole trail; the call gets the progress and can be cancelled. */
    public Report verify(Call call) {
        Faults faults = new Faults();
        Verification walk = new Verification(database, call, faults);
        walk.run();
        CheckpointCheck signed = new CheckpointCheck(database, checkpoints, faults);
        signed.run(
                walk.end(),
                walk.waiting() == 0 && walk.endAt().isBefore(clock.instant().minus(LATEST_CHECKPOINT)));
        return new Report(verdict(faults), walk.rows(), signed.count(), walk.waiting(), faults.count(), faults.found());
    }

    private static Verdict verdict(Faults faults) {
        if (faults.isTampered()) {
            return Verdict.TAMPERED;
        }
        return faults.count() == 0 ? Verdict.INTACT : Verdict.UNPROVEN;
    }
}
