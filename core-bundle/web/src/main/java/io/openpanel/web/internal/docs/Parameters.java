package io.openpanel.web.internal.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.web.internal.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where each component of an operation's input goes: path, query or body. */
final class Parameters {
    private static final Pattern VARIABLE = Pattern.compile("\\{([^}]+)}");

    private final Operation operation;
    private final ObjectNode schema;
    private final Set<String> inPath = new HashSet<>();
    private final Set<String> required = new HashSet<>();

    Parameters(Operation operation) {
        this.operation = operation;
        this.schema = operation.input().isBlank() ? Json.object() : (ObjectNode) Json.trusted(operation.input());
        schema.path("required").forEach(name -> required.add(name.asText()));
        Matcher matcher = VARIABLE.matcher(operation.path());
        while (matcher.find()) {
            inPath.add(matcher.group(1));
        }
        if (operation.effect() == Action.Effect.DESTROY) {
            required.add("confirm");
        }
    }

    void describe(ObjectNode target) {
        boolean query = operation.method().equals("GET") || operation.method().equals("DELETE");
        ArrayNode parameters = target.putArray("parameters");
        Map<String, JsonNode> rest = new LinkedHashMap<>();
        schema.path("properties").properties().forEach(property -> {
            if (inPath.contains(property.getKey())) {
                parameter(parameters, "path", property.getKey(), property.getValue());
            } else if (query) {
                parameter(parameters, "query", property.getKey(), property.getValue());
            } else {
                rest.put(property.getKey(), property.getValue());
            }
        });
        if (operation.access() != Action.Access.OPEN) {
            reference(parameters, "Team");
        }
        if (operation.effect() != Action.Effect.READ) {
            reference(parameters, "IdempotencyKey");
            reference(parameters, "IfMatch");
        }
        if (!query) {
            body(target, rest);
        }
    }

    private void parameter(ArrayNode parameters, String in, String name, JsonNode property) {
        ObjectNode parameter = parameters.addObject().put("name", name).put("in", in);
        ObjectNode copy = property.deepCopy();
        JsonNode description = copy.remove("description");
        if (description != null) {
            parameter.set("description", description);
        } else if (in.equals("path")) {
            parameter.put("description", "An id, or the path of names with its slashes encoded: shop%2Fweb");
        }
        if (in.equals("path") || required.contains(name)) {
            parameter.put("required", true);
        }
        parameter.set("schema", copy);
    }

    private static void reference(ArrayNode parameters, String name) {
        parameters.addObject().put("$ref", "#/components/parameters/" + name);
    }

    private void body(ObjectNode target, Map<String, JsonNode> rest) {
        if (rest.isEmpty()) {
            return;
        }
        ObjectNode body = target.putObject("requestBody");
        ObjectNode content =
                body.putObject("content").putObject("application/json").putObject("schema");
        content.put("type", "object").putObject("properties").setAll(rest);
        ArrayNode names = Json.object().putArray("required");
        rest.keySet().stream().filter(required::contains).forEach(names::add);
        if (!names.isEmpty()) {
            body.put("required", true);
            content.set("required", names);
        }
        content.put("additionalProperties", false);
    }
}
