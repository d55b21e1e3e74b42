package io.openpanel.docker.internal.terminal;

import com.github.dockerjava.transport.DockerHttpClient.Request;
import io.openpanel.api.Duplex;
import io.openpanel.api.Problem;
import io.openpanel.docker.internal.engine.DockerEngine;
import io.openpanel.docker.internal.engine.Hijack;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicBoolean;

/** A program in a container that somebody looks at and types into. */
final class ContainerTerminal implements Duplex {
    private static final Duration RESIZE = Duration.ofSeconds(5);
    private static final int TRIES = 10;
    private static final long PAUSE_MILLIS = 50;

    private final DockerEngine engine;
    private final Program program;
    private final Hijack connection;
    private final boolean tty;
    private final Runnable hangUp;
    private final InputStream output;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean ended;
    private volatile OptionalInt code = OptionalInt.empty();

    /** @param hangUp ends the program where it still runs */
    ContainerTerminal(DockerEngine engine, Program program, Hijack connection, boolean tty, Runnable hangUp) {
        this.engine = engine;
        this.program = program;
        this.connection = connection;
        this.tty = tty;
        this.hangUp = hangUp;
        this.output = new Noticing(tty ? connection.output() : new Unframed(connection.output()));
    }

    @Override
    public InputStream output() {
        return output;
    }

    @Override
    public OutputStream input() {
        return connection.input();
    }

    @Override
    public void resize(int columns, int rows) {
        if (!tty) {
            return;
        }
        for (int tried = 1; !closed.get(); tried++) {
            try {
                engine.request(
                        "change the size of a terminal",
                        Request.Method.POST,
                        program.path("resize") + "?h=" + rows + "&w=" + columns,
                        RESIZE);
                return;
            } catch (Problem problem) {
                // The engine knows the program's window only a moment after it started the program.
                if (tried == TRIES || ended || problem.kind() == Problem.Kind.UNAVAILABLE || !pause()) {
                    throw problem;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public OptionalInt exitCode() {
        if (ended && code.isEmpty()) {
            code = program.exitCode();
        }
        return code;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        connection.close();
        if (code.isEmpty()) {
            hangUp.run();
        }
    }

    /** Notes that the output has ended. */
    private final class Noticing extends FilterInputStream {
        Noticing(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            try {
                int count = super.read(into, from, length);
                ended |= count < 0;
                return count;
            } catch (IOException e) {
                if (closed.get()) {
                    return -1;
                }
                throw e;
            }
        }
    }
}
