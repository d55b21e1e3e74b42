package io.openpanel.teams.internal;

import java.util.regex.Pattern;

/** {@code container.*}, {@code *.list}, {@code *}: which actions a key is for. */
final class ActionGlob {
    static final String SHAPE = "\\*|[a-z0-9*-]{1,60}\\.[a-z0-9*-]{1,60}";
    private static final Pattern VALID = Pattern.compile(SHAPE);

    private ActionGlob() {}

    static boolean isValid(String glob) {
        return VALID.matcher(glob).matches();
    }

    static boolean matches(String glob, String action) {
        return matches(glob, 0, action, 0);
    }

    /** {@code *} alone is everything; elsewhere a star stays on its side of the dot. */
    private static boolean matches(String glob, int g, String action, int a) {
        if (glob.equals("*")) {
            return true;
        }
        if (g == glob.length()) {
            return a == action.length();
        }
        if (glob.charAt(g) != '*') {
            return a < action.length() && glob.charAt(g) == action.charAt(a) && matches(glob, g + 1, action, a + 1);
        }
        for (int end = a; end <= action.length(); end++) {
            if (matches(glob, g + 1, action, end)) {
                return true;
            }
            if (end < action.length() && action.charAt(end) == '.') {
                return false;
            }
        }
        return false;
    }
}
