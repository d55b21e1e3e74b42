package io.openpanel.cli;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Asks the person at the terminal, or reads standard input where there is none. */
final class Prompt {
    private static final BufferedReader INPUT =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    private Prompt() {}

    static boolean isInteractive() {
        return System.console() != null;
    }

    static String line(String question) {
        Console console = System.console();
        return console != null ? given(question, console.readLine("%s: ", question)) : next(question);
    }

    static String secret(String question) {
        Console console = System.console();
        if (console == null) {
            return next(question);
        }
        char[] typed = console.readPassword("%s: ", question);
        return given(question, typed == null ? null : new String(typed));
    }

    /** Ctrl-D is no answer: an empty password would count as a wrong one. */
    private static String given(String what, String answer) {
        if (answer == null) {
            throw new Failure(Failure.USAGE, what + " was expected, and nothing was typed");
        }
        return answer;
    }

    /** A secret option's value: {@code -} asks, so that it stands in no shell history. */
    static String secretFrom(String name, String text) {
        return text.equals("-") ? secret(name) : text;
    }

    private static String next(String what) {
        try {
            String line = INPUT.readLine();
            if (line == null) {
                throw new Failure(Failure.USAGE, what + " was expected on standard input");
            }
            return line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
