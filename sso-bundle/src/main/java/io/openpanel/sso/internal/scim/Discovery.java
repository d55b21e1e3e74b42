package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Door.Reply;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;

/** What this panel offers by SCIM, as RFC 7644, 4 has it told. */
final class Discovery {
    private static final String LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    private static final JsonNode ALL = read();

    private Discovery() {}

    private static JsonNode read() {
        try (InputStream json = Discovery.class.getResourceAsStream("discovery.json")) {
            return ScimDoor.read(json.readAllBytes());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Reply answer(String method, String name, Optional<String> id, String base) {
        if (name.equals("Bulk") || name.equals("Me") || name.equals(".search")) {
            return ScimErrors.unsupported(name);
        }
        JsonNode found = ALL.path(name);
        if (found.isMissingNode()) {
            throw new Problem(Problem.Kind.MISSING, "There is no " + name + " here; there are Users and Groups");
        }
        if (!method.equals("GET")) {
            return ScimErrors.method("GET");
        }
        if (found.isObject()) {
            return ScimDoor.json(200, placed(found, name, base), Map.of());
        }
        if (id.isPresent()) {
            for (JsonNode each : found) {
                if (each.path("id").asText().equalsIgnoreCase(id.get())) {
                    return ScimDoor.json(
                            200, placed(each, name + '/' + each.path("id").asText(), base), Map.of());
                }
            }
            throw new Problem(Problem.Kind.MISSING, "There is no " + id.get() + " among the " + name);
        }
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putArray("schemas").add(LIST);
        answer.put("totalResults", found.size());
        answer.put("startIndex", 1);
        answer.put("itemsPerPage", found.size());
        ArrayNode resources = answer.putArray("Resources");
        found.forEach(
                each -> resources.add(placed(each, name + '/' + each.path("id").asText(), base)));
        return ScimDoor.json(200, answer, Map.of());
    }

    private static ObjectNode placed(JsonNode what, String path, String base) {
        ObjectNode copy = what.deepCopy();
        ((ObjectNode) copy.get("meta")).put("location", base + '/' + path);
        return copy;
    }
}
