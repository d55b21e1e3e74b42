package io.openpanel.kernel.internal.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.job.LiveJob;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Types;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Calls that a plugin makes: as the current caller by way of the plugin, and audited as both. */
public final class InnerCalls {
    private final Admission admission;
    private final Calls calls;
    private final Audit audit;
    private final Refusals refusals;
    private final BiPredicate<String, String> uses;
    private final Predicate<String> isolated;
    private final QuotaGate quotas;

    /**
     * @param uses whether a plugin may call an action
     * @param isolated whether a plugin runs in a process of its own, because nobody trusts it
     */
    public InnerCalls(
            Admission admission,
            Calls calls,
            Audit audit,
            Refusals refusals,
            BiPredicate<String, String> uses,
            Predicate<String> isolated,
            QuotaGate quotas) {
        this.admission = admission;
        this.calls = calls;
        this.audit = audit;
        this.refusals = refusals;
        this.uses = uses;
        this.isolated = isolated;
        this.quotas = quotas;
    }

    /** The principal a plugin is where nobody else is the caller. */
    public static Principal bundle(String plugin, Optional<Ref> team) {
        return new Principal(new Ref("bundle", plugin), plugin, team, Optional.empty());
    }

    /** A call in which a plugin itself is the caller. */
    public static LiveCall asPlugin(String plugin, Optional<Ref> team, String surface) {
        return new LiveCall(bundle(plugin, team), surface, "", plugin, null, "", kind -> new Reach(true, Set.of()));
    }

    /** Calls an action; see {@link io.openpanel.api.Panel#call}. */
    public <T extends Record> T call(String plugin, String action, Record input, Class<T> type) {
        Entry entry = enter(plugin, action);
        try {
            Object result = run(plugin, prepare(plugin, entry, tree(input)));
            if (type == null || result == null) {
                return null;
            }
            return read(Json.tree(entry.output().orElseThrow(), result), type);
        } finally {
            entry.turnstile().leave();
        }
    }

    /** Calls an action for a plugin whose types are elsewhere; secrets of the answer are left out. */
    public JsonNode call(String plugin, String action, ObjectNode input) {
        Entry entry = enter(plugin, action);
        try {
            Object result = run(plugin, prepare(plugin, entry, input));
            if (result == null || entry.output().isEmpty()) {
                return null;
            }
            if (entry.operation().form() != Operation.Form.RECORD) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        action + " answers with a stream or a file, which a plugin in a process of"
                                + " its own cannot take");
            }
            return Json.parse(Json.bytes(entry.output().get(), result));
        } finally {
            entry.turnstile().leave();
        }
    }

    /** Opens a stream; see {@link io.openpanel.api.Panel#stream}. */
    public <T extends Record> Flow.Publisher<T> stream(String plugin, String action, Record input, Class<T> type) {
        Entry entry = enter(plugin, action);
        Object result;
        try {
            result = run(plugin, prepare(plugin, entry, tree(input)));
        } finally {
            entry.turnstile().leave();
        }
        if (!(result instanceof Flow.Publisher<?> source)) {
            throw new IllegalArgumentException(action + " does not return a stream");
        }
        return reader -> source.subscribe(new Flow.Subscriber<Object>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
                reader.onSubscribe(subscription);
            }

            @Override
            public void onNext(Object item) {
                reader.onNext(read(Json.tree(entry.output().orElseThrow(), item), type));
            }

            @Override
            public void onError(Throwable problem) {
                reader.onError(problem);
            }

            @Override
            public void onComplete() {
                reader.onComplete();
            }
        });
    }

    private record Prepared(Admission.Admitted admitted, Optional<LiveCall> outer) {}

    private Entry enter(String plugin, String action) {
        calls.refuseInTransaction(action);
        if (!uses.test(plugin, action)) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The plugin " + plugin + " calls " + action + " without listing it in the uses of its @Plugin");
        }
        return admission.enter(action, Optional.of(plugin));
    }

    private static ObjectNode tree(Record input) {
        return input == null ? Json.object() : (ObjectNode) Json.tree(Types.record(input.getClass()), input);
    }

    private Prepared prepare(String plugin, Entry entry, ObjectNode tree) {
        Optional<LiveCall> outer = calls.current();
        Principal principal = outer.map(LiveCall::caller).orElseGet(() -> bundle(plugin, Optional.empty()));
        boolean own = entry.operation().plugin().equals(plugin);
        // A plugin has no reason to come back to its own action but to ask for the person's right to it. One that
        // nobody trusts never does for a person what that person may not do.
        Admission.Rights rights = (own || isolated.test(plugin)) && Admission.isPerson(principal)
                ? Admission.Rights.PRINCIPAL
                : Admission.Rights.PLUGIN;
        Refusals.Attempt attempt = new Refusals.Attempt(
                entry, principal, plugin, "action", outer.map(LiveCall::address).orElse(""), "", tree);
        return new Prepared(refusals.noting(attempt, () -> admission.admit(entry, principal, tree, rights)), outer);
    }

    private Object run(String plugin, Prepared prepared) {
        Admission.Admitted admitted = prepared.admitted;
        Entry entry = admitted.entry();
        Optional<LiveJob> job = prepared.outer.flatMap(LiveCall::liveJob);
        if (entry.operation().job() && job.isEmpty()) {
            throw new Problem(Problem.Kind.CONFLICT, entry.id() + " is a job; call it from a job, or by the gateway");
        }
        String prefix = prepared.outer.map(LiveCall::stepPrefix).orElse("");
        LiveCall call = new LiveCall(
                admitted.principal(),
                "action",
                prepared.outer.map(LiveCall::address).orElse(""),
                entry.operation().plugin(),
                job.orElse(null),
                prefix + entry.id() + '/',
                kind -> admission.reach(admitted.principal(), plugin, kind));
        if (entry.isRead()) {
            return invoke(entry, call, admitted);
        }
        Audit.Intent intent = Audit.intent(admitted, plugin, "action", "", "");
        audit.begin(intent, entry.input(), admitted.input());
        try {
            // A job inside of another one takes nothing more than that one, which was counted.
            Object result = entry.operation().job()
                    ? invoke(entry, call, admitted)
                    : quotas.within(admitted, () -> invoke(entry, call, admitted));
            audit.close(intent, "done", null);
            return result;
        } catch (RuntimeException e) {
            audit.close(intent, "failed", e instanceof Problem ? e.getMessage() : "An internal error, see the log");
            throw e;
        }
    }

    private Object invoke(Entry entry, LiveCall call, Admission.Admitted admitted) {
        Supplier<Object> work = () -> calls.as(call, () -> entry.invoke(call, admitted.input()));
        try {
            Optional<LiveJob> job = call.liveJob();
            return job.isPresent() ? job.get().in(entry.operation().plugin(), work) : work.get();
        } finally {
            call.liveJob().ifPresent(job -> job.forget(call));
        }
    }

    private static <T extends Record> T read(JsonNode tree, Class<T> type) {
        Reading reading = Reading.tolerant();
        Object result = Types.record(type).read(tree, "", reading);
        reading.check();
        return type.cast(result);
    }
}
