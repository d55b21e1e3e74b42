package io.openpanel.kernel.internal.audit;

import java.security.MessageDigest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** A whole row of the audit trail: what a hash of the chain covers. */
public record AuditRow(
        long seq,
        String callId,
        String phase,
        long micros,
        Optional<String> teamId,
        String caller,
        String callerName,
        Optional<String> via,
        String surface,
        String address,
        String requestId,
        String action,
        String resources,
        Optional<String> input,
        Optional<String> outcome,
        Optional<String> detail) {
    /** Every column. An array's and a document's text is PostgreSQL's own, which has one form for each value. */
    static final String COLUMNS =
            """
            seq, call_id, phase,
            case when isfinite(at) then (extract(epoch from at) * 1000000)::bigint else -1 end as micros,
            team_id, caller, caller_name, via, surface, address, request_id, action,
            resources::text as resources, input::text as input, outcome, detail
            """;

    private static final String VERSION = "openpanel audit row 1";

    /** The hash of this row as the one of the given number after the given hash. */
    byte[] hash(byte[] previous, long as) {
        MessageDigest digest = Form.sha256();
        digest.update(previous);
        digest.update(new Form(VERSION)
                .number(as)
                .text(callId)
                .text(phase)
                .number(micros)
                .text(teamId)
                .text(caller)
                .text(callerName)
                .text(via)
                .text(surface)
                .text(address)
                .text(requestId)
                .text(action)
                .text(resources)
                .text(input)
                .text(outcome)
                .text(detail)
                .bytes());
        return digest.digest();
    }

    byte[] hash(byte[] previous) {
        return hash(previous, seq);
    }

    /** When it was written. */
    public Instant at() {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
