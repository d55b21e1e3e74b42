package io.openpanel.web.internal.edge;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/** What every answer tells browsers; pages loosen the policy for themselves. */
public final class SecurityHeaders {
    public static final String POLICY = "Content-Security-Policy";
    /** For whatever is no page: data, errors, scripts. */
    static final String NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final String[][] FIXED = {
        {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
        {"X-Content-Type-Options", "nosniff"},
        {"Referrer-Policy", "no-referrer"},
        {"Cross-Origin-Opener-Policy", "same-origin"},
        {"Cross-Origin-Resource-Policy", "same-origin"},
        {"Permissions-Policy", "camera=(), microphone=(), geolocation=(), usb=()"},
    };
    private static final Set<String> NAMES = names();

    private SecurityHeaders() {}

    static void set(HttpServletResponse response) {
        for (String[] header : FIXED) {
            response.setHeader(header[0], header[1]);
        }
        response.setHeader(POLICY, NOTHING);
        response.setHeader("Cache-Control", "no-store");
    }

    /** Whether a header is ours alone to set. */
    public static boolean owns(String name) {
        return NAMES.contains(name);
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        for (String[] header : FIXED) {
            names.add(header[0]);
        }
        names.add(POLICY);
        names.add(RequestId.HEADER);
        names.add("Server".toLowerCase(Locale.ROOT));
        return names;
    }
}
