package io.openpanel.ssl.internal;

import io.openpanel.api.Problem;
import java.net.IDN;
import java.util.Locale;
import java.util.Set;

/** Reads host names as people write them. */
final class HostName {
    private static final int LONGEST = 253;
    private static final int LONGEST_LABEL = 63;

    private HostName() {}

    /**
     * The host in ASCII and lower case.
     *
     * @param own names of the panel itself, which no app can have
     * @throws Problem {@code INVALID}, saying what to write instead
     */
    static String of(String text, Set<String> own) {
        if (text.isEmpty() || text.length() > 1024) {
            throw invalid("A domain has 1 to " + LONGEST + " characters");
        }
        if (text.chars()
                .anyMatch(c -> c <= ' ' || c == 0x7f || Character.isISOControl(c) || Character.isWhitespace(c))) {
            throw invalid("A domain has no spaces or control characters");
        }
        if (text.contains("/")) {
            throw invalid("Write the domain only, without https:// and without a path: shop.example.com");
        }
        if (text.contains(":") || text.contains("[")) {
            throw invalid("Write the domain without a port; an IP address cannot be one");
        }
        if (text.contains("*")) {
            throw invalid("Domains for all names below one (*.example.com) do not work yet; add each name");
        }
        if (text.matches(".*[ßẞς\u200c\u200d].*")) {
            throw invalid("Write the domain as it is registered, beginning with xn--: '" + text
                    + "' has a letter that browsers and this panel spell in two ways");
        }
        String host = ascii(text);
        if (host.endsWith(".")) {
            throw invalid("Write the domain without the dot at its end");
        }
        check(host);
        if (own.contains(host)) {
            throw invalid("'" + host + "' is the panel's own address; use another domain");
        }
        return host;
    }

    /** How a host that was written in whichever letters is kept; what is none stays as it is. */
    static String kept(String text) {
        try {
            return IDN.toASCII(text).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return text.toLowerCase(Locale.ROOT);
        }
    }

    private static String ascii(String text) {
        try {
            return IDN.toASCII(text, IDN.USE_STD3_ASCII_RULES).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw invalid("A domain has letters, digits and hyphens, in parts of 1 to " + LONGEST_LABEL
                    + " characters with dots between them");
        }
    }

    private static void check(String host) {
        if (host.length() > LONGEST) {
            throw invalid("A domain has 1 to " + LONGEST + " characters");
        }
        String[] labels = host.split("\\.", -1);
        for (String label : labels) {
            if (label.length() > LONGEST_LABEL || !label.matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?")) {
                throw invalid("A domain has letters, digits and hyphens, in parts of 1 to " + LONGEST_LABEL
                        + " characters with dots between them");
            }
        }
        String last = labels[labels.length - 1];
        if (last.matches("\\d+|0x[0-9a-f]*")) {
            throw invalid("An IP address cannot be a domain");
        }
        if (labels.length == 1) {
            throw invalid("'" + host + "' is no domain for an app; write one with a dot, such as shop." + host);
        }
    }

    private static Problem invalid(String message) {
        return Problem.invalid("host", message);
    }
}
