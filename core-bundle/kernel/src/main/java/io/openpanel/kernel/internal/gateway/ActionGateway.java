package io.openpanel.kernel.internal.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.job.Jobs;
import io.openpanel.kernel.internal.limit.Limits;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Gateway;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link #call} is the whole way of a call, in order. */
public final class ActionGateway implements Gateway {
    private static final Logger LOG = LoggerFactory.getLogger(ActionGateway.class);

    private final Admission admission;
    private final Supplier<Optional<Authority>> authority;
    private final Calls calls;
    private final Audit audit;
    private final Refusals refusals;
    private final Idempotency idempotency;
    private final Jobs jobs;
    private final Streams streams;
    private final EventBus events;
    private final Metrics metrics;
    private final Bulkhead bulkhead;
    private final PluginFaults faults;
    private final Limits limits;
    private final QuotaGate quotas;

    public ActionGateway(
            Admission admission,
            Supplier<Optional<Authority>> authority,
            Calls calls,
            Audit audit,
            Refusals refusals,
            Idempotency idempotency,
            Jobs jobs,
            Streams streams,
            EventBus events,
            Metrics metrics,
            Bulkhead bulkhead,
            PluginFaults faults,
            Limits limits,
            QuotaGate quotas) {
        this.admission = admission;
        this.authority = authority;
        this.calls = calls;
        this.audit = audit;
        this.refusals = refusals;
        this.idempotency = idempotency;
        this.jobs = jobs;
        this.streams = streams;
        this.events = events;
        this.metrics = metrics;
        this.bulkhead = bulkhead;
        this.faults = faults;
        this.limits = limits;
        this.quotas = quotas;
    }

    @Override
    public Reply call(Invocation invocation) {
        return call(invocation, any -> {});
    }

    @Override
    public Reply call(Invocation invocation, Consumer<Allowance> told) {
        long start = System.nanoTime();
        String outcome = "failed";
        try {
            Reply reply = admit(invocation, told);
            outcome = "done";
            return reply;
        } catch (Problem problem) {
            outcome = problem.kind().name().toLowerCase(java.util.Locale.ROOT);
            throw problem;
        } catch (RuntimeException bug) {
            LOG.error("{} failed, request {}", invocation.action(), invocation.requestId(), bug);
            throw bug;
        } finally {
            metrics.record(invocation.action(), invocation.surface(), outcome, System.nanoTime() - start);
        }
    }

    private Reply admit(Invocation invocation, Consumer<Allowance> told) {
        Principal principal = principal(invocation, told);
        Entry entry = admission.enter(invocation.action(), Optional.empty());
        try {
            limits.rates().take(entry.operation(), principal, told);
            return admit(invocation, principal, entry);
        } finally {
            entry.turnstile().leave();
        }
    }

    @Override
    public Principal check(Invocation invocation) {
        return check(invocation, any -> {});
    }

    @Override
    public Principal check(Invocation invocation, Consumer<Allowance> told) {
        Principal principal = principal(invocation, told);
        Entry entry = admission.enter(invocation.action(), Optional.empty());
        try {
            limits.rates().take(entry.operation(), principal, told);
            return let(invocation, principal, entry).principal();
        } finally {
            entry.turnstile().leave();
        }
    }

    private Admission.Admitted let(Invocation invocation, Principal principal, Entry entry) {
        ObjectNode tree = Json.parseObject(invocation.input());
        Refusals.Attempt attempt = new Refusals.Attempt(
                entry, principal, null, invocation.surface(), invocation.address(), invocation.requestId(), tree);
        Admission.Admitted admitted = refusals.noting(attempt, () -> {
            requireAddress(invocation, principal, entry);
            return admission.admit(entry, principal, tree, Admission.Rights.PRINCIPAL);
        });
        requireVersion(invocation, admitted);
        requireConfirmation(admitted);
        return admitted;
    }

    private void requireAddress(Invocation invocation, Principal principal, Entry entry) {
        if (Admission.isPerson(principal)
                && Admission.RIGHT_NEEDED.contains(entry.operation().access())) {
            authority
                    .get()
                    .flatMap(each -> each.refusal(principal, invocation.address()))
                    .ifPresent(ActionGateway::refuse);
        }
    }

