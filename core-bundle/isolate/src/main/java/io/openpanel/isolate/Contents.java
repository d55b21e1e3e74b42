package io.openpanel.isolate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Every;
import io.openpanel.api.On;
import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.OperationReader;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Shape;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The methods of a plugin's extensions, read as the panel reads those of its own process. */
final class Contents {
    private final Map<String, Entry> actions = new TreeMap<>();
    private final Map<String, PluginFramework.Hearer> hearers = new TreeMap<>();
    private final Map<String, PluginFramework.Hearer> tickers = new TreeMap<>();

    Contents(List<Object> extensions) {
        for (Object extension : extensions) {
            // Which roles have an action is for the panel to know.
            OperationReader reader = new OperationReader("", anyRole(extension), new Turnstile());
            reader.read(extension).forEach(each -> actions.put(each.id(), each));
            for (Method method : extension.getClass().getMethods()) {
                String name = extension.getClass().getSimpleName() + '.' + method.getName();
                if (method.isAnnotationPresent(On.class)) {
                    hearers.put(name, new PluginFramework.Hearer(extension, method));
                }
                if (method.isAnnotationPresent(Every.class)) {
                    tickers.put(name, new PluginFramework.Hearer(extension, method));
                }
            }
        }
    }

    private static Map<String, Set<String>> anyRole(Object extension) {
        Map<String, Set<String>> roles = new TreeMap<>();
        Stream.of(extension.getClass().getMethods())
                .map(method -> method.getAnnotation(Action.class))
                .filter(action -> action != null)
                .forEach(action -> roles.put(action.value(), Set.of()));
        return roles;
    }

    JsonNode describe(List<String> refused) {
        ObjectNode json = Json.object();
        ArrayNode all = json.putArray("actions");
        actions.values().forEach(each -> describe(each, all.addObject()));
        ArrayNode heard = json.putArray("hearers");
        hearers.forEach((name, each) -> heard.addObject()
                .put("name", name)
                .put("pattern", each.method().getAnnotation(On.class).value()));
        ArrayNode ticked = json.putArray("tickers");
        tickers.forEach((name, each) -> ticked.addObject()
                .put("name", name)
                .put("every", each.method().getAnnotation(Every.class).value()));
        refused.forEach(json.putArray("refused")::add);
        return json;
    }

    private static void describe(Entry entry, ObjectNode json) {
        Operation operation = entry.operation();
        json.put("id", operation.id()).put("summary", operation.summary());
        json.put("effect", operation.effect().name())
                .put("access", operation.access().name());
        json.put("idempotent", operation.idempotent()).put("job", operation.job());
        json.put("recent", operation.recent()).put("perMinute", operation.perMinute());
        json.put("form", operation.form().name()).put("http", operation.path());
        json.put(
                "query",
                entry.input().filter(input -> !(input instanceof RecordShape)).isPresent());
        entry.input().ifPresent(input -> json.set("input", schema(input)));
        entry.output().ifPresent(output -> json.set("output", schema(output)));
        ObjectNode needs = json.putObject("needs");
        operation.refs().stream()
                .filter(ref -> !ref.needs().isEmpty())
                .forEach(ref -> needs.put(ref.name(), ref.needs()));
    }

    private static ObjectNode schema(Shape shape) {
        ObjectNode schema = Json.object();
        shape.describe(schema);
        return schema;
    }

    Entry entry(String action) {
        return found(actions.get(action), action);
    }

    PluginFramework.Hearer hearer(String name) {
        return found(hearers.get(name), name);
    }

    PluginFramework.Hearer ticker(String name) {
        return found(tickers.get(name), name);
    }

    private static <T> T found(T found, String name) {
        if (found == null) {
            throw new Problem(Problem.Kind.MISSING, "There is no " + name + " here");
        }
        return found;
    }
}
