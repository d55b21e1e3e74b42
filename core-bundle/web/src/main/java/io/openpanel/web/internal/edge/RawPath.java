package io.openpanel.web.internal.edge;

import io.openpanel.api.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Paths as the client wrote them. The container's own decoding turns {@code shop%2Fweb} into two segments, so every
 * decision is taken on the raw path, and forms that two readers could take for different paths are refused.
 */
public final class RawPath {
    private RawPath() {}

    /** Why a path is refused, or {@code ""}. */
    static String flaw(String path) {
        boolean encoded = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == ';' || c == '#' || c == '\\' || c <= ' ' || c >= 0x7f) {
                return "The path must have characters other than letters, digits and -._~!$&'()*+,=:@/ percent-encoded";
            }
            if (c == '/' && i + 1 < path.length() && isEmptyOrDots(path, i + 1)) {
                return "The path must not have empty segments, . or ..";
            }
            encoded |= c == '%';
        }
        return encoded ? flawOfDecoded(path) : "";
    }

    private static String flawOfDecoded(String path) {
        String decoded;
        try {
            decoded = decode(path, false);
        } catch (Problem e) {
            return e.getMessage();
        }
        if (decoded.indexOf('\0') >= 0) {
            return "The path must not contain the character NUL";
        }
        for (String segment : decoded.split("/", -1)) {
            if (segment.equals(".") || segment.equals("..")) {
                return "The path must not have the segments . or ..";
            }
        }
        return "";
    }

    private static boolean isEmptyOrDots(String path, int from) {
        int end = path.indexOf('/', from);
        int to = end < 0 ? path.length() : end;
        return switch (to - from) {
            case 0 -> true;
            case 1 -> path.charAt(from) == '.';
            case 2 -> path.charAt(from) == '.' && path.charAt(from + 1) == '.';
            default -> false;
        };
    }

    /**
     * Percent-decodes strictly.
     *
     * @param plus whether {@code +} stands for a space, as in queries
     * @throws Problem when it is not percent-encoded UTF-8
     */
    public static String decode(String text, boolean plus) {
        if (text.indexOf('%') < 0) {
            return plus ? text.replace('+', ' ') : text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(3 * text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
                int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw broken();
                }
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else if (c < 0x80) {
                bytes.put((byte) (plus && c == '+' ? ' ' : c));
            } else {
                bytes.put(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            throw broken();
        }
    }

    private static Problem broken() {
        return new Problem(
                Problem.Kind.INVALID, "The address is not percent-encoded UTF-8: after a % come two hex digits");
    }
}
