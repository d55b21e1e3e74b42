package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Which call each thread works for, and as which team where the plugin chose one. */
final class FarCalls {
    private final ThreadLocal<FarCall> current = new ThreadLocal<>();
    private final ThreadLocal<Ref> team = new ThreadLocal<>();
    private final Map<Long, FarCall> live = new ConcurrentHashMap<>();
    private final Map<Long, Supplier<JsonNode>> steps = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();

    Optional<FarCall> current() {
        return Optional.ofNullable(current.get());
    }

    <T> T as(FarCall call, Supplier<T> work) {
        FarCall former = current.get();
        current.set(call);
        live.put(call.number(), call);
        try {
            return work.get();
        } finally {
            current.set(former);
            if (former == null || former.number() != call.number()) {
                live.remove(call.number());
            }
        }
    }

    <T> T in(Ref chosen, Supplier<T> work) {
        Ref former = team.get();
        team.set(chosen);
        try {
            return work.get();
        } finally {
            team.set(former);
        }
    }

    /** Works for no call and in no team. */
    <T> T asItself(Supplier<T> work) {
        FarCall formerCall = current.get();
        Ref formerTeam = team.get();
        current.remove();
        team.remove();
        try {
            return work.get();
        } finally {
            current.set(formerCall);
            team.set(formerTeam);
        }
    }

    Optional<Ref> team() {
        return Optional.ofNullable(team.get()).or(() -> current().flatMap(FarCall::team));
    }

    /** The body of a question, with the call it is asked in. */
    ObjectNode body() {
        ObjectNode body = Json.object();
        current().ifPresent(call -> body.put("call", call.number()));
        if (team.get() != null) {
            body.put("team", team.get().toString());
        }
        return body;
    }

    void cancel(long number) {
        Optional.ofNullable(live.get(number)).ifPresent(FarCall::cancel);
    }

    /** Keeps the work of a step until the panel says that it is to be done. */
    long keep(Supplier<JsonNode> work) {
        long number = next.incrementAndGet();
        steps.put(number, work);
        return number;
    }

    void drop(long number) {
        steps.remove(number);
    }

    JsonNode step(ObjectNode body) {
        return steps.get(body.path("step").asLong()).get();
    }
}
