package io.openpanel.web.internal.rest;

import io.openpanel.spi.Gateway;
import io.openpanel.web.internal.edge.SecurityHeaders;
import io.openpanel.web.internal.stream.OpenStreams;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** From what an action gave to an HTTP answer. */
final class Answers {
    private final OpenStreams streams;

    Answers(OpenStreams streams) {
        this.streams = streams;
    }

    void give(HttpServletRequest request, HttpServletResponse response, Route route, Gateway.Reply reply)
            throws IOException {
        if (reply instanceof Gateway.Reply.Done done) {
            done(response, done);
        } else if (reply instanceof Gateway.Reply.Accepted accepted) {
            accepted(response, accepted);
        } else if (reply instanceof Gateway.Reply.Streaming streaming) {
            streams.open(request, response, streaming.items());
        } else if (reply instanceof Gateway.Reply.File file) {
            file(response, route, file.content());
        } else if (reply instanceof Gateway.Reply.Terminal terminal) {
            terminal.duplex().close();
            throw new IllegalStateException(route.operation().id() + " became a terminal while it was called");
        }
    }

    /** The version is that of the resource, for {@code If-Match}: what is said of it may change without it, so never 304. */
    private static void done(HttpServletResponse response, Gateway.Reply.Done done) throws IOException {
        done.version().ifPresent(version -> response.setHeader("ETag", Versions.tag(version)));
        json(response, done.json());
    }

    private static void accepted(HttpServletResponse response, Gateway.Reply.Accepted accepted) throws IOException {
        response.setStatus(HttpServletResponse.SC_ACCEPTED);
        response.setHeader("Location", "/api/v1/jobs/" + accepted.job().id());
        json(response, ("{\"job\":\"" + accepted.job() + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    static void json(HttpServletResponse response, byte[] body) throws IOException {
        response.setContentType("application/json");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static void file(HttpServletResponse response, Route route, InputStream content) throws IOException {
        try (content) {
            response.setContentType("application/octet-stream");
            response.setHeader(
                    "Content-Disposition",
                    "attachment; filename=\"" + route.operation().noun() + '"');
            response.setHeader(SecurityHeaders.POLICY, "sandbox; frame-ancestors 'none'");
            content.transferTo(response.getOutputStream());
        }
    }
}
