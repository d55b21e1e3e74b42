package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.openpanel.api.Event;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.kernel.internal.shape.Types;
import io.openpanel.kernel.internal.wire.Wire;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Answers the panel: what the plugin has, and what it does. */
final class Guest implements Wire.Answering {
    private final FarCalls calls = new FarCalls();
    private final CompletableFuture<PluginFramework> framework = new CompletableFuture<>();
    private final CompletableFuture<ObjectNode> settings = new CompletableFuture<>();

    /** Starts the plugin as soon as the panel has sent its settings. */
    void begin(Path jar, Wire panel) {
        Thread starting = new Thread(
                () -> {
                    try {
                        framework.complete(PluginFramework.start(jar, new FarPanel(panel, calls), settings::join));
                    } catch (RuntimeException | LinkageError e) {
                        framework.completeExceptionally(new Problem(
                                Problem.Kind.CONFLICT, "it does not start: " + PluginFramework.cause(e), e));
                    }
                },
                "start");
        starting.start();
    }

    private PluginFramework plugin() {
        try {
            return framework.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw e.getCause() instanceof Problem problem ? problem : e;
        }
    }

    @Override
    public JsonNode answer(Wire panel, String what, ObjectNode body) {
        return switch (what) {
            case "ping" -> null;
            case "configure" -> BooleanNode.valueOf(settings.complete(body) || plugin().configure(body));
            case "describe" -> plugin().describe();
            case "health" -> TextNode.valueOf(plugin().problem().orElse(""));
            case "run" -> run(panel, body);
            case "event" -> event(panel, body);
            case "tick" -> tick(panel, body);
            case "step" -> calls.step(body);
            case "cancelled" -> {
                calls.cancel(body.path("call").asLong());
                yield null;
            }
            default -> throw new Problem(Problem.Kind.MISSING, "There is no question '" + what + "'");
        };
    }

    private JsonNode run(Wire panel, ObjectNode body) {
        Entry entry = plugin().entry(body.path("action").asText());
        Object in = entry.input().map(shape -> read(shape, body.path("in"))).orElse(null);
        FarCall call = new FarCall(panel, calls, body.path("call"));
        Object result = calls.as(call, () -> entry.invoke(call, in));
        return result == null ? null : Json.parse(entry.write(result));
    }

    private static Object read(Shape shape, JsonNode json) {
        Reading reading = Reading.strict();
        Object in = shape.read(json, "", reading);
        reading.check();
        return in;
    }

    private JsonNode event(Wire panel, ObjectNode body) {
        PluginFramework.Hearer hearer = plugin().hearer(body.path("name").asText());
        JsonNode json = body.path("event");
        Class<?> wanted = hearer.method().getParameterTypes()[0];
        Object argument = wanted == Event.class
                ? event(json)
                : Types.record(wanted).read(json.path("data"), "", Reading.tolerant());
        as(panel, body, hearer, argument);
        return null;
    }

    @SuppressWarnings("unchecked")
    private static Event event(JsonNode json) {
        return new Event(
                json.path("id").asText(),
                json.path("topic").asText(),
                Instant.parse(json.path("at").asText()),
                Ref.parse(json.path("caller").asText()),
                FarCall.ref(json, "team"),
                FarCall.ref(json, "ref"),
                (Map<String, Object>) Json.plain(json.path("data")));
    }

    private JsonNode tick(Wire panel, ObjectNode body) {
        as(panel, body, plugin().ticker(body.path("name").asText()));
        return null;
    }

    private void as(Wire panel, ObjectNode body, PluginFramework.Hearer hearer, Object... arguments) {
        FarCall call = new FarCall(panel, calls, body.path("call"));
        calls.as(call, () -> invoke(hearer.extension(), hearer.method(), arguments));
    }

    private static Optional<Object> invoke(Object extension, Method method, Object... arguments) {
        try {
            return Optional.ofNullable(method.invoke(extension, arguments));
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException runtime) {
                throw runtime;
            }
            throw new IllegalStateException(method + " failed", e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(method + " cannot be called: its class is not public", e);
        }
    }
}
