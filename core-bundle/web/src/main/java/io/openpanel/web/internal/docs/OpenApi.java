package io.openpanel.web.internal.docs;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.web.internal.Json;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** The catalogue as an OpenAPI 3.1 document. */
final class OpenApi {
    private static final String PROBLEM = "#/components/responses/Problem";
    private static final List<String> FAILURES = List.of("4XX", "5XX");

    private OpenApi() {}

    static ObjectNode of(List<Operation> operations, String version) {
        ObjectNode api = Json.object().put("openapi", "3.1.0");
        api.putObject("info")
                .put("title", "OpenPanel")
                .put("version", version)
                .put("description", "Every action of the plugins that run now. Errors are problem+json (RFC 9457).")
                .putObject("license")
                .put("name", "Apache-2.0")
                .put("identifier", "Apache-2.0");
        api.putArray("servers").addObject().put("url", "/api/v1");
        api.putArray("security").addObject().putArray("token");
        Set<String> nouns = new TreeSet<>();
        TreeMap<String, ObjectNode> paths = new TreeMap<>();
        for (Operation operation : operations) {
            nouns.add(operation.noun());
            paths.computeIfAbsent(operation.path(), path -> Json.object())
                    .set(operation.method().toLowerCase(Locale.ROOT), describe(operation));
        }
        nouns.forEach(noun -> api.withArray("/tags").addObject().put("name", noun));
        api.putObject("paths").setAll(paths);
        components(api.putObject("components"));
        return api;
    }

    private static ObjectNode describe(Operation operation) {
        ObjectNode node = Json.object().put("operationId", operation.id()).put("summary", operation.summary());
        node.putArray("tags").add(operation.noun());
        new Parameters(operation).describe(node);
        answers(operation, node.putObject("responses"));
        if (operation.access() == Action.Access.OPEN) {
            node.putArray("security");
        }
        node.put("x-openpanel-effect", operation.effect().name().toLowerCase(Locale.ROOT));
        node.put("x-openpanel-plugin", operation.plugin());
        node.put("x-openpanel-idempotent", operation.idempotent());
        node.put("x-openpanel-job", operation.job());
        if (operation.recent()) {
            node.put("x-openpanel-recent", true);
        }
        if (operation.perMinute() > 0) {
            node.put("x-openpanel-per-minute", operation.perMinute());
        }
        if (!operation.cli().isEmpty()) {
            node.put("x-openpanel-cli", operation.cli());
        }
        return node;
    }

    private static void answers(Operation operation, ObjectNode responses) {
        if (operation.job()) {
            ObjectNode accepted = responses.putObject("202").put("description", "A job was started");
            accepted.putObject("headers")
                    .putObject("Location")
                    .put("description", "The job")
                    .putObject("schema")
                    .put("type", "string");
            accepted.putObject("content")
                    .putObject("application/json")
                    .putObject("schema")
                    .put("$ref", "#/components/schemas/Accepted");
        } else {
            done(operation, responses.putObject("200").put("description", "Done"));
        }
        FAILURES.forEach(status -> responses.putObject(status).put("$ref", PROBLEM));
    }

    private static void done(Operation operation, ObjectNode answer) {
        ObjectNode content = answer.putObject("content");
        switch (operation.form()) {
            case STREAM -> {
                content.putObject("text/event-stream").set("schema", output(operation));
                content.putObject("application/x-ndjson").set("schema", output(operation));
            }
            case FILE -> content.putObject("application/octet-stream").putObject("schema");
            case DUPLEX -> {
                answer.put(
                        "description",
                        "A ticket: within 30 s, open the url by WebSocket with the protocols openpanel.terminal and "
                                + "ticket.<ticket>, and the panel's own address as Origin");
                content.putObject("application/json").putObject("schema").put("$ref", "#/components/schemas/Ticket");
            }
            default -> content.putObject("application/json").set("schema", output(operation));
        }
    }

    private static com.fasterxml.jackson.databind.JsonNode output(Operation operation) {
        return operation.output().isBlank() ? Json.object().put("type", "object") : Json.trusted(operation.output());
    }

    private static void components(ObjectNode components) {
        components
                .putObject("securitySchemes")
                .putObject("token")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "An access token, or an API key");
        ObjectNode parameters = components.putObject("parameters");
        header(parameters, "Team", "OpenPanel-Team", "The team to work in, team:<id>; your own first one if left out");
        header(
                parameters,
                "IdempotencyKey",
                "Idempotency-Key",
                "A second call with this key gets the first one's answer");
        header(parameters, "IfMatch", "If-Match", "The version (ETag) the resource must still have");
        ObjectNode schemas = components.putObject("schemas");
        schemas.putObject("Accepted")
                .put("type", "object")
                .putObject("properties")
                .putObject("job")
                .put("type", "string")
                .put("format", "ref")
                .put("x-kind", "job");
        ObjectNode ticket = schemas.putObject("Ticket").put("type", "object").putObject("properties");
        ticket.putObject("ticket").put("type", "string").put("description", "Opens one terminal, once");
        ticket.putObject("url").put("type", "string").put("description", "Where, relative to the panel's address");
        ticket.putObject("expiresAt").put("type", "string").put("format", "date-time");
        ObjectNode problem = schemas.putObject("Problem").put("type", "object").putObject("properties");
        for (String text : List.of("type", "title", "detail", "instance", "kind")) {
            problem.putObject(text).put("type", "string");
        }
        problem.putObject("status").put("type", "integer");
        problem.putObject("errors")
                .put("type", "object")
                .put("description", "Property → what is wrong with it")
                .putObject("additionalProperties")
                .put("type", "string");
        components
                .putObject("responses")
                .putObject("Problem")
                .put("description", "What went wrong")
                .putObject("content")
                .putObject("application/problem+json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Problem");
    }

    private static void header(ObjectNode parameters, String key, String name, String description) {
        parameters
                .putObject(key)
                .put("name", name)
                .put("in", "header")
                .put("description", description)
                .putObject("schema")
                .put("type", "string");
    }
}
