package io.openpanel.marketplace;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a file of {@code db/} does to the version of the plugin before it, which a rollback runs on the same tables. */
public record Migration(String name, String sql) {
    private static final Pattern QUOTED =
            Pattern.compile("(?s)--[^\\n]*|/\\*.*?\\*/|'(?:[^']|'')*'|\\$(\\w*)\\$.*?\\$\\1\\$");
    private static final Pattern ALLOWED = Pattern.compile("(?m)^-- contract: \\S+.*$");
    private static final Map<String, Pattern> BREAKING = Map.of(
            "drops what the version before reads",
                    Pattern.compile("\\bdrop (table|column|view|type|function|schema)\\b"),
            "drops what the version before reads, in alter table",
                    Pattern.compile(
                            "\\balter table\\b.*\\bdrop (?!constraint|not null|default|expression|identity|column)\\w"),
            "renames what the version before knows by its old name", Pattern.compile("\\brename\\b"),
            "changes a column's type", Pattern.compile("\\balter (column )?\\S+ (set data )?type\\b"),
            "asks for a value that the version before does not write", Pattern.compile("\\bset not null\\b"),
            "adds a column without a default that the version before does not write",
                    Pattern.compile(
                            "\\badd (column )?(if not exists )?(?!constraint)(?![^,]*\\bdefault\\b)\\S+ [^,]*\\bnot null\\b"));

    /** What the version before could not live with; empty when it could, or when the file says why it is time. */
    public List<String> breaking() {
        if (ALLOWED.matcher(sql).find()) {
            return List.of();
        }
        return Stream.of(QUOTED.matcher(sql).replaceAll("''").split(";"))
                .map(statement -> statement.toLowerCase(Locale.ROOT).replaceAll("\\s+", " "))
                .flatMap(statement -> BREAKING.entrySet().stream()
                        .filter(rule -> rule.getValue().matcher(statement).find())
                        .map(rule -> name + " " + rule.getKey() + ": " + statement.strip()))
                .toList();
    }
}
