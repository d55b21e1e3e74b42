package io.openpanel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;

/**
 * The clock of a panel, to be put forward and back while it runs; the machine's stays right. By an agent in the panel:
 * libfaketime makes a JVM ten times as slow.
 */
final class ShiftedClock implements AutoCloseable {
    private static final String SOURCE =
            """
            package io.openpanel.kernel.internal;

            import java.nio.file.Files;
            import java.nio.file.Path;
            import java.time.Instant;

            public final class SystemClock implements java.time.InstantSource {
                private static volatile long offset;

                static {
                    Thread thread = new Thread(SystemClock::follow, "shifted-clock");
                    thread.setDaemon(true);
                    thread.start();
                }

                private static void follow() {
                    try {
                        while (true) {
                            offset = Long.parseLong(Files.readString(Path.of(System.getProperty("%s"), "offset")));
                            Thread.sleep(50);
                        }
                    } catch (java.io.IOException | InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }

                @Override
                public Instant instant() {
                    return Instant.now().plusSeconds(offset);
                }
            }
            """
                    .formatted(ReplacingAgent.FOLDER);

    private final Replacement replacement = new Replacement("io/openpanel/kernel/internal/SystemClock", SOURCE);

    ShiftedClock() {
        shift(Duration.ZERO);
    }

    /** What the panel is to be started with. */
    Map<String, String> environment() {
        return replacement.environment();
    }

    /** How far from the machine's clock it is, within a tenth of a second from now. */
    void shift(Duration by) {
        Path folder = replacement.folder();
        try {
            Path next = Files.writeString(folder.resolve("next"), String.valueOf(by.toSeconds()));
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(next, folder.resolve("offset"), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Wait.millis(150);
    }

    @Override
    public void close() {
        replacement.close();
    }
}
