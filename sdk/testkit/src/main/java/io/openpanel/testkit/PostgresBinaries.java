package io.openpanel.testkit;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Properties;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The server's programs, unpacked from the class path once for each version and user. */
final class PostgresBinaries {
    private final Path home;

    private PostgresBinaries(Path home) {
        this.home = home;
    }

    static PostgresBinaries unpacked() {
        try {
            Path home = Path.of(
                    System.getProperty("java.io.tmpdir"),
                    "openpanel-postgres-" + version() + "-" + System.getProperty("user.name"));
            Files.createDirectories(
                    home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            requireOurs(home);
            if (Files.notExists(home.resolve("pgsql"))) {
                unpack(home);
            }
            return new PostgresBinaries(home);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL's programs could not be unpacked", e);
        }
    }

    /** Where everything of this version lies. */
    Path home() {
        return home;
    }

    String program(String name) {
        return home.resolve("pgsql/bin").resolve(name).toString();
    }

    private static void requireOurs(Path home) throws IOException {
        String owner = Files.getOwner(home, LinkOption.NOFOLLOW_LINKS).getName();
        if (!owner.equals(System.getProperty("user.name"))) {
            throw new IOException(home + " belongs to " + owner + "; remove it, or set java.io.tmpdir");
        }
    }

    private static void unpack(Path home) throws IOException {
        Path fresh = Files.createTempDirectory(home, "unpack");
        try (InputStream resource = PostgresBinaries.class.getResourceAsStream(archive());
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(resource)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                write(entry, tar, fresh);
            }
        }
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        try {
            Files.move(fresh, home.resolve("pgsql"));
        } catch (IOException e) {
            // Another process of the same build was faster.
            Folders.delete(fresh);
            if (Files.notExists(home.resolve("pgsql"))) {
                throw e;
            }
        }
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path folder) throws IOException {
        Path target = folder.resolve(entry.getName()).normalize();
        if (!target.startsWith(folder)) {
            throw new IOException("The archive leaves its folder: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
            return;
        }
        Files.copy(content, target);
        Files.setPosixFilePermissions(target, permissions((entry.getMode() & 0100) != 0));
    }

    private static Set<PosixFilePermission> permissions(boolean executable) {
        return EnumSet.copyOf(PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
    }

    private static String archive() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
            case "aarch64" -> "/postgres-linux-arm_64.txz";
            default -> throw new IllegalStateException(
                    "There is no PostgreSQL for the tests on " + System.getProperty("os.arch"));
        };
    }

    private static String version() throws IOException {
        Properties properties = new Properties();
        try (InputStream resource = PostgresBinaries.class.getResourceAsStream("postgres.properties")) {
            properties.load(resource);
        }
        return properties.getProperty("version");
    }
}
