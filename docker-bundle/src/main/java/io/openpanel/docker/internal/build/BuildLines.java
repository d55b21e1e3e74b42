package io.openpanel.docker.internal.build;

import io.openpanel.api.Call;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns a builder's output into lines of the job's log: without colours and cursor moves, of a bounded length. */
final class BuildLines {
    private static final Pattern CONTROL = Pattern.compile(
            "\u001B\\[[0-?]*[ -/]*[@-~]|\u001B\\][^\u0007\u001B]*(?:\u0007|\u001B\\\\)|\u001B[@-Z\\\\-_]");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cntrl}&&[^\t]]");
    private static final Pattern STEP =
            Pattern.compile("(?:Step |#\\d+ \\[(?:[\\w.-]+ +)?)(\\d{1,4})/(\\d{1,4})[ :\\]].*");
    private static final int LONGEST = 16 * 1024;
    private static final int KEPT = 3;

    private final Call call;
    private final StringBuilder held = new StringBuilder();
    private final java.util.ArrayDeque<String> last = new java.util.ArrayDeque<>();

    BuildLines(Call call) {
        this.call = call;
    }

    /** Takes a piece of output, whole lines or not. */
    void text(String piece) {
        for (int i = 0; i < piece.length(); i++) {
            char c = piece.charAt(i);
            if (c == '\n' || c == '\r' || held.length() >= LONGEST) {
                flush();
            }
            if (c != '\n' && c != '\r') {
                held.append(c);
            }
        }
    }

    /** Hands on what is left of a line that was not ended. */
    void flush() {
        String line = UNPRINTABLE
                .matcher(CONTROL.matcher(held).replaceAll(""))
                .replaceAll("")
                .stripTrailing();
        held.setLength(0);
        if (line.isEmpty()) {
            return;
        }
        call.log(line);
        last.add(line);
        if (last.size() > KEPT) {
            last.remove();
        }
        Matcher step = STEP.matcher(line);
        if (step.matches()) {
            int of = Math.max(1, Integer.parseInt(step.group(2)));
            call.progress(Math.min(99, 100 * (Integer.parseInt(step.group(1)) - 1) / of));
        }
    }

    /** The end of the output, for the message when the build fails. */
    String end() {
        return last.stream()
                .filter(line -> line.toUpperCase(java.util.Locale.ROOT).contains("ERROR"))
                .reduce((a, b) -> b)
                .orElse(last.isEmpty() ? "the builder said nothing" : last.getLast());
    }
}
