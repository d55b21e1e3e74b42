package io.openpanel.web;

import io.openpanel.api.Duplex;
import java.io.InputStream;
import java.io.OutputStream;

/** A terminal that only remembers that it was closed. */
final class FakeDuplex implements Duplex {
    boolean closed;

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
        closed = true;
    }
}
