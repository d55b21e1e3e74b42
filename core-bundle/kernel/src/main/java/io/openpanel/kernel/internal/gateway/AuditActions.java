package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.audit.AuditRow;
import io.openpanel.kernel.internal.audit.Fault;
import io.openpanel.kernel.internal.audit.Unanswered;
import io.openpanel.kernel.internal.audit.Verifier;
import java.io.InputStream;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.BiFunction;
import java.util.function.Predicate;

/** Shows who did what, and whether that is still what was written. */
public final class AuditActions implements Extension {
    private static final String OUTCOMES = "running|accepted|done|failed|denied|cancelled|unknown";
    private static final int CHUNK = 1_000;

    private final AuditTrail trail;
    private final Verifier verifier;
    private final Unanswered unanswered;
    private final BiFunction<Ref, Principal, Optional<Resource>> find;
    private final Predicate<Call> seesPanel;
    private final Semaphore one = new Semaphore(1);

    /**
     * @param find a resource, as somebody's team can see it
     * @param seesPanel whether the caller may see what belongs to the panel itself and to other teams
     */
    public AuditActions(
            KernelDatabase database,
            Verifier verifier,
            Unanswered unanswered,
            BiFunction<Ref, Principal, Optional<Resource>> find,
            Predicate<Call> seesPanel) {
        this.trail = new AuditTrail(database);
        this.verifier = verifier;
        this.unanswered = unanswered;
        this.find = find;
        this.seesPanel = seesPanel;
    }

    /** As what a part of the trail is given away. */
    public enum Format {
        /** A table for a spreadsheet. */
        CSV,
        /** A list of objects. */
        JSON
    }

    public record Listing(
            @Param("Only about this resource, as kind:id") Optional<String> resource,
            @Param(value = "Only of this action, or of all of a noun", example = "deployment.start")
                    Optional<String> action,
            @Param("Only by this caller, as kind:id, or by those with this in their name") Optional<String> caller,
            @Param("Only by way of this plugin") Optional<String> via,
            @Param(value = "Only by this way in", example = "rest") Optional<String> surface,
            @Param("Only from this address") Optional<String> address,
            @Param(value = "Only what ended like this", pattern = OUTCOMES) Optional<String> outcome,
            @Param("Not before") Optional<Instant> since,
            @Param("Before") Optional<Instant> until,
            @Param(min = 1, max = 500) Optional<Integer> limit,
            @Param("Only rows before this number") Optional<Long> before) {
        Wanted wanted() {
            return new Wanted(resource, action, caller, via, surface, address, outcome, since, until);
        }
    }

    public record Exporting(
            @Param("What kind of file") Format format,
            @Param("Only about this resource, as kind:id") Optional<String> resource,
            @Param(value = "Only of this action, or of all of a noun", example = "deployment.start")
                    Optional<String> action,
            @Param("Only by this caller, as kind:id, or by those with this in their name") Optional<String> caller,
            @Param("Only by way of this plugin") Optional<String> via,
            @Param(value = "Only by this way in", example = "rest") Optional<String> surface,
            @Param("Only from this address") Optional<String> address,
            @Param(value = "Only what ended like this", pattern = OUTCOMES) Optional<String> outcome,
            @Param("Not before") Optional<Instant> since,
            @Param("Before") Optional<Instant> until) {
        Wanted wanted() {
            return new Wanted(resource, action, caller, via, surface, address, outcome, since, until);
        }
    }

    /** Which rows. */
    record Wanted(
            Optional<String> resource,
            Optional<String> action,
            Optional<String> caller,
            Optional<String> via,
            Optional<String> surface,
            Optional<String> address,
            Optional<String> outcome,
            Optional<Instant> since,
            Optional<Instant> until) {}

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
            @Param("What was asked for; its secrets are nowhere") Optional<Object> input,
            Optional<String> outcome,
            Optional<String> detail,
            Optional<Long> position) {}

    /** How a resource that a row is about is called now. */
    public record Named(Ref resource, String name) {}

    /** Rows, and of the resources in them those that are still there. */
    public record Listed(List<Row> items, List<Named> names, Optional<Long> next) {}

    @Action(
            value = "audit.list",
            summary = "Lists what was done, and what was tried and refused, newest first",
            effect = Action.Effect.READ,
            http = "GET /audit")
    public Listed list(Call call, Listing in) {
        int limit = in.limit().orElse(50);
        List<Row> items = trail.rows(call.team(), in.wanted(), in.before(), limit);
        Optional<Long> next = items.size() < limit
                ? Optional.empty()
                : Optional.of(items.get(items.size() - 1).seq());
        return new Listed(items, names(call, items), next);
    }

    /** A kind that cannot be asked now is asked once: what happened is told all the same. */
    private List<Named> names(Call call, List<Row> items) {
        Set<String> mute = new HashSet<>();
        return items.stream()
                .flatMap(row -> row.resources().stream())
                .distinct()
                .map(Ref::parse)
                .flatMap(ref -> name(call, ref, mute).stream().map(name -> new Named(ref, name)))
                .toList();
    }

    private Optional<String> name(Call call, Ref ref, Set<String> mute) {
        if (mute.contains(ref.kind())) {
            return Optional.empty();
        }
        try {
            return find.apply(ref, call.caller()).map(Resource::name);
        } catch (Problem unknown) {
            mute.add(ref.kind());
            return Optional.empty();
        }
    }

    @Action(
            value = "audit.export",
            summary = "Gives the audit trail, or a part of it, away as a file",
            effect = Action.Effect.READ,
            http = "GET /audit/export",
            cli = "audit export {format}")
    public InputStream export(Call call, Exporting in) {
        Optional<Ref> team = call.team();
        return AuditFile.of(in.format(), before -> trail.rows(team, in.wanted(), before, CHUNK));
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

    @Every("PT1H")
    public void settle() {
        unanswered.settle();
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
