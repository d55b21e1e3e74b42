package io.openpanel.local.internal;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** Writes one JSON object a line. */
final class Replies {
    private final SocketChannel channel;

    Replies(SocketChannel channel) {
        this.channel = channel;
    }

    void done(byte[] json) throws IOException {
        line("{\"ok\":", json);
    }

    void item(byte[] json) throws IOException {
        line("{\"item\":", json);
    }

    void job(Ref job) throws IOException {
        line("{\"job\":", Request.JSON.writeValueAsBytes(job.toString()));
    }

    void end() throws IOException {
        line("{\"end\":", "true".getBytes(StandardCharsets.US_ASCII));
    }

    void problem(Problem problem, String requestId) throws IOException {
        ObjectNode node = Request.JSON.createObjectNode();
        node.put("title", problem.kind().name().toLowerCase(java.util.Locale.ROOT));
        node.put("status", problem.kind().status());
        node.put("kind", problem.kind().name().toLowerCase(java.util.Locale.ROOT));
        node.put("detail", problem.getMessage());
        node.put("instance", requestId);
        if (!problem.fields().isEmpty()) {
            problem.fields().forEach(node.putObject("errors")::put);
        }
        line("{\"problem\":", Request.JSON.writeValueAsBytes(node));
    }

    /** A bug: the log has the details under the request's id. */
    void bug(String requestId) throws IOException {
        ObjectNode node = Request.JSON
                .createObjectNode()
                .put("title", "internal")
                .put("status", 500)
                .put("kind", "internal")
                .put("detail", "Something went wrong inside the panel; its log has the reason under " + requestId)
                .put("instance", requestId);
        line("{\"problem\":", Request.JSON.writeValueAsBytes(node));
    }

    void busy(int most) throws IOException {
        problem(new Problem(Problem.Kind.LIMITED, most + " local commands run already: wait until one has ended"), "");
    }

    void stranger() throws IOException {
        problem(new Problem(Problem.Kind.DENIED, "Only root and the user the panel runs as may come in here"), "");
    }

    private void line(String opening, byte[] json) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream(opening.length() + json.length + 2);
        text.writeBytes(opening.getBytes(StandardCharsets.US_ASCII));
        text.writeBytes(json);
        text.writeBytes("}\n".getBytes(StandardCharsets.US_ASCII));
        ByteBuffer buffer = ByteBuffer.wrap(text.toByteArray());
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }
}
