package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.audit.AuditRow;
import io.openpanel.kernel.internal.audit.Fault;
import io.openpanel.kernel.internal.audit.Verifier;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/** Shows who did what, and whether that is still what was written. */
public final class AuditActions implements Extension {
    private final KernelDatabase database;
    private final Verifier verifier;
    private final Predicate<Call> seesPanel;
    private final Semaphore one = new Semaphore(1);

    /** @param seesPanel whether the caller may see what belongs to the panel itself and to other teams */
    public AuditActions(KernelDatabase database, Verifier verifier, Predicate<Call> seesPanel) {
        this.database = database;
        this.verifier = verifier;
        this.seesPanel = seesPanel;
    }

    public record Listing(
            @Param("Only about this resource, as kind:id") Optional<String> resource,
            @Param("Only of this action") Optional<String> action,
            @Param(min = 1, max = 500) Optional<Integer> limit,
            @Param("Only rows before this number") Optional<Long> before) {}

    public record Row(
            long seq,
            Instant at,
            String caller,
            String callerName,
            Optional<String> via,
            String surface,
            String address,
            String action,
            List<String> resources,
            Optional<String> outcome,
            Optional<String> detail,
            Optional<Long> position) {}

    public record Listed(List<Row> items, Optional<Long> next) {}

    @Action(
            value = "audit.list",
            summary = "Lists what was done, and what was tried and refused, newest first",
            effect = Action.Effect.READ,
            http = "GET /audit")
    public Listed list(Call call, Listing in) {
        int limit = in.limit().orElse(50);
        List<Row> items = database.tx(tx -> tx.list(
                Row.class,
                """
                select i.seq, i.at, i.caller, i.caller_name, i.via, i.surface, i.address, i.action, i.resources,
                       o.outcome, o.detail, c.position
                from audit i left join audit_chain c on c.seq = i.seq left join lateral
                    (select outcome, detail from audit o where o.call_id = i.call_id and o.phase <> 'intent' limit 1) o on true
                where i.phase <> 'outcome' and i.team_id is not distinct from ?
                  and (?::bigint is null or i.seq < ?) and (?::text is null or ? = any (i.resources))
                  and (?::text is null or i.action = ?)
                order by i.seq desc limit ?
                """,
                KernelDatabase.id(call.team()),
                in.before(),
                in.before(),
                in.resource(),
                in.resource(),
                in.action(),
                in.action(),
                limit));
        Optional<Long> next = items.size() < limit
                ? Optional.empty()
                : Optional.of(items.get(items.size() - 1).seq());
        return new Listed(items, next);
    }

    /** A row that is not as it was sealed; what it says only to those who may see it. */
    public record Finding(
            Fault.What what,
            long seq,
            Optional<Long> other,
            Optional<Instant> at,
            Optional<String> action,
            Optional<String> caller,
            Optional<String> call,
            String detail) {}

    public record Verified(
            Verifier.Verdict verdict, long rows, long checkpoints, long waiting, long faults, List<Finding> found) {}

    @Action(
            value = "audit.verify",
            summary = "Checks that no row of the audit trail was changed, removed, swapped or inserted",
            effect = Action.Effect.CHANGE,
            idempotent = true,
            job = true,
            http = "POST /audit/verify")
    public Verified verify(Call call) {
        if (!one.tryAcquire()) {
            throw new Problem(Problem.Kind.CONFLICT, "The audit trail is being verified already; wait for that job");
        }
        try {
            return said(call, verifier.verify(call));
        } finally {
            one.release();
        }
    }

    private Verified said(Call call, Verifier.Report report) {
        boolean all = seesPanel.test(call);
        List<Finding> found = report.found().stream()
                .map(each -> finding(each, all, call.team()))
                .toList();
        found.forEach(each -> call.log(line(each)));
        call.log(report.verdict().name().toLowerCase(Locale.ROOT) + ": " + report.rows() + " rows and "
                + report.checkpoints() + " checkpoints checked, " + report.faults() + " faults, " + report.waiting()
                + " rows not sealed yet");
        return new Verified(
                report.verdict(), report.rows(), report.checkpoints(), report.waiting(), report.faults(), found);
    }

    private static Finding finding(Fault fault, boolean all, Optional<Ref> team) {
        Optional<AuditRow> row = fault.row()
                .filter(each -> all || KernelDatabase.team(each.teamId()).equals(team));
        return new Finding(
                fault.what(),
                fault.seq(),
                fault.other(),
                fault.row().map(AuditRow::at),
                row.map(AuditRow::action),
                row.map(AuditRow::caller),
                fault.callId().filter(id -> all || row.isPresent()),
                fault.detail());
    }

    private static String line(Finding each) {
        StringBuilder line =
                new StringBuilder(each.what().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        line.append(" row ").append(each.seq());
        each.other().ifPresent(other -> line.append(" and ").append(other));
        each.at().ifPresent(at -> line.append(", ").append(at));
        each.action().ifPresent(action -> line.append(", ").append(action));
        each.caller().ifPresent(caller -> line.append(" by ").append(caller));
        each.call().ifPresent(id -> line.append(", call ").append(id));
        return line.append(": ").append(each.detail()).toString();
    }
}
