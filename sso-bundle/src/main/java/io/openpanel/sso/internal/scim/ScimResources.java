package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.exceptions.BadRequestException;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.utils.JsonUtils;
import io.openpanel.api.Door.Reply;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a directory does with one kind of its resources. */
final class ScimResources {
    private static final String LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
    private static final int MOST = 200;
    private static final int MOST_WITH_MEMBERS = 20;
    private static final int PAGE = 100;
    private static final int TRIES = 5;

    private final DirectoryCall call;
    private final Translation kind;
    private final String base;

    ScimResources(DirectoryCall call, Translation kind, String base) {
        this.call = call;
        this.kind = kind;
        this.base = base;
    }

    Reply list(Map<String, String> query) throws ScimException {
        boolean members = kind.type().equals("Group") && shown(query).has("members");
        int start = (int) Math.max(1, number(query, "startindex", 1));
        int count = (int) Math.max(0, Math.min(number(query, "count", PAGE), members ? MOST_WITH_MEMBERS : MOST));
        ObjectNode input = call.directory().put("start", start).put("count", count);
        Optional.ofNullable(parameter(query, "filter"))
                .filter(text -> !text.isBlank())
                .ifPresent(text -> input.put("filter", text));
        if (members) {
            input.put("withMembers", true);
        }
        JsonNode found = call.action(kind.noun() + ".list", input);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.putArray("schemas").add(LIST);
        answer.put("totalResults", found.path("total").asLong());
        answer.put("startIndex", start);
        answer.put("itemsPerPage", found.path("items").size());
        ArrayNode resources = answer.putArray("Resources");
        found.path("items").forEach(item -> resources.add(cut(resource(item), query)));
        return ScimDoor.json(200, answer, Map.of());
    }

