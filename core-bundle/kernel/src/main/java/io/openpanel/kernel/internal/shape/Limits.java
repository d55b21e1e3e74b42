package io.openpanel.kernel.internal.shape;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Param;
import java.util.regex.Pattern;

/** The bounds a {@link Param} sets, or the defaults where it sets none. */
record Limits(long min, long max, Pattern pattern, String form) {
    Limits(long min, long max, Pattern pattern) {
        this(min, max, pattern, pattern == null ? "" : "must match " + pattern.pattern());
    }

    static Limits of(Param param, long mostByDefault) {
        long min = param == null ? Long.MIN_VALUE : param.min();
        long max = param == null || param.max() == Long.MAX_VALUE ? mostByDefault : param.max();
        Pattern pattern = param == null || param.pattern().isEmpty() ? null : Pattern.compile(param.pattern());
        return new Limits(min, max, pattern, pattern == null ? "" : form(param));
    }

    /** The form a text must have, in words where it was described: a pattern is for programs. */
    private static String form(Param param) {
        if (param.value().isEmpty() && param.example().isEmpty()) {
            return "must match " + param.pattern();
        }
        return "must have another form"
                + (param.example().isEmpty() ? "" : ", such as " + param.example())
                + (param.value().isEmpty() ? "" : ": " + param.value());
    }

    void describeLength(ObjectNode schema) {
        if (min > 0) {
            schema.put("minLength", min);
        }
        schema.put("maxLength", max);
        if (pattern != null) {
            schema.put("pattern", "^(?:" + pattern.pattern() + ")$");
        }
    }

    void describeRange(ObjectNode schema) {
        if (min != Long.MIN_VALUE) {
            schema.put("minimum", min);
        }
        if (max != Long.MAX_VALUE) {
            schema.put("maximum", max);
        }
    }

    void describeSize(ObjectNode schema) {
        if (min > 0) {
            schema.put("minItems", min);
        }
        schema.put("maxItems", max);
    }

    /** What bundles tell each other is not bounded: a long line of a log is a line all the same. */
    boolean checkText(String text, String path, Reading reading) {
        if (!reading.isStrict()) {
            return true;
        }
        if (hasNul(text)) {
            reading.wrong(path, "must not contain the character NUL");
        } else if (!isUnicode(text)) {
            reading.wrong(path, "must not contain half a character: a surrogate stands alone");
        } else if (text.length() > max) {
            reading.wrong(path, "must have at most " + max + " characters, it has " + text.length());
        } else if (text.length() < min) {
            reading.wrong(path, min == 1 ? "must not be empty" : "must have at least " + min + " characters");
        } else if (pattern != null && !pattern.matcher(text).matches()) {
            reading.wrong(path, form);
        } else {
            return true;
        }
        return false;
    }

    boolean checkRange(double number, String path, Reading reading) {
        if (!reading.isStrict()) {
            return true;
        }
        if (min != Long.MIN_VALUE && number < min) {
            reading.wrong(path, "must be at least " + min);
        } else if (max != Long.MAX_VALUE && number > max) {
            reading.wrong(path, "must be at most " + max);
        } else {
            return true;
        }
        return false;
    }

    boolean checkSize(int size, String path, Reading reading) {
        if (size > max) {
            reading.wrong(path, "must have at most " + max + " items");
        } else if (size < min) {
            reading.wrong(path, "must have at least " + min + " items");
        } else {
            return true;
        }
        return false;
    }

    /** Half of a pair cannot be written in UTF-8, and so not stored. */
    static boolean isUnicode(String text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    static boolean hasNul(String text) {
        return text.indexOf('\0') >= 0;
    }
}
