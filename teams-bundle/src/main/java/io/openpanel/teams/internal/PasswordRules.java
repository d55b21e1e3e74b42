package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which passwords are too easy to guess. Length and guessability only: no rule asks for digits or capitals. */
public final class PasswordRules {
    private static final int LEAST = 12;
    private static final int MOST = 128;
    /** How much of a password must remain beside words that everybody tries first. */
    private static final int LEAST_OWN = 8;

    private static final List<String> ROWS = List.of(
            "01234567890123456789",
            "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
            "qwertyuiopasdfghjklzxcvbnm",
            "qwertzuiopasdfghjklyxcvbnm",
            "azertyuiopqsdfghjklmwxcvbn",
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p");
    /** What people write in place of letters. */
    private static final String SIGNS = "01345786!@$9";

    private PasswordRules() {}

    /**
     * Checks a new password.
     *
     * @param field the input property to name
     * @param words the person's own words: e-mail address, name, team
     * @throws Problem naming the field and what is wrong
     */
    public static void check(String field, String password, String... words) {
        int length = password.codePointCount(0, password.length());
        if (length < LEAST || length > MOST) {
            throw Problem.invalid(
                    field, "A password has " + LEAST + " to " + MOST + " characters; this one has " + length);
        }
        String plain = password.toLowerCase(Locale.ROOT);
        if (isCommon(plain)) {
            throw Problem.invalid(field, "This password is one of those tried first; choose one nobody else would");
        }
        if (spellings(plain).anyMatch(each -> remainder(each, words).length() < LEAST_OWN)) {
            throw Problem.invalid(
                    field,
                    "This password is mostly your name, e-mail address, team or the word openpanel; "
                            + "choose one that has nothing to do with them");
        }
    }

    /** {@code p4$$word} is tried as soon as {@code password} is. */
    private static Stream<String> spellings(String plain) {
        return Stream.of(plain, spelled(plain, "oieastbgiasg"), spelled(plain, "oleastbglasg"))
                .distinct();
    }

    private static String spelled(String plain, String meant) {
        StringBuilder text = new StringBuilder(plain);
        for (int at = 0; at < text.length(); at++) {
            int sign = SIGNS.indexOf(text.charAt(at));
            if (sign >= 0) {
                text.setCharAt(at, meant.charAt(sign));
            }
        }
        return text.toString();
    }

    private static boolean isCommon(String plain) {
        String unpadded = plain.replaceAll("[^\\p{L}]+$", "");
        return plain.chars().distinct().count() < 5
                || Stream.of(
                                plain,
                                plain.replaceAll("[^\\p{L}\\p{N}]", ""),
                                unpadded,
                                unpadded.replaceAll("^[^\\p{L}]+", ""))
                        .flatMap(PasswordRules::spellings)
                        .anyMatch(PasswordRules::isKnown);
    }

    private static boolean isKnown(String word) {
        return CommonPasswords.contains(word) || (word.length() >= 8 && (isRepeated(word) || isRun(word)));
    }

    /** {@code monkeymonkey}, {@code abc1abc1abc1}. */
    private static boolean isRepeated(String plain) {
        for (int unit = 1; unit <= plain.length() / 2 && unit <= 11; unit++) {
            String start = plain.substring(0, unit);
            if (start.repeat(plain.length() / unit + 1).startsWith(plain)
                    && (unit <= 6 || CommonPasswords.contains(start))) {
                return true;
            }
        }
        return false;
    }

    /** {@code 123456789012}, {@code qwertyuiopas}, and the same backwards. */
    private static boolean isRun(String plain) {
        String back = new StringBuilder(plain).reverse().toString();
        return ROWS.stream().anyMatch(row -> row.contains(plain) || row.contains(back));
    }

    private static String remainder(String plain, String... words) {
        String rest = plain.replace("openpanel", "").replace("open-panel", "").replace("password", "");
        Set<String> own = Arrays.stream(words)
                .flatMap(word -> Arrays.stream(word.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+")))
                .filter(word -> word.length() >= 3)
                .collect(Collectors.toSet());
        for (String word : own) {
            rest = rest.replace(word, "");
        }
        return rest;
    }
}
