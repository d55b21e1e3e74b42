package io.openpanel.kernel.internal.audit;

import java.util.Optional;

/**
 * Something that is not as it was sealed.
 *
 * @param seq the number of the row, or of the first one it concerns
 * @param other the number of the row it was swapped with, or of the last one it concerns
 * @param callId of the row's call as far as known
 * @param row the row as it is now, if there is one
 */
public record Fault(
        What what, long seq, Optional<Long> other, Optional<String> callId, Optional<AuditRow> row, String detail) {
    /** What happened. */
    public enum What {
        /** A row's content differs. */
        CHANGED,
        /** A row is gone. */
        REMOVED,
        /** A row was put among older ones, or beyond all numbers. */
        INSERTED,
        /** Two rows hold each other's content. */
        SWAPPED,
        /** An entry of the chain differs or is gone; its row is as it was. */
        CHAIN,
        /** The newest rows are gone together with their entries. */
        CUT_OFF,
        /** Rows and chain fit each other and not a checkpoint. */
        REWRITTEN,
        /** A checkpoint's signature is wrong. */
        FORGED,
        /** More rows than there may be have no checkpoint. */
        UNCOVERED,
        /** Checkpoints were signed with a key that is not here. */
        UNPROVEN
    }

    static Fault of(What what, AuditRow row, String detail) {
        return new Fault(what, row.seq(), Optional.empty(), Optional.of(row.callId()), Optional.of(row), detail);
    }

    static Fault range(What what, long first, long last, String detail) {
        return new Fault(what, first, Optional.of(last), Optional.empty(), Optional.empty(), detail);
    }
}