    private static String parameter(Map<String, String> query, String name) {
        return query.entrySet().stream()
                .filter(each -> each.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }

    private static long number(Map<String, String> query, String name, int usual) throws BadRequestException {
        String text = parameter(query, name);
        if (text == null || text.isBlank()) {
            return usual;
        }
        if (!text.strip().matches("-?\\d+")) {
            throw BadRequestException.invalidValue(name + " is a whole number");
        }
        // Longer than that is more than there can be.
        return text.strip().length() > 9
                ? (text.strip().startsWith("-") ? 0 : 999_999_999)
                : Long.parseLong(text.strip());
    }

    Reply get(String id, Map<String, String> query, String known) {
        JsonNode item = find(id, shown(query).has("members"));
        if (known.equals(version(item))) {
            return new Reply(304, Map.of("ETag", known), new byte[0]);
        }
        return answer(200, item, query);
    }

    private JsonNode find(String id, boolean withMembers) {
        ObjectNode input = JsonNodeFactory.instance.objectNode().put(kind.field(), id);
        if (kind.type().equals("Group")) {
            input.put("withMembers", withMembers);
        }
        JsonNode item = call.action(kind.noun() + ".get", input);
        if (!call.has(item)) {
            throw Problem.missing(new Ref(kind.noun(), id));
        }
        return item;
    }

    Reply create(ObjectNode body, Map<String, String> query) throws ScimException {
        requireSchema(body);
        JsonNode made = call.action(kind.noun() + ".create", call.directory().setAll(kind.whole(body)));
        return answer(201, made, query);
    }

    private void requireSchema(ObjectNode body) throws BadRequestException {
        JsonNode schemas = body.path("schemas");
        boolean said = schemas.isMissingNode();
        for (JsonNode each : schemas) {
            said |= each.asText().equalsIgnoreCase(kind.schema());
        }
        if (!said) {
            throw BadRequestException.invalidSyntax("schemas has to name " + kind.schema());
        }
    }

    Reply replace(String id, ObjectNode body, Optional<String> version, Map<String, String> query)
            throws ScimException {
        requireSchema(body);
        ObjectNode input = kind.whole(body);
        find(id, false);
        return answer(200, update(id, input, version), query);
    }

    private JsonNode update(String id, ObjectNode input, Optional<String> version) {
        return call.action(kind.noun() + ".update", input.put(kind.field(), id), version);
    }

    /** What somebody else changed between is read again, unless the directory named the version it means. */
    Reply patch(String id, ObjectNode body, Optional<String> version, Map<String, String> query) throws ScimException {
        List<Patch> patches = Patch.of(body, kind.schema());
        boolean whole = kind.answersPatches() || parameter(query, "attributes") != null;
        for (int tries = 1; ; tries++) {
            JsonNode item = find(id, false);
            ObjectNode input = kind.patched(resource(item), patches);
            Optional<String> expected = version.isPresent() || !kind.answersPatches()
                    ? version
                    : Optional.of(item.path("version").asText());
            try {
                JsonNode changed = update(id, input, expected);
                return whole ? answer(200, changed, query) : new Reply(204, headers(changed), new byte[0]);
            } catch (Problem stale) {
                if (stale.kind() != Problem.Kind.STALE || version.isPresent() || tries == TRIES) {
                    throw stale;
                }
            }
        }
    }

    Reply delete(String id, Optional<String> version) {
        find(id, false);
        call.action(
                kind.noun() + ".delete", JsonNodeFactory.instance.objectNode().put(kind.field(), id), version);
        return new Reply(204, Map.of("Cache-Control", "no-store"), new byte[0]);
    }

    private Reply answer(int status, JsonNode item, Map<String, String> query) {
        return ScimDoor.json(status, cut(resource(item), query), headers(item));
    }

    private Map<String, String> headers(JsonNode item) {
        return Map.of("ETag", version(item), "Location", location(item));
    }

    private static String version(JsonNode item) {
        return "W/\"" + item.path("version").asText() + '"';
    }

    private String location(JsonNode item) {
        return base + '/' + kind.path() + '/' + id(item);
    }

    private String id(JsonNode item) {
        return item.path(kind.field()).asText().substring(kind.noun().length() + 1);
    }

    private ObjectNode resource(JsonNode item) {
        ObjectNode resource = JsonUtils.getJsonNodeFactory().objectNode();
        resource.putArray("schemas").add(kind.schema());
        resource.put("id", id(item));
        if (item.hasNonNull("externalId")) {
            resource.set("externalId", item.get("externalId"));
        }
        kind.show(item, resource);
        resource.putObject("meta")
                .put("resourceType", kind.type())
                .put("created", item.path("createdAt").asText())
                .put("lastModified", item.path("modifiedAt").asText())
                .put("location", location(item))
                .put("version", version(item));
        return resource;
    }

    private ObjectNode cut(ObjectNode resource, Map<String, String> query) {
        Shown shown = shown(query);
        List<String> names = new ArrayList<>();
        resource.fieldNames().forEachRemaining(names::add);
        for (String name : names) {
            if (name.equals("id") || name.equals("schemas")) {
                continue;
            }
            if (shown.has(name)) {
                shown.cut(name, resource.get(name));
            } else {
                resource.remove(name);
            }
        }
        return resource;
    }

    private Shown shown(Map<String, String> query) {
        return new Shown(named(parameter(query, "attributes")), named(parameter(query, "excludedAttributes")));
    }

    /** The attributes that somebody names, each with the parts of it that they do; without any, all of it. */
    private Map<String, Set<String>> named(String list) {
        Map<String, Set<String>> named = new HashMap<>();
        if (list == null) {
            return named;
        }
        String prefix = kind.schema().toLowerCase(Locale.ROOT) + ':';
        for (String each : list.toLowerCase(Locale.ROOT).split(",")) {
            String name = each.strip();
            String[] parts = (name.startsWith(prefix) ? name.substring(prefix.length()) : name).split("\\.", 2);
            if (parts[0].isEmpty()) {
                continue;
            }
            Set<String> former = named.get(parts[0]);
            if (parts.length == 1 || former != null && former.isEmpty()) {
                named.put(parts[0], Set.of());
            } else {
                named.computeIfAbsent(parts[0], any -> new HashSet<>()).add(parts[1]);
            }
        }
        return named;
    }

    /** What of a resource is asked for (RFC 7644, 3.9). */
    private record Shown(Map<String, Set<String>> only, Map<String, Set<String>> not) {
        boolean has(String name) {
            String key = name.toLowerCase(Locale.ROOT);
            return (only.isEmpty() || only.containsKey(key))
                    && !(not.containsKey(key) && not.get(key).isEmpty());
        }

        void cut(String name, JsonNode value) {
            String key = name.toLowerCase(Locale.ROOT);
            Set<String> wanted = only.getOrDefault(key, Set.of());
            Set<String> unwanted = not.getOrDefault(key, Set.of());
            for (JsonNode each : value.isArray() ? value : List.of(value)) {
                if (each instanceof ObjectNode object) {
                    List<String> parts = new ArrayList<>();
                    object.fieldNames().forEachRemaining(parts::add);
                    parts.stream()
                            .filter(part -> !wanted.isEmpty() && !wanted.contains(part.toLowerCase(Locale.ROOT))
                                    || unwanted.contains(part.toLowerCase(Locale.ROOT)))
                            .forEach(object::remove);
                }
            }
        }
    }
}
