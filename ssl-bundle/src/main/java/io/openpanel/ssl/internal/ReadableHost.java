package io.openpanel.ssl.internal;

import java.lang.Character.UnicodeScript;
import java.net.IDN;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A host in the letters people know it by, as browsers do it: only where no part of it could be taken for another one.
 * See unicode.org/reports/tr39, "Highly Restrictive".
 */
final class ReadableHost {
    private static final Set<UnicodeScript> KNOWN = EnumSet.of(
            UnicodeScript.LATIN,
            UnicodeScript.GREEK,
            UnicodeScript.CYRILLIC,
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.HANGUL,
            UnicodeScript.BOPOMOFO,
            UnicodeScript.ARABIC,
            UnicodeScript.HEBREW,
            UnicodeScript.THAI,
            UnicodeScript.DEVANAGARI);

    /** Scripts that are written together. */
    private static final List<Set<UnicodeScript>> TOGETHER = List.of(
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.HIRAGANA, UnicodeScript.KATAKANA),
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.HANGUL),
            EnumSet.of(UnicodeScript.LATIN, UnicodeScript.HAN, UnicodeScript.BOPOMOFO));

    /** Words of nothing but Cyrillic or Greek letters that look like Latin ones. */
    private static final Pattern DISGUISED =
            Pattern.compile("[0-9-]*([асԁеһіјӏорԛѕԝхуъҽпгѵѡkь0-9-]+|[αγεικνορτυχω0-9-]+)");

    /** Of the Latin letters beyond ASCII those of living languages, without the ones that pass for i, k, l, n and s. */
    private static final Pattern LATIN = Pattern.compile("[a-z0-9\u00df-\u017f\u1e00-\u1eff&&[^\u00f7ıĸŀŉſ]]");

    private ReadableHost() {}

    /** Nothing where the host is plain ASCII, or would be read for another one. */
    static Optional<String> of(String ascii) {
        if (!ascii.contains("xn--")) {
            return Optional.empty();
        }
        StringBuilder readable = new StringBuilder();
        for (String label : ascii.split("\\.", -1)) {
            String shown = label.startsWith("xn--") ? IDN.toUnicode(label) : label;
            if (!shown.equals(label) && !isClear(shown, label)) {
                return Optional.empty();
            }
            readable.append(readable.length() == 0 ? "" : ".").append(shown);
        }
        return Optional.of(readable.toString()).filter(host -> !host.equals(ascii));
    }

    private static boolean isClear(String shown, String label) {
        Set<UnicodeScript> scripts = EnumSet.noneOf(UnicodeScript.class);
        for (int c : shown.codePoints().toArray()) {
            UnicodeScript script = UnicodeScript.of(c);
            boolean letter = Character.isLetter(c) || (c >= '0' && c <= '9') || c == '-' || c == 'ー';
            boolean mark = Character.getType(c) == Character.NON_SPACING_MARK
                    || Character.getType(c) == Character.COMBINING_SPACING_MARK;
            if ((!letter && !(mark && KNOWN.contains(script)))
                    || (script == UnicodeScript.LATIN
                            && !LATIN.matcher(Character.toString(c)).matches())) {
                return false;
            }
            if (script != UnicodeScript.COMMON) {
                scripts.add(script);
            }
        }
        boolean oneWriting = scripts.size() == 1 || TOGETHER.stream().anyMatch(set -> set.containsAll(scripts));
        return oneWriting
                && KNOWN.containsAll(scripts)
                && !DISGUISED.matcher(shown).matches()
                && isSame(shown, label);
    }

    private static boolean isSame(String shown, String label) {
        try {
            return IDN.toASCII(shown, IDN.USE_STD3_ASCII_RULES).equals(label);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
