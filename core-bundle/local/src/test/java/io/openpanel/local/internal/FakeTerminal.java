package io.openpanel.local.internal;

import io.openpanel.api.Duplex;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** A terminal that only notes that it was closed. */
record FakeTerminal(AtomicBoolean closed) implements Duplex {
    @Override
    public InputStream output() {
        return InputStream.nullInputStream();
    }

    @Override
    public OutputStream input() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public void resize(int columns, int rows) {
        // Nobody looks at it.
    }

    @Override
    public void close() {
        closed.set(true);
    }
}