    private Reply admit(Invocation invocation, Principal principal, Entry entry) {
        Admission.Admitted admitted = let(invocation, principal, entry);
        if (entry.isRead()) {
            return run(invocation, admitted);
        }
        if (invocation.idempotencyKey().isEmpty() || entry.operation().form() != Operation.Form.RECORD) {
            return change(invocation, admitted);
        }
        return once(invocation, admitted);
    }

    @Override
    public Optional<Problem> refusal(String address) {
        return limits.refusal(address);
    }

    /** Who calls. The panel itself vouches for routes and the local door, which no limit concerns. */
    private Principal principal(Invocation invocation, Consumer<Allowance> told) {
        if (invocation.caller() instanceof Caller.Known known) {
            return known.principal();
        }
        limits.refusal(invocation.address()).ifPresent(ActionGateway::refuse);
        limits.rates().takeFrom(invocation.address(), told);
        Principal principal = authenticated(invocation);
        limits.rates().take(principal, told);
        return principal;
    }

    private static void refuse(Problem problem) {
        throw problem;
    }

    private Principal authenticated(Invocation invocation) {
        if (invocation.caller() instanceof Caller.Bearer) {
            return authenticate(invocation.caller())
                    .orElseThrow(() -> new Problem(
                            Problem.Kind.UNAUTHENTICATED, "The token is not valid or has expired; sign in again"));
        }
        return authenticate(invocation.caller())
                .orElse(new Principal(
                        new Ref("anonymous", invocation.address().isEmpty() ? "unknown" : invocation.address()),
                        "",
                        Optional.empty(),
                        Optional.empty()));
    }

    @Override
    public Optional<Principal> authenticate(Caller caller) {
        if (caller instanceof Caller.Known known) {
            return Optional.of(known.principal());
        }
        if (caller instanceof Caller.Bearer bearer) {
            return authority
                    .get()
                    .orElseThrow(() -> new Problem(
                            Problem.Kind.UNAVAILABLE,
                            "Nobody can sign in while the plugin teams is not running; use the local door to start it"))
                    .authenticate(bearer.token(), bearer.team());
        }
        return Optional.empty();
    }

    @Override
    public List<Resource> lineage(Principal principal, Ref resource) {
        return admission.lineage(principal, resource);
    }

    private static void requireVersion(Invocation invocation, Admission.Admitted admitted) {
        invocation.ifMatch().ifPresent(wanted -> {
            String version = admitted.subject().map(Resource::version).orElse("");
            if (!wanted.equals(version) && !wanted.equals("*")) {
                throw new Problem(Problem.Kind.STALE, "It was changed by somebody else since; read it again");
            }
        });
    }

    private static void requireConfirmation(Admission.Admitted admitted) {
        if (!admitted.entry().isDestroy()) {
            return;
        }
        String name =
                admitted.subject().map(Resource::name).orElse(admitted.entry().id());
        if (!admitted.confirmed().equals(name)) {
            throw new Problem(
                    Problem.Kind.UNCONFIRMED,
                    admitted.entry().operation().summary() + ". This cannot be undone: send confirm with the name '"
                            + name + "'");
        }
    }

    private Reply once(Invocation invocation, Admission.Admitted admitted) {
        Idempotency.Claim claim = new Idempotency.Claim(
                admitted.principal().ref().toString(),
                admitted.entry().id(),
                invocation.idempotencyKey().orElseThrow());
        Optional<String> first = idempotency.claim(claim, invocation.input());
        if (first.isPresent()) {
            JsonNode kept = Json.parse(first.get().getBytes(StandardCharsets.UTF_8));
            return kept.has("job") && admitted.entry().operation().job()
                    ? new Reply.Accepted(Ref.parse(kept.get("job").asText()))
                    : new Reply.Done(Json.bytes(kept), Optional.empty());
        }
        Failpoints.hit(Failpoint.CALL_AFTER_CLAIM);
        Reply reply;
        try {
            reply = change(invocation, admitted);
        } catch (RuntimeException e) {
            idempotency.release(claim);
            throw e;
        }
        keep(claim, reply);
        return reply;
    }

