package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.exceptions.BadRequestException;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.messages.PatchOpType;
import com.unboundid.scim2.common.messages.PatchOperation;
import com.unboundid.scim2.common.utils.JsonUtils;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** People. What the panel has no use for is let go: it is neither kept nor shown. */
final class UserTranslation implements Translation {
    private static final Set<String> KNOWN =
            Set.of("username", "externalid", "displayname", "name", "emails", "active");

    static {
        // A type of address that is not there yet is added by "replace" and "add" alike.
        PatchOperation.APPEND_NEW_PATCH_VALUES_PROPERTY = true;
    }

    @Override
    public String path() {
        return "Users";
    }

    @Override
    public String type() {
        return "User";
    }

    @Override
    public String schema() {
        return "urn:ietf:params:scim:schemas:core:2.0:User";
    }

    @Override
    public String noun() {
        return "directory-user";
    }

    @Override
    public String field() {
        return "directoryUser";
    }

    @Override
    public boolean answersPatches() {
        return true;
    }

    @Override
    public void show(JsonNode item, ObjectNode user) {
        user.set("userName", item.get("userName"));
        copy(item, "displayName", user, "displayName");
        ObjectNode name = JsonUtils.getJsonNodeFactory().objectNode();
        copy(item, "formattedName", name, "formatted");
        copy(item, "givenName", name, "givenName");
        copy(item, "familyName", name, "familyName");
        if (!name.isEmpty()) {
            user.set("name", name);
        }
        if (!item.path("emails").isEmpty()) {
            ArrayNode emails = user.putArray("emails");
            item.get("emails").forEach(mail -> {
                ObjectNode shown = emails.addObject();
                List.of("value", "type", "primary").forEach(each -> copy(mail, each, shown, each));
            });
        }
        user.put("active", item.path("active").asBoolean());
    }

    private static void copy(JsonNode from, String name, ObjectNode to, String as) {
        if (from.hasNonNull(name)) {
            to.set(as, from.get(name));
        }
    }

    @Override
    public ObjectNode whole(ObjectNode user) throws ScimException {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        String userName = text(user, "userName");
        if (userName.isBlank()) {
            throw BadRequestException.invalidValue("A user needs a userName");
        }
        input.put("userName", userName);
        input.put("externalId", text(user, "externalId"));
        input.put("displayName", text(user, "displayName"));
        JsonNode name = user.path("name");
        if (!name.isObject() && !name.isNull() && !name.isMissingNode()) {
            throw BadRequestException.invalidValue("name is an object");
        }
        input.put("formattedName", text(name, "formatted"));
        input.put("givenName", text(name, "givenName"));
        input.put("familyName", text(name, "familyName"));
        emails(user.path("emails"), input.putArray("emails"));
        if (user.hasNonNull("active")) {
            input.put("active", truth(user.get("active")));
        }
        return input;
    }

    private static void emails(JsonNode given, ArrayNode emails) throws ScimException {
        if (given.isMissingNode() || given.isNull()) {
            return;
        }
        for (JsonNode mail :
                given.isArray() ? given : JsonNodeFactory.instance.arrayNode().add(given)) {
            if (mail.isTextual()) {
                emails.addObject().put("value", mail.asText());
                continue;
            }
            String value = text(mail, "value");
            if (!mail.isObject() || value.isBlank()) {
                continue;
            }
            ObjectNode put = emails.addObject().put("value", value);
            if (!text(mail, "type").isEmpty()) {
                put.put("type", text(mail, "type"));
            }
            if (mail.hasNonNull("primary")) {
                put.put("primary", truth(mail.get("primary")));
            }
        }
    }

    private static String text(JsonNode from, String name) throws BadRequestException {
        JsonNode value = from.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            throw BadRequestException.invalidValue(name + " is a text");
        }
        return value.asText();
    }

    /** Entra ID sends {@code "True"} and {@code "False"}. */
    private static boolean truth(JsonNode value) throws BadRequestException {
        return switch (value.asText().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw BadRequestException.invalidValue("true or false is expected, not " + value);
        };
    }

    /** Only what changes, so that what somebody else changes at the same moment stays. */
    @Override
    public ObjectNode patched(ObjectNode user, List<Patch> patches) throws ScimException {
        ObjectNode before = whole(user);
        for (Patch patch : patches) {
            String attribute = patch.attribute();
            if (KNOWN.contains(attribute)) {
                apply(patch, attribute, user);
            }
        }
        ObjectNode changed = whole(user);
        before.properties().stream()
                .filter(field -> field.getValue().equals(changed.get(field.getKey())))
                .forEach(field -> changed.remove(field.getKey()));
        return changed;
    }

    private static void apply(Patch patch, String attribute, ObjectNode user) throws ScimException {
        if (patch.op() == PatchOpType.REMOVE || patch.value() == null) {
            if (attribute.equals("username") || attribute.equals("active")) {
                throw BadRequestException.mutability(attribute + " is never without a value");
            }
            if (JsonUtils.pathExists(patch.path(), user)) {
                PatchOperation.create(PatchOpType.REMOVE, patch.path(), null).apply(user);
            }
            return;
        }
        JsonNode value = attribute.equals("active")
                ? BooleanNode.valueOf(truth(single(patch.value())))
                : attribute.equals("emails") || patch.value().isObject() ? patch.value() : single(patch.value());
        boolean missing =
                patch.path().getElement(0).getValueFilter() != null && !JsonUtils.pathExists(patch.path(), user);
        if (missing && patch.path().size() == 1) {
            throw BadRequestException.noTarget("There is no such address to change");
        }
        PatchOperation.create(missing ? PatchOpType.ADD : patch.op(), patch.path(), value)
                .apply(user);
    }

    /** Some send a single value as a list of one. */
    private static JsonNode single(JsonNode value) {
        JsonNode one = value.isArray() && value.size() == 1 ? value.get(0) : value;
        return one.isObject() && one.has("value") ? one.get("value") : one;
    }
}
