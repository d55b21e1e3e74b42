package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Shape;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes an intent before each change and an outcome after it. A change whose intent cannot be written does not run. */
public final class Audit {
    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);

    private static final int LARGEST_INPUT = 32 * 1024;

    private final KernelDatabase database;
    private final InstantSource clock;
    private final Runnable written;

    /** @param written told after each row */
    public Audit(KernelDatabase database, InstantSource clock, Runnable written) {
        this.database = database;
        this.clock = clock;
        this.written = written;
    }

    /** Who wants what, from where. */
    public record Intent(
            String callId,
            Principal caller,
            String via,
            String surface,
            String address,
            String requestId,
            String action,
            List<String> resources,
            Optional<Ref> team) {}

    static Intent intent(Admission.Admitted admitted, String via, String surface, String address, String requestId) {
        Principal caller = admitted.principal();
        List<String> resources =
                admitted.resources().stream().map(each -> each.ref().toString()).toList();
        Optional<Ref> team = caller.team().or(() -> admitted.subject().flatMap(Resource::team));
        return new Intent(
                Ref.create("call").id(),
                caller,
                via,
                surface,
                address,
                requestId,
                admitted.entry().id(),
                resources,
                team);
    }

    void begin(Intent intent, Optional<Shape> shape, Object input) {
        String json = shape.isEmpty()
                ? "{}"
                : new String(Json.bytes(shape.get(), input), java.nio.charset.StandardCharsets.UTF_8);
        write(intent, "intent", json.length() > LARGEST_INPUT ? "{\"large\":true}" : json, null, null);
        Failpoints.hit(Failpoint.AUDIT_AFTER_INTENT);
    }

    /** @param outcome {@code done}, {@code failed}, {@code denied}, {@code accepted}, {@code cancelled} */
    public void end(Intent intent, String outcome, String detail) {
        write(intent, "outcome", null, outcome, detail);
        Failpoints.hit(Failpoint.AUDIT_AFTER_OUTCOME);
    }

    /**
     * As {@link #end}, of what was done whether it can be written or not: an intent that is left without an outcome becomes
     * {@code unknown} at the next start.
     */
    void close(Intent intent, String outcome, String detail) {
        try {
            end(intent, outcome, detail);
        } catch (RuntimeException e) {
            LOG.error("That {} is {} could not be written to the audit trail", intent.action(), outcome, e);
        }
    }

    /** Writes that somebody tried what they may not: one row, since nothing was begun. */
    void refused(Intent tried, String why) {
        write(tried, "refusal", null, "denied", why);
    }

    private void write(Intent intent, String phase, String input, String outcome, String detail) {
        database.tx(tx -> tx.update(
                """
                insert into audit (call_id, phase, at, team_id, caller, caller_name, via, surface, address, request_id,
                                   action, resources, input, outcome, detail)
                values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?, ?)
                """,
                intent.callId(),
                phase,
                clock.instant(),
                KernelDatabase.id(intent.team()),
                intent.caller().ref().toString(),
                intent.caller().name(),
                intent.via(),
                intent.surface(),
                intent.address(),
                intent.requestId(),
                intent.action(),
                intent.resources(),
                input,
                outcome,
                detail));
        written.run();
    }
}
