package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.exceptions.BadRequestException;
import com.unboundid.scim2.common.messages.PatchOpType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One operation of a patch, with a path always: what Entra ID and Okta send without one is taken apart, and {@code "Add"} is
 * {@code add}.
 *
 * @param value null where there is none
 */
record Patch(PatchOpType op, Path path, JsonNode value) {
    static final String SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    private static final int MOST = 1_000;

    static List<Patch> of(ObjectNode body, String schema) throws BadRequestException {
        JsonNode operations = body.path("Operations");
        if (!operations.isArray() || operations.isEmpty()) {
            throw BadRequestException.invalidSyntax("A patch has a list of Operations");
        }
        if (operations.size() > MOST) {
            throw BadRequestException.tooMany("A patch has at most " + MOST + " operations; send several");
        }
        List<Patch> patches = new ArrayList<>();
        for (JsonNode each : operations) {
            PatchOpType op = op(each.path("op"));
            JsonNode value = Optional.ofNullable(each.get("value"))
                    .filter(given -> !given.isNull())
                    .orElse(null);
            JsonNode path = each.path("path");
            if (path.isTextual() && !path.asText().isBlank()) {
                patches.add(new Patch(op, path(path.asText(), schema), value));
            } else {
                apart(op, value, schema, patches);
            }
        }
        if (patches.size() > MOST) {
            throw BadRequestException.tooMany("A patch changes at most " + MOST + " attributes; send several");
        }
        return patches;
    }

    private static PatchOpType op(JsonNode text) throws BadRequestException {
        return switch (text.asText().toLowerCase(Locale.ROOT)) {
            case "add" -> PatchOpType.ADD;
            case "replace" -> PatchOpType.REPLACE;
            case "remove" -> PatchOpType.REMOVE;
            default -> throw BadRequestException.invalidSyntax("An op is add, replace or remove");
        };
    }

    private static Path path(String text, String schema) throws BadRequestException {
        String prefix = schema + ':';
        return Path.fromString(
                text.regionMatches(true, 0, prefix, 0, prefix.length()) ? text.substring(prefix.length()) : text);
    }

    private static void apart(PatchOpType op, JsonNode value, String schema, List<Patch> patches)
            throws BadRequestException {
        if (op == PatchOpType.REMOVE) {
            throw BadRequestException.noTarget("To remove something a path is needed");
        }
        if (value == null || !value.isObject()) {
            throw BadRequestException.invalidSyntax("Without a path, the value is an object of attributes");
        }
        for (Map.Entry<String, JsonNode> field : value.properties()) {
            String name = field.getKey();
            if (name.equalsIgnoreCase(schema) && field.getValue().isObject()) {
                apart(op, field.getValue(), schema, patches);
            } else if (!isFixed(name) && !isExtension(name, field.getValue())) {
                JsonNode given = field.getValue();
                patches.add(new Patch(
                        given.isNull() ? PatchOpType.REMOVE : op, path(name, schema), given.isNull() ? null : given));
            }
        }
    }

    /** Some directories repeat them in what they send. */
    private static boolean isFixed(String name) {
        return name.equalsIgnoreCase("id") || name.equalsIgnoreCase("schemas") || name.equalsIgnoreCase("meta");
    }

    private static boolean isExtension(String name, JsonNode value) {
        return name.startsWith("urn:") && value.isObject();
    }

    /** The attribute that it is about, in small letters. */
    String attribute() throws BadRequestException {
        if (path.size() == 0) {
            return path.getSchemaUrn() == null ? "" : path.getSchemaUrn();
        }
        String name = path.getElement(0).getAttribute().toLowerCase(Locale.ROOT);
        if (name.equals("id")) {
            throw BadRequestException.mutability("The id of a resource is never changed");
        }
        return path.getSchemaUrn() == null ? name : path.getSchemaUrn() + ':' + name;
    }
}
