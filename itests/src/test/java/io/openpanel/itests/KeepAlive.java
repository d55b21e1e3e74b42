package io.openpanel.itests;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** One connection over which GETs are made, with as little of our own time in the figure as can be. */
final class KeepAlive implements Closeable {
    private final SocketChannel channel;
    private final InputStream in;
    private final OutputStream out;

    private KeepAlive(SocketChannel channel) {
        this.channel = channel;
        this.in = new BufferedInputStream(Channels.newInputStream(channel), 1 << 16);
        this.out = Channels.newOutputStream(channel);
    }

    static KeepAlive tcp(int port) throws IOException {
        return open(SocketChannel.open(), new InetSocketAddress("127.0.0.1", port));
    }

    static KeepAlive unix(String path) throws IOException {
        return open(SocketChannel.open(StandardProtocolFamily.UNIX), UnixDomainSocketAddress.of(Path.of(path)));
    }

    private static KeepAlive open(SocketChannel channel, SocketAddress address) throws IOException {
        channel.connect(address);
        return new KeepAlive(channel);
    }

    /** Makes a GET and reads the whole answer; returns its body's length. */
    long get(String path, String... headers) throws IOException {
        StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < headers.length; i += 2) {
            request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
        }
        out.write(request.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        out.flush();
        long length = -1;
        boolean chunked = false;
        String status = line();
        if (!status.contains(" 200")) {
            throw new IOException(path + " answered " + status);
        }
        for (String header = line(); !header.isEmpty(); header = line()) {
            String lower = header.toLowerCase(java.util.Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        return chunked ? chunks() : skip(length);
    }

    private long chunks() throws IOException {
        long total = 0;
        for (long size = Long.parseLong(line().split(";")[0], 16);
                size > 0;
                size = Long.parseLong(line().split(";")[0], 16)) {
            total += skip(size);
            line();
        }
        line();
        return total;
    }

    private long skip(long length) throws IOException {
        if (length < 0) {
            return in.transferTo(OutputStream.nullOutputStream());
        }
        long left = length;
        byte[] buffer = new byte[1 << 16];
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (read < 0) {
                throw new IOException("The answer was cut " + left + " bytes short");
            }
            left -= read;
        }
        return length;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("The connection was closed");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
