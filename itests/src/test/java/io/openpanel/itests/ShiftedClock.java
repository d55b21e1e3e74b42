package io.openpanel.itests;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;

/**
 * The clock of a panel, to be put forward and back while it runs; the machine's stays right. By an agent in the panel:
 * libfaketime makes a JVM ten times as slow.
 */
final class ShiftedClock implements AutoCloseable {
    private static final String SOURCE =
            """
            package io.openpanel.kernel.internal;

            public final class SystemClock implements java.time.InstantSource {
                @Override
                public java.time.Instant instant() {
                    return java.time.Instant.now().plusSeconds(Long.getLong("%s", 0));
                }
            }
            """
                    .formatted(ClockAgent.OFFSET);

    private final Path folder;

    ShiftedClock() {
        try {
            folder = Files.createTempDirectory("openpanel-clock");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            shift(Duration.ZERO);
            Path source = Files.writeString(folder.resolve("SystemClock.java"), SOURCE);
            int result = ToolProvider.getSystemJavaCompiler()
                    .run(null, null, null, "-d", folder.toString(), source.toString());
            if (result != 0) {
                throw new AssertionError(source + " does not compile");
            }
            Manifest manifest = new Manifest();
            manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
            manifest.getMainAttributes().putValue("Premain-Class", ClockAgent.class.getName());
            try (OutputStream file = Files.newOutputStream(agent());
                    JarOutputStream jar = new JarOutputStream(file, manifest)) {
                add(jar, ClockAgent.CLOCK, Files.newInputStream(folder.resolve(ClockAgent.CLOCK + ".class")));
                for (String name : List.of("ClockAgent", "ClockAgent$1")) {
                    add(jar, "io/openpanel/itests/" + name, ShiftedClock.class.getResourceAsStream(name + ".class"));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void add(JarOutputStream jar, String name, InputStream bytes) throws IOException {
        try (bytes) {
            jar.putNextEntry(new ZipEntry(name + ".class"));
            bytes.transferTo(jar);
        }
    }

    private Path agent() {
        return folder.resolve("agent.jar");
    }

    private Path offset() {
        return folder.resolve("offset");
    }

    /** What the panel's Java is to be started with. */
    String option() {
        return "-javaagent:" + agent() + '=' + offset();
    }

    /** How far from the machine's clock it is, within a tenth of a second from now. */
    void shift(Duration by) {
        try {
            Path next = Files.writeString(folder.resolve("next"), String.valueOf(by.toSeconds()));
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-r--r--"));
            Files.move(next, offset(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Wait.millis(150);
    }

    @Override
    public void close() {
        Panel.run(List.of("rm", "-rf", "--one-file-system", folder.toString()), Map.of(), null);
    }
}
