package io.openpanel.teams.internal;

import io.openpanel.api.Operation;
import io.openpanel.api.Problem;
import io.openpanel.spi.Catalogue;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** {@code container.*}, {@code *.list}, {@code *}: which actions a key is for. */
final class ActionGlob {
    static final String SHAPE = "\\*|[a-z0-9*-]{1,60}\\.[a-z0-9*-]{1,60}";
    private static final Pattern VALID = Pattern.compile(SHAPE);

    private ActionGlob() {}

    static boolean isValid(String glob) {
        return VALID.matcher(glob).matches();
    }

    /** @throws Problem naming the field, and the name that was perhaps meant, unless there are such actions now */
    static void requireKnown(Catalogue catalogue, String field, String glob) {
        if (catalogue.operations().stream().anyMatch(each -> matches(glob, each.id()))) {
            return;
        }
        throw Problem.invalid(
                field,
                nearest(catalogue, glob)
                        .map(near -> "There is no action '" + glob + "'; did you mean " + near + "?")
                        .orElse("There is no action '" + glob + "' now; install its plugin first"));
    }

    private static Optional<String> nearest(Catalogue catalogue, String glob) {
        record Near(String name, int edits) {}
        return catalogue.operations().stream()
                .map(Operation::id)
                .flatMap(id -> Stream.of(id, id.replaceFirst("\\..*", ".*"), id.replaceFirst(".*\\.", "*.")))
                .distinct()
                .map(name -> new Near(name, edits(glob, name)))
                .filter(near -> near.edits <= Math.max(2, glob.length() / 4))
                .min(Comparator.comparingInt(Near::edits).thenComparing(Near::name))
                .map(Near::name);
    }

    /** How many letters one has to change, add or leave out (Levenshtein). */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int changed = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(changed, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }

    /** {@code *} alone is everything; elsewhere a star stays on its side of the dot. */
    static boolean matches(String glob, String action) {
        int dot = glob.indexOf('.');
        int at = action.indexOf('.');
        return glob.equals("*")
                || (dot >= 0
                        && at >= 0
                        && isLike(glob.substring(0, dot), action.substring(0, at))
                        && isLike(glob.substring(dot + 1), action.substring(at + 1)));
    }

    /** Goes back to the last star only: a key of sixty stars must not keep the panel busy. */
    private static boolean isLike(String glob, String word) {
        int g = 0;
        int w = 0;
        int star = -1;
        int from = 0;
        while (w < word.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                from = w;
            } else if (g < glob.length() && glob.charAt(g) == word.charAt(w)) {
                g++;
                w++;
            } else if (star >= 0) {
                g = star + 1;
                w = ++from;
            } else {
                return false;
            }
        }
        return glob.chars().skip(g).allMatch(c -> c == '*');
    }
}
