package io.openpanel.kernel.internal;

import io.openpanel.api.Duplex;
import java.io.InputStream;
import java.io.OutputStream;

/** A terminal that says nothing and hears nothing. */
public class SilentTerminal implements Duplex {
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
        // It has no window.
    }

    @Override
    public void close() {
        // Nothing is behind it.
    }
}
