package io.openpanel.web.internal.console;

import io.openpanel.web.internal.edge.SecurityHeaders;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What lets a plugin's own page run in a frame of the console without being a part of it: such a page has an origin of its
 * own, and with it no session, no storage and nothing of the page around it.
 */
final class Framing {
    /** What pages in frames are made of: a script that talks to the console, and its look. */
    static final String KIT = "/frame";

    /** Also where somebody opens the address by itself. It asks no server: the console calls the plugin's actions for it. */
    private static final String POLICY = "sandbox allow-scripts allow-forms; default-src 'none'; script-src 'self'; "
            + "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'none'; "
            + "form-action 'none'; base-uri 'none'; frame-ancestors 'self'";

    private Framing() {}

    /** Whether a page of the panel itself would use a file, rather than show it in a frame. */
    static boolean isForThePanel(HttpServletRequest request) {
        return "same-origin".equals(request.getHeader("Sec-Fetch-Site"))
                && !"iframe".equals(request.getHeader("Sec-Fetch-Dest"));
    }

    /** For a file that a page in a frame is, or may load: to that page's origin, the panel is another site. */
    static void apply(HttpServletResponse response, String path) {
        response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
        response.setHeader("Access-Control-Allow-Origin", "*");
        if (path.endsWith(".html")) {
            response.setHeader(SecurityHeaders.POLICY, POLICY);
            response.setHeader("X-DNS-Prefetch-Control", "off");
        }
    }
}