    /** What was done is done: the key stays taken, also where the answer cannot be kept for it. */
    private void keep(Idempotency.Claim claim, Reply reply) {
        try {
            idempotency.keep(
                    claim,
                    reply instanceof Reply.Accepted accepted
                            ? "{\"job\":\"" + accepted.job() + "\"}"
                            : Idempotency.text(((Reply.Done) reply).json()));
        } catch (RuntimeException e) {
            LOG.error("The answer of {} could not be kept for its Idempotency-Key", claim.action(), e);
        }
    }

    private Reply change(Invocation invocation, Admission.Admitted admitted) {
        Entry entry = admitted.entry();
        Audit.Intent intent =
                Audit.intent(admitted, null, invocation.surface(), invocation.address(), invocation.requestId());
        audit.begin(intent, entry.input(), admitted.input());
        try {
            if (entry.operation().job()) {
                Ref job = quotas.within(admitted, () -> jobs.enqueue(admitted, invocation.surface()));
                audit.close(intent, "accepted", job.toString());
                return new Reply.Accepted(job);
            }
            Reply reply = run(invocation, admitted);
            if (reply instanceof Reply.Terminal terminal) {
                ((OpenTerminal) terminal.duplex()).onClosed(how -> {
                    audit.close(intent, "done", how);
                    announce("action.done", admitted);
                });
                return reply;
            }
            audit.close(intent, "done", null);
            announce("action.done", admitted);
            return reply;
        } catch (RuntimeException e) {
            audit.close(intent, "failed", e instanceof Problem ? e.getMessage() : "An internal error, see the log");
            announce("action.failed", admitted);
            throw e;
        }
    }

    private void announce(String topic, Admission.Admitted admitted) {
        events.announce(
                topic,
                admitted.principal(),
                admitted.subject().map(Resource::ref),
                Map.of(
                        "action",
                        admitted.entry().id(),
                        "caller",
                        admitted.principal().name(),
                        "resource",
                        admitted.subject().map(Resource::name).orElse("")));
    }

    private Reply run(Invocation invocation, Admission.Admitted admitted) {
        Entry entry = admitted.entry();
        LiveCall call = new LiveCall(
                admitted.principal(),
                invocation.surface(),
                invocation.address(),
                entry.operation().plugin(),
                null,
                "",
                kind -> admission.reach(admitted.principal(), kind));
        if (entry.operation().form() == Operation.Form.DUPLEX) {
            return streams.open(
                            admitted,
                            invocation.address(),
                            () -> invoke(entry, call, admitted),
                            () -> lost(invocation, admitted))
                    .reply();
        }
        Object result = invoke(entry, call, admitted);
        if (result instanceof Flow.Publisher<?> stream) {
            return new Reply.Streaming(
                    streams.wrap(admitted, invocation.address(), stream, () -> lost(invocation, admitted)));
        }
        if (result instanceof InputStream content) {
            return new Reply.File(content);
        }
        byte[] json = result == null ? "{}".getBytes(StandardCharsets.UTF_8) : entry.write(result);
        return new Reply.Done(json, version(admitted));
    }

    /** Why what a call has opened must end: whoever lost a right while it was opened was not among the readers yet. */
    private Optional<Problem> lost(Invocation invocation, Admission.Admitted admitted) {
        if (!(invocation.caller() instanceof Caller.Bearer bearer)) {
            return Optional.empty();
        }
        try {
            if (authenticate(bearer).isEmpty()) {
                return Optional.of(Streams.sessionEnded());
            }
            return admission.mayStill(admitted) ? Optional.empty() : Optional.of(Streams.rightLost());
        } catch (Problem unknown) {
            return Optional.of(unknown);
        }
    }

    private Object invoke(Entry entry, LiveCall call, Admission.Admitted admitted) {
        long began = System.nanoTime();
        try {
            return bulkhead.run(
                    entry,
                    () -> calls.as(call, () -> quotas.within(admitted, () -> entry.invoke(call, admitted.input()))));
        } catch (RuntimeException failure) {
            faults.note(entry.operation().plugin(), entry.id(), began, failure);
            throw failure;
        }
    }

    private Optional<String> version(Admission.Admitted admitted) {
        if (admitted.entry().operation().effect() == Action.Effect.READ) {
            return admitted.own().map(Resource::version);
        }
        return admitted.entry().id().endsWith(".update")
                ? admitted.own()
                        .flatMap(own -> admission.find(own.ref(), admitted.principal()))
                        .map(Resource::version)
                : Optional.empty();
    }
}
