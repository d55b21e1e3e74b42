package io.openpanel.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The panel of this machine, over the socket that only the machine's owner can open: needs no sign-in. */
final class LocalPanel implements Panel {
    private final Path socket;
    private final Optional<String> team;

    LocalPanel(Path socket, Optional<String> team) {
        this.socket = socket;
        this.team = team;
    }

    @Override
    public JsonNode catalogue() {
        return call(Json.object().put("id", "catalogue.list"), Json.object());
    }

    @Override
    public JsonNode call(JsonNode operation, ObjectNode input) {
        JsonNode[] answer = {Json.object()};
        exchange(operation, input, reply -> answer[0] = reply.has("ok") ? reply.get("ok") : reply);
        return answer[0];
    }

    @Override
    public void stream(JsonNode operation, ObjectNode input, Consumer<JsonNode> item) {
        exchange(operation, input, reply -> {
            if (reply.has("item")) {
                item.accept(reply.get("item"));
            }
        });
    }

    @Override
    public void file(JsonNode operation, ObjectNode input, OutputStream out) {
        throw elsewhere(operation);
    }

    @Override
    public int terminal(JsonNode operation, ObjectNode input, Terminal near) {
        throw elsewhere(operation);
    }

    private static Failure elsewhere(JsonNode operation) {
        return new Failure(
                Failure.USAGE,
                operation.get("id").asText()
                        + " does not pass through the local door; sign in: openpanel-cli login http://127.0.0.1:8080");
    }

    private void exchange(JsonNode operation, ObjectNode input, Consumer<JsonNode> reply) {
        ObjectNode request = Json.object().put("action", operation.get("id").asText());
        request.set("input", input);
        team.ifPresent(each -> request.put("team", each));
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer line = ByteBuffer.wrap((Json.text(request) + '\n').getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                JsonNode node = Json.parse(text);
                if (node.has("problem")) {
                    throw Problems.of(node.get("problem").path("status").asInt(500), Json.text(node.get("problem")));
                }
                reply.accept(node);
            }
        } catch (IOException e) {
            throw new Failure(
                    Failure.UNAVAILABLE,
                    "The panel's socket " + socket + " does not answer: " + e.getMessage()
                            + ". It opens only for the panel's own user and root");
        }
    }
}
