package io.openpanel.dev;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The panel's own socket, which only root and the panel's user can open. */
final class PanelSocket {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path socket;
    private final Path drop;

    /** @param drop a folder where the panel's user can read what is put there */
    PanelSocket(Path socket, Path drop) {
        this.socket = socket;
        this.drop = drop;
    }

    /**
     * Puts a jar live.
     *
     * @return the plugin and its version
     * @throws Failed with the panel's reason
     */
    String develop(Path jar, boolean isolated) {
        Path copy = drop.resolve(jar.getFileName().toString());
        try {
            Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
            ObjectNode request = JSON.createObjectNode().put("action", "plugin.develop");
            request.putObject("input").put("file", copy.toString()).put("isolated", isolated);
            JsonNode done = exchange(request);
            return done.path("plugin").asText().replaceFirst("^plugin:", "")
                    + ' '
                    + done.path("version").asText();
        } catch (IOException e) {
            throw new Failed(
                    "The panel does not answer at " + socket + ": " + e.getMessage()
                            + ". Is it running ('openpanel up'), and are you root or its own user?",
                    e);
        } finally {
            copy.toFile().delete();
        }
    }

    private JsonNode exchange(ObjectNode request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            ByteBuffer line = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
            while (line.hasRemaining()) {
                channel.write(line);
            }
            BufferedReader lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            JsonNode reply = JSON.readTree(Optional.ofNullable(lines.readLine())
                    .orElseThrow(() -> new IOException("it closed the connection")));
            if (!reply.has("ok")) {
                throw new Failed(reply.path("problem").path("detail").asText(reply.toString()));
            }
            return reply.get("ok");
        }
    }
}
