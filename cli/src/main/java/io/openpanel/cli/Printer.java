package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Prints answers for people: lists as tables, records as lines. */
final class Printer {
    private static final Pattern TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");
    private static final Pattern SPAN = Pattern.compile("PT(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?");
    private static final DateTimeFormatter SHOWN_TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
    private static final int MOST_COLUMNS = 8;
    private static final int WIDEST = 48;
    private static final List<String> NAMES = List.of("name", "title", "host");
    private static final Set<String> LEFT_OUT = Set.of("labels", "actions", "uses", "id");
    private static final Pattern REF = Pattern.compile("[a-z][a-z-]*:[0-9a-z]+");
    private static final Pattern DIGEST = Pattern.compile("sha256:([0-9a-f]{12})[0-9a-f]{52}");

    private final PrintWriter out;
    private final boolean json;

    Printer(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** A whole answer. */
    void print(JsonNode answer) {
        if (json) {
            out.println(Json.pretty(answer));
        } else if (answer.path("items").isArray()) {
            table(answer.get("items"));
        } else if (answer.isObject()) {
            lines(answer, "");
        }
        out.flush();
    }

    /** One item of a stream. */
    void item(JsonNode item) {
        if (json) {
            out.println(Json.text(item));
        } else if (item.has("line")) {
            out.println(item.get("line").asText());
        } else {
            StringBuilder line = new StringBuilder();
            item.properties().forEach(entry -> {
                if (!entry.getValue().isContainerNode()) {
                    line.append(line.isEmpty() ? "" : "  ")
                            .append(entry.getKey())
                            .append('=')
                            .append(entry.getValue().asText());
                }
            });
            out.println(line);
        }
        // A stream has no end of its own: whoever reads only its first lines would be waited for.
        if (out.checkError()) {
            throw new Failure(Failure.FAILED, "Nobody reads the output any more");
        }
    }

    void say(String line) {
        out.println(line);
        out.flush();
    }

    private void lines(JsonNode record, String indent) {
        for (Map.Entry<String, JsonNode> entry : record.properties()) {
            JsonNode value = entry.getValue();
            if (value.isNull()
                    || (value.isContainerNode()
                            ? value.isEmpty()
                            : value.asText().isEmpty())) {
                continue;
            }
            if (value.isObject()) {
                out.println(indent + words(entry.getKey()) + ":");
                lines(value, indent + "  ");
            } else if (value.isArray() && value.get(0).isObject()) {
                out.println(indent + words(entry.getKey()) + ":");
                table(value);
            } else if (value.asText().strip().contains("\n")) {
                out.println(indent + words(entry.getKey()) + ":");
                value.asText().lines().forEach(line -> out.println((indent + "  " + plain(line)).stripTrailing()));
            } else {
                out.println(indent + words(entry.getKey()) + ": " + shown(value));
            }
        }
    }

    private void table(JsonNode items) {
        if (items.isEmpty()) {
            out.println("Nothing there yet.");
            return;
        }
        List<String> columns = columns(items);
        List<List<String>> rows = new ArrayList<>();
        rows.add(columns.stream()
                .map(column -> words(column).toUpperCase(Locale.ROOT))
                .toList());
        items.forEach(item -> rows.add(
                columns.stream().map(column -> cut(shown(item.path(column)))).toList()));
        int[] widths = new int[columns.size()];
        rows.forEach(row -> {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        });
        int shown = fitting(widths);
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < shown; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /** How many columns fit into a line; three at least. */
    private static int fitting(int... widths) {
        int total = 0;
        int shown = 0;
        int line = terminalColumns();
        while (shown < widths.length && (shown < 3 || total + widths[shown] <= line)) {
            total += widths[shown++] + 2;
        }
        return shown;
    }

    private static int terminalColumns() {
        String columns = System.getenv().getOrDefault("COLUMNS", "");
        return columns.matches("[1-9]\\d{1,3}")
                ? Integer.parseInt(columns)
                : Window.columns().orElse(140);
    }

    /**
     * Names first, then what is told of them, references last: whoever reads types names. What has no name is known by its
     * own reference. Nested values, columns that are empty everywhere and references whose name is told are left out.
     */
    private static List<String> columns(JsonNode items) {
        Set<String> columns = new LinkedHashSet<>();
        for (String first : NAMES) {
            if (items.get(0).has(first)) {
                columns.add(first);
            }
        }
        Set<String> nested = new HashSet<>(LEFT_OUT);
        items.forEach(item -> item.properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            if (value.isObject() || value.path(0).isContainerNode()) {
                nested.add(entry.getKey());
            } else if (!value.isNull()) {
                columns.add(entry.getKey());
            }
        }));
        columns.removeAll(nested);
        List<String> references = columns.stream()
                .skip(1)
                .filter(column -> references(items, column))
                .toList();
        columns.removeAll(references);
        references.stream().filter(column -> !columns.contains(column + "Name")).forEach(columns::add);
        return columns.stream().limit(MOST_COLUMNS).toList();
    }

    private static boolean references(JsonNode items, String column) {
        boolean any = false;
        for (JsonNode item : items) {
            String text = item.path(column).asText("");
            if (!text.isEmpty() && !REF.matcher(text).matches()) {
                return false;
            }
            any |= !text.isEmpty();
        }
        return any;
    }

    private static String shown(JsonNode value) {
        if (value.isArray()) {
            List<String> parts = new ArrayList<>();
            value.forEach(part -> parts.add(part.asText()));
            return String.join(", ", parts);
        }
        return value.isMissingNode() || value.isNull() ? "" : readable(plain(value.asText()));
    }

    /** Nothing in it moves the cursor of a terminal. */
    private static String plain(String text) {
        return text.replaceAll("\\p{Cntrl}", " ");
    }

    /** Times as the clock of whoever reads shows them, spans as one writes them. */
    private static String readable(String text) {
        if (TIME.matcher(text).matches()) {
            return SHOWN_TIME.format(Instant.parse(text).atZone(ZoneId.systemDefault()));
        }
        return SPAN.matcher(text).matches() ? text.substring(2).toLowerCase(Locale.ROOT) : text;
    }

    /** Twelve characters tell a digest apart. */
    private static String cut(String whole) {
        String text = DIGEST.matcher(whole).replaceFirst("$1");
        return text.length() > WIDEST ? text.substring(0, WIDEST - 1) + "…" : text;
    }

    private static String words(String name) {
        return name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
    }
}
