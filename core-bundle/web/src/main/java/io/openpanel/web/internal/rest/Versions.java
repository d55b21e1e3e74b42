package io.openpanel.web.internal.rest;

import io.openpanel.api.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Entity tags and idempotency keys, with or without their quotes. */
public final class Versions {
    private static final int LONGEST_KEY = 200;

    private Versions() {}

    public static String tag(String version) {
        return '"' + version + '"';
    }

    /** Whether the client already has this version. */
    public static boolean isKnown(HttpServletRequest request, String version) {
        String known = request.getHeader("If-None-Match");
        if (known == null) {
            return false;
        }
        for (String each : known.split(",")) {
            if (each.isBlank()) {
                continue;
            }
            String tag = bare(each.trim());
            if (tag.equals(version) || tag.equals("*")) {
                return true;
            }
        }
        return false;
    }

    static Optional<String> ifMatch(HttpServletRequest request) {
        return Optional.ofNullable(request.getHeader("If-Match")).map(header -> {
            String tag = bare(header.trim());
            if (tag.isEmpty() || tag.indexOf('"') >= 0) {
                throw new Problem(Problem.Kind.INVALID, "If-Match takes one version, as the ETag header gave it");
            }
            return tag;
        });
    }

    static Optional<String> idempotencyKey(HttpServletRequest request) {
        return Optional.ofNullable(request.getHeader("Idempotency-Key")).map(header -> {
            String key = bare(header.trim());
            if (key.isEmpty() || key.length() > LONGEST_KEY || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
                throw new Problem(
                        Problem.Kind.INVALID,
                        "Idempotency-Key takes 1 to " + LONGEST_KEY + " printable characters without spaces");
            }
            return key;
        });
    }

    private static String bare(String tag) {
        String strong = tag.startsWith("W/") ? tag.substring(2) : tag;
        boolean quoted = strong.length() > 1 && strong.startsWith("\"") && strong.endsWith("\"");
        return quoted ? strong.substring(1, strong.length() - 1) : strong;
    }
}
