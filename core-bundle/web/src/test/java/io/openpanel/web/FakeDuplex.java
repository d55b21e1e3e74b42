package io.openpanel.web;

import io.openpanel.api.Duplex;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;

/** A terminal whose far end is a test: it prints what it is told to, and remembers what was typed. */
final class FakeDuplex implements Duplex {
    private static final byte[] END = new byte[0];

    final List<String> sizes = new CopyOnWriteArrayList<>();
    volatile boolean closed;
    volatile boolean eof;
    volatile OptionalInt code = OptionalInt.empty();
    private final BlockingQueue<byte[]> printed = new LinkedBlockingQueue<>();
    private final ByteArrayOutputStream typed = new ByteArrayOutputStream();

    void print(byte[] bytes) {
        printed.add(bytes);
    }

    void exit(int exitCode) {
        code = OptionalInt.of(exitCode);
        printed.add(END);
    }

    String typed() {
        synchronized (typed) {
            return typed.toString(StandardCharsets.UTF_8);
        }
    }

    int waiting() {
        return printed.size();
    }

    @Override
    public InputStream output() {
        return new InputStream() {
            @Override
            public int read() {
                throw new UnsupportedOperationException("Read several");
            }

            @Override
            public int read(byte[] into, int from, int length) {
                try {
                    byte[] next = printed.take();
                    System.arraycopy(next, 0, into, from, next.length);
                    return next == END ? -1 : next.length;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return -1;
                }
            }
        };
    }

    @Override
    public OutputStream input() {
        return new OutputStream() {
            @Override
            public void write(int one) {
                write(new byte[] {(byte) one}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int length) {
                synchronized (typed) {
                    typed.write(bytes, from, length);
                }
            }

            @Override
            public void close() {
                eof = true;
            }
        };
    }

    @Override
    public void resize(int columns, int rows) {
        sizes.add(columns + "x" + rows);
    }

    @Override
    public OptionalInt exitCode() {
        return code;
    }

    @Override
    public void close() {
        closed = true;
        printed.add(END);
    }
}
