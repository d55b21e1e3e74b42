package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Types;
import io.openpanel.kernel.internal.wire.Wire;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** A call of the panel's, as the plugin sees it. */
final class FarCall implements Call {
    static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration STEP = Duration.ofHours(24);

    private final Wire wire;
    private final FarCalls calls;
    private final JsonNode json;
    private volatile boolean cancelled;
    private volatile Runnable hook;

    FarCall(Wire wire, FarCalls calls, JsonNode json) {
        this.wire = wire;
        this.calls = calls;
        this.json = json;
    }

    static Optional<Ref> ref(JsonNode json, String name) {
        return json.hasNonNull(name) ? Optional.of(Ref.parse(json.get(name).asText())) : Optional.empty();
    }

    long number() {
        return json.path("number").asLong();
    }

    private ObjectNode body() {
        return Json.object().put("call", number());
    }

    @Override
    public Principal caller() {
        return new Principal(
                Ref.parse(json.path("caller").asText()), json.path("name").asText(""), team(), Optional.empty());
    }

    @Override
    public String surface() {
        return json.path("surface").asText("");
    }

    @Override
    public String address() {
        return json.path("address").asText("");
    }

    @Override
    public Optional<Ref> team() {
        return ref(json, "team");
    }

    @Override
    public Reach reach(String kind) {
        JsonNode reach = wire.ask("reach", body().put("kind", kind), PATIENCE);
        Set<Ref> refs = new HashSet<>();
        reach.path("refs").forEach(each -> refs.add(Ref.parse(each.asText())));
        return new Reach(reach.path("all").asBoolean(), refs);
    }

    @Override
    public Optional<Ref> job() {
        return ref(json, "job");
    }

    @Override
    public void log(String line) {
        wire.ask("log", body().put("line", line), PATIENCE);
    }

    @Override
    public void progress(int percent) {
        wire.ask("progress", body().put("percent", percent), PATIENCE);
    }

    @Override
    public boolean cancelled() {
        return cancelled;
    }

    @Override
    public void onCancel(Runnable work) {
        hook = work;
        if (cancelled) {
            work.run();
        }
    }

    void cancel() {
        cancelled = true;
        Runnable work = hook;
        if (work != null) {
            work.run();
        }
    }

    @Override
    public int attempt() {
        return json.path("attempt").asInt(1);
    }

    @Override
    public long turn() {
        return json.path("turn").asLong();
    }

    @Override
    public <T extends Record> T step(String name, Class<T> type, Supplier<T> work) {
        if (job().isEmpty()) {
            return work.get();
        }
        long step = calls.keep(() -> {
            T result = calls.as(this, work);
            return result == null ? null : Json.parse(Json.bytes(Types.record(type), result));
        });
        try {
            JsonNode result = wire.ask("step", body().put("name", name).put("step", step), STEP);
            return result.isObject() ? type.cast(Types.record(type).read(result, "", Reading.tolerant())) : null;
        } finally {
            calls.drop(step);
        }
    }
}
