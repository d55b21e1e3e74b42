package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

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
    private static final Set<String> COMMON = read();

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
        if (remainder(plain, words).length() < LEAST_OWN) {
            throw Problem.invalid(
                    field,
                    "This password is mostly your name, e-mail address or the word openpanel; "
                            + "choose one that has nothing to do with them");
        }
    }

    private static boolean isCommon(String plain) {
        String letters = plain.replaceAll("[^\\p{L}]+$|^[^\\p{L}]+", "");
        return COMMON.contains(plain)
                || COMMON.contains(plain.replaceAll("[^\\p{L}\\p{N}]", ""))
                || (letters.length() >= 4 && plain.length() - letters.length() >= 4 && COMMON.contains(letters))
                || plain.chars().distinct().count() < 5
                || isRepeated(plain)
                || isRun(plain)
                || (letters.length() >= 8 && (isRepeated(letters) || isRun(letters)));
    }

    /** {@code monkeymonkey}, {@code abc1abc1abc1}. */
    private static boolean isRepeated(String plain) {
        for (int unit = 1; unit <= plain.length() / 2 && unit <= 11; unit++) {
            String start = plain.substring(0, unit);
            if (start.repeat(plain.length() / unit + 1).startsWith(plain) && (unit <= 6 || COMMON.contains(start))) {
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

    private static Set<String> read() {
        Set<String> words = new HashSet<>(6_000);
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                PasswordRules.class.getResourceAsStream("common-passwords.txt"), StandardCharsets.UTF_8))) {
            lines.lines().filter(line -> !line.startsWith("# ")).forEach(words::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Set.copyOf(words);
    }
}
