package io.openpanel.itests;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Asks for any action of the running catalogue, about something that is there or about nothing. */
final class Asking {
    static final String ABSENT = "zzzzzzzzzzzzzzzz";
    static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "INVENTED");
    /** In no input: whoever may not is told that first, and whoever may is told this, and nothing is done. */
    static final String UNKNOWN = "unknown-to-all";

    private final List<JsonNode> operations = new ArrayList<>();
    /** Kind → an id that is there. */
    private final Map<String, String> there = new TreeMap<>();

    Asking(Api api) {
        api.get("/api/v1/catalogue").ok().json().get("items").forEach(operations::add);
    }

    List<JsonNode> operations() {
        return operations;
    }

    /** The actions that roles decide on. */
    List<JsonNode> decided() {
        return operations.stream()
                .filter(each -> each.get("access").asText().matches("permission|panel"))
                .toList();
    }

    static String id(JsonNode operation) {
        return operation.get("id").asText();
    }

    boolean knows(String kind) {
        return there.containsKey(kind);
    }

    /** Remembers what is there: {@code app:4k2m9x0c3v5b7n1q}. */
    String known(String ref) {
        int colon = ref.indexOf(':');
        there.put(ref.substring(0, colon), ref.substring(colon + 1));
        return ref;
    }

    /** Makes something and remembers it. */
    String made(Api api, String kind, String path, Map<String, ?> input) {
        return known(api.post(path, input).ok().json().get(kind).asText());
    }

    /** Whether all that an action cannot do without is there. */
    boolean isDecidable(JsonNode operation) {
        for (JsonNode ref : operation.get("refs")) {
            if (ref.get("required").asBoolean() && !knows(kind(ref))) {
                return false;
            }
        }
        return true;
    }

    /** The operation's path with ids of what is there, or of nothing. */
    String path(JsonNode operation, boolean real) {
        String path = operation.get("path").asText();
        for (JsonNode ref : operation.get("refs")) {
            path = path.replace('{' + ref.get("name").asText() + '}', value(ref, real));
        }
        return "/api/v1" + path.replaceAll("\\{\\w+}", ABSENT);
    }

    /** What may be of any kind is an app. */
    private static String kind(JsonNode ref) {
        String kind = ref.get("kind").asText();
        return kind.equals("*") ? "app" : kind;
    }

    private String value(JsonNode ref, boolean real) {
        return real ? there.getOrDefault(kind(ref), ABSENT) : ABSENT;
    }

    /** The ids that are there, by their kinds. */
    Map<String, String> there() {
        return there;
    }

    /**
     * Asks about what one likes.
     *
     * @param refs component of the input → {@code kind:id}
     * @param more what else there is in the input
     */
    static Api.Answer askAbout(Api caller, JsonNode operation, Map<String, String> refs, Map<String, Object> more) {
        String path = operation.get("path").asText();
        Map<String, Object> body = new LinkedHashMap<>(more);
        for (Map.Entry<String, String> ref : refs.entrySet()) {
            String place = '{' + ref.getKey() + '}';
            String bare = ref.getValue().substring(ref.getValue().indexOf(':') + 1);
            if (path.contains(place)) {
                path = path.replace(place, Api.encode(bare));
            } else {
                body.put(ref.getKey(), ref.getValue());
            }
        }
        return send(caller, operation.get("method").asText(), "/api/v1" + path.replaceAll("\\{\\w+}", ABSENT), body);
    }

    Api.Answer ask(Api caller, JsonNode operation, String method, boolean real) {
        return send(caller, operation, method, real, new LinkedHashMap<>());
    }

    /** As {@link #ask}, with something in it that no action takes: nothing is done whoever asks. */
    Api.Answer askInVain(Api caller, JsonNode operation, String method, boolean real) {
        return send(caller, operation, method, real, new LinkedHashMap<>(Map.of(UNKNOWN, "x")));
    }

    private Api.Answer send(Api caller, JsonNode operation, String method, boolean real, Map<String, Object> body) {
        String declared = operation.get("path").asText();
        for (JsonNode ref : operation.get("refs")) {
            String name = ref.get("name").asText();
            boolean wanted = !body.containsKey(UNKNOWN) || ref.get("required").asBoolean();
            if (wanted && !declared.contains('{' + name + '}')) {
                body.put(name, kind(ref) + ':' + value(ref, real));
            }
        }
        return send(caller, method, path(operation, real), body);
    }

    private static Api.Answer send(Api caller, String method, String path, Map<String, Object> body) {
        if (!method.matches("GET|HEAD|DELETE|OPTIONS|TRACE|INVENTED")) {
            return caller.send(method, path, Api.json(body).getBytes(StandardCharsets.UTF_8));
        }
        StringBuilder query = new StringBuilder("?");
        body.forEach((name, value) -> query.append(name)
                .append('=')
                .append(Api.encode(value.toString()))
                .append('&'));
        return caller.send(method, path + query, null);
    }

    boolean isOpen(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        return operations.stream()
                .anyMatch(each -> each.get("access").asText().equals("open")
                        && each.get("method").asText().equals(asked)
                        && each.get("path").asText().equals(path));
    }

    /** An answer without what differs by itself: the request's number and the id that was asked for. */
    String plain(Api.Answer answer) {
        String text = answer.text().replaceAll("\"instance\":\"\\w+\"", "");
        for (String id : there.values()) {
            text = text.replace(id, ABSENT);
        }
        return answer.status() + text;
    }
}
