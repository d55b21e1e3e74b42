package io.openpanel.itests;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** The reference pages, made from a running panel's catalogue and from the records that declare events. */
final class Reference {
    private static final JsonMapper SORTED = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final ObjectWriter PRETTY = SORTED.writerWithDefaultPrettyPrinter();
    private static final List<String> ROLES = List.of("owner", "admin", "developer", "viewer");

    private Reference() {}

    /** The pages by file name. */
    static Map<String, String> pages(JsonNode catalogue) {
        List<JsonNode> actions = actions(catalogue);
        return Map.of(
                "catalogue.json",
                json(actions, catalogue.get("kinds")),
                "actions.md",
                table(actions),
                "events.md",
                EventReference.page());
    }

    /** Leaves the pages as build output, to be copied where they are meant to change. */
    static Path write(Map<String, String> pages) {
        try {
            Path folder = Files.createDirectories(Panel.ROOT.resolve("itests/target/reference"));
            for (Map.Entry<String, String> page : pages.entrySet()) {
                Files.writeString(folder.resolve(page.getKey()), page.getValue());
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the caller may do is about the caller, not about the product. */
    private static List<JsonNode> actions(JsonNode catalogue) {
        List<JsonNode> actions = new ArrayList<>();
        catalogue.get("items").forEach(item -> actions.add(((ObjectNode) item.deepCopy()).without("allowed")));
        actions.sort(Comparator.comparing(action -> action.get("id").asText()));
        return actions;
    }

    private static String json(List<JsonNode> actions, JsonNode kinds) {
        try {
            Map<String, Object> all = new TreeMap<>();
            all.put("items", SORTED.convertValue(actions, Object.class));
            all.put("kinds", SORTED.convertValue(kinds, Object.class));
            return PRETTY.writeValueAsString(all) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String table(List<JsonNode> actions) {
        StringBuilder page = new StringBuilder(
                """
                # Actions

                Every action there is, made from the catalogue of a running panel. Each is a REST operation, a command
                and a permission; `catalogue.json` beside this page has their inputs and outputs.
                """);
        Map<String, List<JsonNode>> byPlugin = actions.stream()
                .collect(Collectors.groupingBy(
                        action -> action.get("plugin").asText(), TreeMap::new, Collectors.toList()));
        byPlugin.forEach((plugin, its) -> {
            page.append("\n## ")
                    .append(plugin)
                    .append("\n| action | does | REST (below /api/v1) | command | roles |\n");
            page.append("|---|---|---|---|---|\n");
            its.forEach(action -> page.append(row(action)));
        });
        return page.toString();
    }

    private static String row(JsonNode action) {
        String id = action.get("id").asText();
        String form = action.get("job").asBoolean()
                ? " (job)"
                : action.get("form").asText().equals("stream") ? " (stream)" : "";
        String command = action.get("cli").asText();
        return "| `%s`%s | %s | `%s %s` | `%s` | %s |%n"
                .formatted(
                        id,
                        form,
                        action.get("summary").asText(),
                        action.get("method").asText(),
                        action.get("path").asText(),
                        command.isEmpty() ? id.replace('.', ' ') : command,
                        roles(action));
    }

    private static String roles(JsonNode action) {
        if (!action.get("access").asText().equals("permission")) {
            return action.get("access").asText();
        }
        List<String> granted = StreamSupport.stream(action.get("roles").spliterator(), false)
                .map(JsonNode::asText)
                .toList();
        return ROLES.stream().filter(granted::contains).collect(Collectors.joining(", "));
    }
}
