package io.openpanel.web.internal.door;

import io.openpanel.api.Door;
import io.openpanel.web.internal.edge.SecurityHeaders;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a door answers, sent; it does not replace what every answer carries, nor what frames the message. */
final class Replies {
    private static final Set<String> FRAMING = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    static {
        FRAMING.addAll(Set.of("Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade"));
    }

    private Replies() {}

    static void send(HttpServletResponse response, Door.Reply reply) throws IOException {
        response.setStatus(reply.status());
        for (Map.Entry<String, String> header : reply.headers().entrySet()) {
            String name = header.getKey();
            String value = header.getValue();
            if (SecurityHeaders.owns(name) || FRAMING.contains(name) || !isPlain(name) || !isPlain(value)) {
                continue;
            }
            response.setHeader(name, value);
        }
        response.setContentLength(reply.body().length);
        response.getOutputStream().write(reply.body());
    }

    private static boolean isPlain(String text) {
        return text.chars().noneMatch(c -> c < ' ' && c != '\t' || c == 0x7f);
    }
}
