package io.openpanel.local.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Somebody at the door: says lines, reads lines. */
final class Visitor implements AutoCloseable {
    private final SocketChannel channel;
    private final BufferedReader lines;

    Visitor(Path socket) throws IOException {
        channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        channel.connect(UnixDomainSocketAddress.of(socket));
        lines = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
    }

    void say(String line) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap((line + '\n').getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    String hear() throws IOException {
        return lines.readLine();
    }

    String ask(String line) throws IOException {
        say(line);
        return hear();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
