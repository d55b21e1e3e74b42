package io.openpanel.api;

import java.io.InputStream;
import java.io.OutputStream;
import java.util.OptionalInt;
import org.osgi.annotation.versioning.ConsumerType;

/** A two-way stream returned by an action: a terminal. */
@ConsumerType
public interface Duplex extends AutoCloseable {
    /** What the far end prints. */
    InputStream output();

    /** What the near end types. */
    OutputStream input();

    /** Tells the far end the size of the window, in characters. */
    void resize(int columns, int rows);

    /** The exit code, once {@link #output} has ended and where the far end is a program. */
    default OptionalInt exitCode() {
        return OptionalInt.empty();
    }

    /** Ends the far end too. Called once, from any thread, perhaps while another one reads or writes. */
    @Override
    void close();
}
