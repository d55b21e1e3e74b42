package io.openpanel.sso.internal.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.unboundid.scim2.common.exceptions.BadRequestException;
import com.unboundid.scim2.common.exceptions.ScimException;
import com.unboundid.scim2.common.filters.Filter;
import com.unboundid.scim2.common.filters.FilterType;
import com.unboundid.scim2.common.messages.PatchOpType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Groups. Who comes and goes is passed on as such, since a group may have thousands in it. */
final class GroupTranslation implements Translation {
    @Override
    public String path() {
        return "Groups";
    }

    @Override
    public String type() {
        return "Group";
    }

    @Override
    public String schema() {
        return "urn:ietf:params:scim:schemas:core:2.0:Group";
    }

    @Override
    public String noun() {
        return "directory-group";
    }

    @Override
    public String field() {
        return "directoryGroup";
    }

    @Override
    public boolean answersPatches() {
        return false;
    }

    @Override
    public void show(JsonNode item, ObjectNode group) {
        group.set("displayName", item.get("displayName"));
        if (item.hasNonNull("members")) {
            ArrayNode members = group.putArray("members");
            item.get("members").forEach(member -> members.addObject()
                    .put("value", member.path("id").asText())
                    .put("display", member.path("userName").asText())
                    .put("type", "User"));
        }
    }

    @Override
    public ObjectNode whole(ObjectNode group) throws ScimException {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        input.put("displayName", named(text(group.path("displayName"))));
        input.put("externalId", text(group.path("externalId")));
        ArrayNode members = input.putArray("members");
        ids(group.path("members")).forEach(members::add);
        return input;
    }

    private static String named(String text) throws BadRequestException {
        if (text.isBlank()) {
            throw BadRequestException.invalidValue("A group needs a displayName");
        }
        return text;
    }

    private static String text(JsonNode value) throws BadRequestException {
        if (value.isMissingNode() || value.isNull()) {
            return "";
        }
        if (!value.isTextual()) {
            throw BadRequestException.invalidValue("displayName and externalId are texts");
        }
        return value.asText();
    }

    private static Set<String> ids(JsonNode given) throws BadRequestException {
        Set<String> ids = new LinkedHashSet<>();
        if (given == null || given.isMissingNode() || given.isNull()) {
            return ids;
        }
        for (JsonNode each :
                given.isArray() ? given : JsonNodeFactory.instance.arrayNode().add(given)) {
            JsonNode id = each.isObject() ? each.path("value") : each;
            if (!id.isTextual() || id.asText().isEmpty()) {
                throw BadRequestException.invalidValue("A member is {\"value\": \"the id of a user\"}");
            }
            ids.add(id.asText());
        }
        return ids;
    }

    @Override
    public ObjectNode patched(ObjectNode group, List<Patch> patches) throws ScimException {
        ObjectNode input = JsonNodeFactory.instance.objectNode();
        Change change = new Change();
        for (Patch patch : patches) {
            boolean removed = patch.op() == PatchOpType.REMOVE;
            switch (patch.attribute()) {
                case "displayname" -> input.put("displayName", named(removed ? "" : text(patch.value())));
                case "externalid" -> input.put("externalId", removed ? "" : text(patch.value()));
                case "members" -> change.apply(patch);
                default -> {
                    // Nothing that the panel has a use for.
                }
            }
        }
        change.put(input);
        return input;
    }

    /** Who comes and goes, in the order it was said. */
    private static final class Change {
        private Optional<Set<String>> all = Optional.empty();
        private final Set<String> come = new LinkedHashSet<>();
        private final Set<String> go = new LinkedHashSet<>();

        void apply(Patch patch) throws BadRequestException {
            Optional<String> named =
                    Optional.ofNullable(patch.path().getElement(0).getValueFilter())
                                    .isPresent()
                            ? Optional.of(id(patch.path().getElement(0).getValueFilter()))
                            : Optional.empty();
            if (named.isPresent() && patch.op() != PatchOpType.REMOVE) {
                throw BadRequestException.invalidPath("A member is added or removed, never changed");
            }
            switch (patch.op()) {
                case ADD -> ids(patch.value()).forEach(this::come);
                case REPLACE -> become(ids(patch.value()));
                case REMOVE -> {
                    if (named.isPresent()) {
                        go(named.get());
                    } else if (patch.value() == null) {
                        become(Set.of());
                    } else {
                        ids(patch.value()).forEach(this::go);
                    }
                }
                default -> throw new IllegalStateException();
            }
        }

        private static String id(Filter filter) throws BadRequestException {
            boolean one = filter.getFilterType() == FilterType.EQUAL
                    && filter.getAttributePath().toString().equalsIgnoreCase("value")
                    && filter.getComparisonValue().isTextual();
            if (!one) {
                throw BadRequestException.invalidPath("A member is named by members[value eq \"id\"]");
            }
            return filter.getComparisonValue().asText();
        }

        private void come(String id) {
            go.remove(id);
            all.orElse(come).add(id);
        }

        private void go(String id) {
            come.remove(id);
            all.ifPresentOrElse(each -> each.remove(id), () -> go.add(id));
        }

        private void become(Set<String> ids) {
            come.clear();
            go.clear();
            all = Optional.of(new LinkedHashSet<>(ids));
        }

        void put(ObjectNode input) {
            all.ifPresent(each -> each.forEach(input.putArray("members")::add));
            if (!come.isEmpty()) {
                come.forEach(input.putArray("add")::add);
            }
            if (!go.isEmpty()) {
                go.forEach(input.putArray("remove")::add);
            }
        }
    }
}
