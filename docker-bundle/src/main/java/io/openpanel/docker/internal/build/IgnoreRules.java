package io.openpanel.docker.internal.build;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * The rules of a {@code .dockerignore}: the last one that matches a path, or a directory above it, decides.
 * See docs.docker.com/build/concepts/context/#dockerignore-files.
 */
final class IgnoreRules {
    private static final int MOST_DOUBLE_STARS = 8;
    private static final int LARGEST_FILE = 1 << 20;

    private final List<Rule> rules;

    private record Rule(Pattern pattern, boolean keeps) {}

    private IgnoreRules(List<Rule> rules) {
        this.rules = rules;
    }

    /** The rules for a Dockerfile: its own ({@code web.Dockerfile.dockerignore}), else those of the tree. */
    static IgnoreRules of(Path directory, String dockerfile) {
        for (String name : List.of(dockerfile + ".dockerignore", ".dockerignore")) {
            Path file = directory.resolve(name);
            if (Files.isRegularFile(file, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
                return read(file);
            }
        }
        return new IgnoreRules(List.of());
    }

    private static IgnoreRules read(Path file) {
        try {
            if (Files.size(file) > LARGEST_FILE) {
                throw new Problem(Problem.Kind.INVALID, file.getFileName() + " is larger than 1 MiB; shorten it");
            }
            return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file.getFileName(), e);
        }
    }

    static IgnoreRules parse(List<String> lines) {
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = i == 0 ? lines.get(i).replaceFirst("^\uFEFF", "") : lines.get(i);
            String text = line.strip();
            if (text.isEmpty() || line.startsWith("#")) {
                continue;
            }
            boolean keeps = text.startsWith("!");
            String glob = clean(keeps ? text.substring(1).strip() : text);
            if (!glob.isEmpty()) {
                rules.add(new Rule(compile(glob, i + 1), keeps));
            }
        }
        return new IgnoreRules(rules);
    }

    /** {@code /a/./b/../c/} is {@code a/c}. */
    private static String clean(String glob) {
        List<String> parts = new ArrayList<>();
        for (String part : glob.split("/")) {
            if (part.equals("..") && !parts.isEmpty()) {
                parts.remove(parts.size() - 1);
            } else if (!part.isEmpty() && !part.equals(".") && !part.equals("..")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private static Pattern compile(String glob, int line) {
        StringBuilder regex = new StringBuilder();
        int doubles = 0;
        for (int i = 0; i < glob.length(); i++) {
            char c = glob.charAt(i);
            if (c == '*' && glob.startsWith("**", i)) {
                int next = skipStars(glob, i);
                regex.append(next == glob.length() ? ".*" : "(?:.*/)?");
                i = next - 1;
                doubles++;
            } else if (c == '*') {
                regex.append("[^/]*");
            } else if (c == '?') {
                regex.append("[^/]");
            } else if (c == '['
                    || c == ']'
                    || (c == '-' && regex.lastIndexOf("[") > regex.lastIndexOf("]"))
                    || (c == '^' && i > 0 && glob.charAt(i - 1) == '[')) {
                regex.append(c);
            } else {
                boolean escaped = c == '\\' && i + 1 < glob.length();
                regex.append(Pattern.quote(String.valueOf(escaped ? glob.charAt(++i) : c)));
            }
        }
        if (doubles > MOST_DOUBLE_STARS) {
            throw wrong(line, "has more than " + MOST_DOUBLE_STARS + " times **");
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            throw wrong(line, "is not a pattern");
        }
    }

    /** Where a run of stars, with the slashes and further runs behind it, ends. */
    private static int skipStars(String glob, int from) {
        int i = from;
        while (glob.startsWith("**", i)) {
            i += 2;
            while (i < glob.length() && glob.charAt(i) == '*') {
                i++;
            }
            if (i < glob.length() && glob.charAt(i) == '/') {
                i++;
            }
        }
        return i;
    }

    private static Problem wrong(int line, String what) {
        return new Problem(
                Problem.Kind.INVALID, "Line " + line + " of .dockerignore " + what + "; correct it and deploy again");
    }

    /** Whether the path, relative to the tree, stays out of the build. */
    boolean ignores(String path) {
        boolean ignored = false;
        for (Rule rule : rules) {
            if (rule.keeps == ignored && matches(rule.pattern, path)) {
                ignored = !rule.keeps;
            }
        }
        return ignored;
    }

    private static boolean matches(Pattern pattern, String path) {
        if (pattern.matcher(path).matches()) {
            return true;
        }
        for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
            if (pattern.matcher(path.substring(0, slash)).matches()) {
                return true;
            }
        }
        return false;
    }

    /** Whether something below an ignored directory may be wanted all the same. */
    boolean hasExceptions() {
        return rules.stream().anyMatch(Rule::keeps);
    }
}
