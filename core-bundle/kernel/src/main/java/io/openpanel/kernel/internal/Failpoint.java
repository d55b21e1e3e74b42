package io.openpanel.kernel.internal;

import java.util.Locale;

/** The steps that outlive the panel: right after each the suite {@code failpoints} ends it, as a crash would. */
public enum Failpoint {
    /** The file of a release is kept. */
    INSTALL_AFTER_KEEP,
    /** The new version runs beside the one that serves. */
    INSTALL_AFTER_START,
    /** It serves; the ledger does not say so yet. */
    INSTALL_AFTER_EXCHANGE,
    /** The ledger says so; the former version is still there. */
    INSTALL_AFTER_COMMIT,
    /** The former version is gone. */
    INSTALL_AFTER_DISCARD,
    /** The ledger says that it is stopped; it still runs. */
    STOP_AFTER_RECORD,
    /** The ledger says that it runs; it does not yet. */
    START_AFTER_RECORD,
    /** The ledger says that it is gone; it still runs. */
    UNINSTALL_AFTER_RECORD,
    /** Its bundles are gone, its subscriptions are not. */
    UNINSTALL_AFTER_DISCARD,
    /** What it stored is gone, its row is not. */
    PURGE_AFTER_DROP,
    /** The job's row is there, nobody is to run it yet. */
    JOB_AFTER_INSERT,
    /** It is queued; who asked does not know its number. */
    JOB_AFTER_SCHEDULE,
    /** An attempt has begun. */
    JOB_AFTER_BEGIN,
    /** A step's result is stored. */
    JOB_AFTER_STEP,
    /** Lines of its log are written. */
    JOB_AFTER_LOG,
    /** It has ended; its work folder is there. */
    JOB_AFTER_END,
    /** Its work folder is gone; the scheduler still has it. */
    JOB_AFTER_CLEAN,
    /** An event is written and not committed. */
    EVENT_AFTER_WRITE,
    /** It is committed; nobody was told. */
    EVENT_AFTER_COMMIT,
    /** A hearer is about to get it. */
    EVENT_AFTER_CLAIM,
    /** The hearer has it; the delivery is still open. */
    EVENT_AFTER_HEARD,
    /** The delivery is done. */
    EVENT_AFTER_ACKNOWLEDGE,
    /** An idempotency key is claimed; the call has not begun. */
    CALL_AFTER_CLAIM,
    /** It is written what somebody wants; it is not done. */
    AUDIT_AFTER_INTENT,
    /** It is written what became of it. */
    AUDIT_AFTER_OUTCOME,
    /** Rows are in the chain. */
    AUDIT_AFTER_SEAL,
    /** A checkpoint is in the database and not in the file. */
    AUDIT_AFTER_CHECKPOINT,
    /** It is in the file. */
    AUDIT_AFTER_FILE;

    /** {@code area.after-step}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replaceFirst("_", ".").replace('_', '-');
    }
}
