package io.openpanel.kernel.internal.audit;

/**
 * An entry of the chain.
 *
 * @param position from 1 without a gap
 * @param seq the number of the row it is for
 * @param callId names the call of a row that is no longer there
 */
public record Link(long position, long seq, String callId, byte[] hash) {
    static final String COLUMNS = "position, seq, call_id, hash";

    /** Before the first one. */
    static final Link NONE = new Link(0, 0, "", new byte[32]);

    Link next(AuditRow row) {
        return new Link(position + 1, row.seq(), row.callId(), row.hash(hash));
    }
}
