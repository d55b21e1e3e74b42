package io.openpanel.docker.internal.engine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A connection to the engine that begins as HTTP and then carries bytes both ways. The client library has one too, but
 * none whose input can end, and none that tells what the engine refuses.
 */
public final class Hijack implements AutoCloseable {
    private static final int LONGEST_HEAD = 16 * 1024;
    private static final int LONGEST_REFUSAL = 64 * 1024;
    private static final int NOT_FOUND = -1;
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] (\\d{3})");
    private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: *(\\d+)");
    private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final SocketChannel channel;
    private final Runnable ended;
    private ByteBuffer early = ByteBuffer.allocate(0);

    private Hijack(SocketChannel channel, Runnable ended) {
        this.channel = channel;
        this.ended = ended;
    }

    /**
     * Posts a JSON body and waits for the engine to agree.
     *
     * @param limit until it has to
     * @param ended runs when it is closed
     */
    static Hijack open(
            URI host, String path, byte[] body, Duration limit, ScheduledExecutorService timer, Runnable ended) {
        boolean[] late = new boolean[1];
        try {
            Hijack hijack = new Hijack(connect(host), ended);
            Future<?> deadline = timer.schedule(
                    () -> {
                        late[0] = true;
                        hijack.close();
                    },
                    limit.toMillis(),
                    TimeUnit.MILLISECONDS);
            try {
                hijack.begin(path, body);
                return hijack;
            } catch (IOException | RuntimeException e) {
                hijack.close();
                throw e;
            } finally {
                deadline.cancel(false);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(
                    late[0] ? new SocketTimeoutException("The engine did not answer in time") : e);
        }
    }

    private static SocketChannel connect(URI host) throws IOException {
        if ("unix".equals(host.getScheme())) {
            SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
            channel.connect(UnixDomainSocketAddress.of(host.getPath()));
            return channel;
        }
        SocketChannel channel = SocketChannel.open(new InetSocketAddress(host.getHost(), host.getPort()));
        channel.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        return channel;
    }

    private void begin(String path, byte[] body) throws IOException {
        String head = "POST " + path + " HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
        write(ByteBuffer.wrap(body));
        String answer = readHead();
        Matcher status = STATUS.matcher(answer);
        if (!status.lookingAt()) {
            throw new IOException("The engine's answer is no HTTP");
        }
        int code = Integer.parseInt(status.group(1));
        if (code != 101 && code != 200) {
            throw EngineProblems.answered("open it", code, EngineProblems.said(readRefusal(answer)));
        }
    }

    private String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        while (head.size() < LONGEST_HEAD) {
            if (channel.read(buffer.clear()) < 0) {
                throw new IOException("it closed the connection");
            }
            head.write(buffer.array(), 0, buffer.position());
            byte[] bytes = head.toByteArray();
            int end = endOfHead(bytes);
            if (end != NOT_FOUND) {
                early = ByteBuffer.wrap(bytes, end, bytes.length - end);
                return new String(bytes, 0, end, StandardCharsets.ISO_8859_1);
            }
        }
        throw new IOException("The engine's answer has no end");
    }

    private static int endOfHead(byte[] bytes) {
        for (int i = END_OF_HEAD.length; i <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i - END_OF_HEAD.length, i, END_OF_HEAD, 0, END_OF_HEAD.length)) {
                return i;
            }
        }
        return NOT_FOUND;
    }

    private String readRefusal(String head) throws IOException {
        Matcher length = LENGTH.matcher(head);
        int size = length.find() ? Math.min(LONGEST_REFUSAL, Integer.parseInt(length.group(1))) : LONGEST_REFUSAL;
        return new String(output().readNBytes(size), StandardCharsets.UTF_8);
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** What the engine sends. Not by {@code Channels}, whose streams of one channel wait for each other. */
    public InputStream output() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int from, int length) throws IOException {
                if (early.hasRemaining()) {
                    int count = Math.min(length, early.remaining());
                    early.get(into, from, count);
                    return count;
                }
                return channel.read(ByteBuffer.wrap(into, from, length));
            }
        };
    }

    /** What the engine gets; closed, it ends while what the engine sends goes on. */
    public OutputStream input() {
        return new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                Hijack.this.write(ByteBuffer.wrap(bytes, from, length));
            }

            @Override
            public void close() throws IOException {
                channel.shutdownOutput();
            }
        };
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } finally {
            ended.run();
        }
    }
}
