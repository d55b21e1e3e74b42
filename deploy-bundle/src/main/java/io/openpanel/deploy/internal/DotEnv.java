package io.openpanel.deploy.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code .env} text: comments, {@code export}, single and double quotes, values over several lines. */
public final class DotEnv {
    public static final String NAME = "[A-Za-z_][A-Za-z0-9_]{0,127}";

    private final String text;
    private int at;
    private int line = 1;

    private DotEnv(String text) {
        // Windows' editors begin with a mark and end lines in two characters.
        this.text = text.replaceFirst("^\uFEFF", "").replace("\r\n", "\n");
    }

    /** @throws Problem naming the line that is wrong */
    public static Map<String, Secret> parse(String text) {
        return new DotEnv(text).read();
    }

    private Map<String, Secret> read() {
        Map<String, Secret> values = new LinkedHashMap<>();
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            String rest = text.substring(at, end < 0 ? text.length() : end);
            if (rest.isBlank() || rest.strip().startsWith("#")) {
                next(rest.length());
                continue;
            }
            int equals = rest.indexOf('=');
            String name =
                    (equals < 0 ? rest : rest.substring(0, equals)).strip().replaceFirst("^export\\s+", "");
            if (equals < 0 || !name.matches(NAME)) {
                throw wrong("expected NAME=value");
            }
            at += equals + 1;
            values.put(name, Secret.of(value()));
        }
        return values;
    }

    private String value() {
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        char quote = at < text.length() ? text.charAt(at) : '\n';
        if (quote != '"' && quote != '\'') {
            int end = text.indexOf('\n', at);
            String rest = text.substring(at, end < 0 ? text.length() : end);
            next(rest.length());
            return rest.replaceFirst("\\s+#.*$", "").strip();
        }
        return quoted(quote);
    }

    private String quoted(char quote) {
        StringBuilder value = new StringBuilder();
        int began = line;
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                int end = text.indexOf('\n', at);
                String rest =
                        text.substring(at + 1, end < 0 ? text.length() : end).strip();
                if (!rest.isEmpty() && !rest.startsWith("#")) {
                    throw wrong("there is text after the closing quote");
                }
                next((end < 0 ? text.length() : end) - at);
                return value.toString();
            }
            if (c == '\n') {
                line++;
            }
            if (c == '\\' && quote == '"' && at + 1 < text.length()) {
                at++;
                value.append(
                        switch (text.charAt(at)) {
                            case 'n' -> '\n';
                            case 't' -> '\t';
                            case 'r' -> '\r';
                            default -> text.charAt(at);
                        });
            } else {
                value.append(c);
            }
        }
        line = began;
        throw wrong("the quote is not closed");
    }

    /** Goes on behind the line's end. */
    private void next(int length) {
        at += length + 1;
        line++;
    }

    private Problem wrong(String what) {
        return Problem.invalid("text", "Line " + line + ": " + what);
    }
}
