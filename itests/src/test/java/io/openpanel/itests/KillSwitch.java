package io.openpanel.itests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Ends a panel as {@code kill -9} would, at the point of its code that it was set for. */
final class KillSwitch implements AutoCloseable {
    private static final String SOURCE =
            """
            package io.openpanel.kernel.internal;

            import java.io.IOException;
            import java.nio.file.Files;
            import java.nio.file.Path;

            public final class Failpoints {
                private static final Path FOLDER = Path.of(System.getProperty("%s"));

                public static synchronized void hit(Failpoint point) {
                    Path passed = FOLDER.resolve("passed").resolve(point.toString());
                    Path set = FOLDER.resolve("set").resolve(point.toString());
                    try {
                        if (Files.notExists(passed)) {
                            Files.createFile(passed);
                        }
                        if (Files.deleteIfExists(set)) {
                            Runtime.getRuntime().halt(137);
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            """
                    .formatted(ReplacingAgent.FOLDER);

    private final Replacement replacement = new Replacement("io/openpanel/kernel/internal/Failpoints", SOURCE);

    KillSwitch() {
        for (String each : List.of("passed", "set")) {
            open(each);
        }
    }

    /** The panel's user writes there. */
    private void open(String name) {
        try {
            Path folder = Files.createDirectory(replacement.folder().resolve(name));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every point there is, as the kernel itself lists them. */
    static List<String> points() {
        try (URLClassLoader kernel = new URLClassLoader(new URL[] {
            Panel.ROOT.resolve("core-bundle/kernel/target/classes").toUri().toURL()
        })) {
            Class<?> points = Class.forName("io.openpanel.kernel.internal.Failpoint", true, kernel);
            return Arrays.stream(points.getEnumConstants())
                    .map(Object::toString)
                    .toList();
        } catch (MalformedURLException | ClassNotFoundException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the panel is to be started with. */
    Map<String, String> environment() {
        return replacement.environment();
    }

    /** The panel ends the next time it comes to this point. */
    void set(String point) {
        try {
            Files.createFile(folder("set").resolve(point));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void unset(String point) {
        try {
            Files.deleteIfExists(folder("set").resolve(point));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it has ended there. */
    boolean isSpent(String point) {
        return Files.notExists(folder("set").resolve(point));
    }

    /** Whether the panel was ever at this point. */
    boolean passed(String point) {
        return Files.exists(folder("passed").resolve(point));
    }

    private Path folder(String name) {
        return replacement.folder().resolve(name);
    }

    @Override
    public void close() {
        replacement.close();
    }
}
