package io.openpanel.teams.internal;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.util.Set;
import java.util.stream.Collectors;

/** What a name is written with. Whoever reads one must not take it for another. */
final class Written {
    /** They join letters and emoji, and look like nothing only where there is nothing to join. */
    private static final String JOINERS = "\u200c\u200d";

    private static final Set<UnicodeScript> LIKE_LATIN = Set.of(UnicodeScript.CYRILLIC, UnicodeScript.GREEK);

    private Written() {}

    /** In one form, whether é was typed as one character or as two. */
    static String composed(String text) {
        return Normalizer.normalize(text.strip(), Normalizer.Form.NFC);
    }

    /** Whether nothing in it breaks lines, turns the text around or is not seen. */
    static boolean isVisible(String text) {
        return text.codePoints().noneMatch(Written::isHidden);
    }

    /** The same without it, so that what another party names can be shown. */
    static String visible(String text) {
        return text.codePoints()
                .filter(c -> Character.getType(c) != Character.FORMAT || !isHidden(c))
                .map(c -> isHidden(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            case Character.FORMAT -> JOINERS.indexOf(c) < 0;
            default -> false;
        };
    }

    /** Whether it is the one way to write what one sees: no wide letters, no joiners, no а or ο among Latin ones. */
    static boolean isUnmistakable(String text) {
        Set<UnicodeScript> scripts = text.codePoints()
                .filter(Character::isLetter)
                .mapToObj(UnicodeScript::of)
                .collect(Collectors.toSet());
        boolean mixed =
                scripts.contains(UnicodeScript.LATIN) && scripts.stream().anyMatch(LIKE_LATIN::contains);
        return isVisible(text)
                && !mixed
                && text.chars().noneMatch(c -> JOINERS.indexOf(c) >= 0)
                && Normalizer.isNormalized(text, Normalizer.Form.NFKC);
    }
}
