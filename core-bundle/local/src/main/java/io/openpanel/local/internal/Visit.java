package io.openpanel.local.internal;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: one line in, its answer out; the end of the connection is the end of the answer. */
final class Visit {
    private static final Logger LOG = LoggerFactory.getLogger(Visit.class);
    private static final int LONGEST_LINE = 4 * 1024 * 1024;

    private final Gateway gateway;
    private final SocketChannel channel;
    private final Replies replies;
    private final ByteBuffer buffer = ByteBuffer.allocate(8192).flip();

    Visit(Gateway gateway, SocketChannel channel) {
        this.gateway = gateway;
        this.channel = channel;
        this.replies = new Replies(channel);
    }

    void run() throws IOException {
        Optional<byte[]> line = nextLine();
        if (line.isEmpty()) {
            return;
        }
        String requestId = Ref.create("request").id();
        try {
            answer(Request.read(line.get()), requestId);
        } catch (Problem problem) {
            replies.problem(problem, requestId);
        } catch (RuntimeException e) {
            LOG.error("Request {} at the local door failed", requestId, e);
            replies.bug(requestId);
        }
    }

    private void answer(Request request, String requestId) throws IOException {
        Principal owner = new Principal(new Ref("local", "owner"), "local", request.team(), Optional.empty());
        Gateway.Reply reply = gateway.call(new Gateway.Invocation(
                request.action(),
                request.input(),
                new Gateway.Caller.Known(owner),
                "local",
                "",
                requestId,
                Optional.empty(),
                Optional.empty()));
        if (reply instanceof Gateway.Reply.Done done) {
            replies.done(done.json());
        } else if (reply instanceof Gateway.Reply.Accepted accepted) {
            replies.job(accepted.job());
        } else if (reply instanceof Gateway.Reply.Streaming streaming) {
            new Relay(channel, replies).pass(streaming.items());
        } else {
            close(reply);
            throw new Problem(
                    Problem.Kind.INVALID,
                    "'" + request.action()
                            + "' gives a file or a terminal, which do not pass through the local door: use the panel's address");
        }
    }

    private static void close(Gateway.Reply reply) throws IOException {
        if (reply instanceof Gateway.Reply.File file) {
            file.content().close();
        } else if (reply instanceof Gateway.Reply.Terminal terminal) {
            terminal.duplex().close();
        }
    }

    private Optional<byte[]> nextLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            while (buffer.hasRemaining()) {
                byte next = buffer.get();
                if (next == '\n') {
                    return Optional.of(line.toByteArray());
                }
                line.write(next);
                if (line.size() > LONGEST_LINE) {
                    replies.problem(
                            new Problem(Problem.Kind.INVALID, "A line may be at most " + LONGEST_LINE + " bytes long"),
                            "");
                    return Optional.empty();
                }
            }
            buffer.clear();
            int count = channel.read(buffer);
            buffer.flip();
            if (count < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(line.toByteArray());
            }
        }
    }
}
