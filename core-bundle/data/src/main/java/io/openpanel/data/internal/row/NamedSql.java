package io.openpanel.data.internal.row;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A statement with {@code :name} for its arguments.
 *
 * @param sql the same with {@code ?}
 * @param names in the order of the question marks
 */
public record NamedSql(String sql, List<String> names) {
    // What may hold a colon that is no argument comes first: texts, names, comments, dollar quotes, casts, assignments.
    private static final Pattern PIECE = Pattern.compile(
            """
            '[^']*+'|"[^"]*+"|--[^\\n]*|/\\*.*?\\*/|(\\$\\w*\\$).*?\\1|::|:=|:(?<name>[a-zA-Z]\\w*)""",
            Pattern.DOTALL);

    public NamedSql {
        names = List.copyOf(names);
    }

    public static NamedSql parse(String text) {
        List<String> names = new ArrayList<>();
        StringBuilder sql = new StringBuilder(text.length());
        Matcher piece = PIECE.matcher(text);
        while (piece.find()) {
            String name = piece.group("name");
            if (name != null) {
                names.add(name);
            }
            piece.appendReplacement(sql, Matcher.quoteReplacement(name == null ? piece.group() : "?"));
        }
        piece.appendTail(sql);
        return new NamedSql(sql.toString(), names);
    }
}
