package io.openpanel.testkit;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * An empty database cluster, initialised once and copied for each server: {@code initdb} takes seconds, a copy less.
 *
 * @param folder holds {@code data} and {@code password}
 */
record Cluster(Path folder, String password) {
    static Cluster prepared(PostgresBinaries binaries, Programs programs) throws IOException {
        Path folder = binaries.home().resolve("cluster-" + programs.user());
        if (Files.notExists(folder)) {
            initialise(binaries, programs, folder);
        }
        return new Cluster(folder, Files.readString(folder.resolve("password")));
    }

    void copyTo(Path data) {
        Path log = data.resolveSibling("log");
        // As this user, who may keep the owner of the files where that is another one.
        try {
            Process copy = new ProcessBuilder("cp", "-a", folder.resolve("data").toString(), data.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (copy.waitFor() != 0) {
                throw new IllegalStateException("The cluster could not be copied: " + Files.readString(log));
            }
        } catch (IOException e) {
            throw new IllegalStateException("The cluster could not be copied", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the cluster was copied", e);
        }
    }

    private static void initialise(PostgresBinaries binaries, Programs programs, Path folder) throws IOException {
        Path fresh = Files.createTempDirectory(binaries.home(), "initdb");
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        Path password = fresh.resolve("password");
        Files.createFile(password, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(password, HexFormat.of().formatHex(random));
        programs.give(password);
        Path data = Files.createDirectory(fresh.resolve("data"));
        programs.give(data);
        programs.run(
                fresh.resolve("log"),
                binaries.program("initdb"),
                "-D",
                data.toString(),
                "-U",
                "postgres",
                "-E",
                "UTF8",
                "--locale=C",
                "--auth=scram-sha-256",
                "--pwfile=" + password,
                "--no-sync");
        try {
            Files.move(fresh, folder);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            Folders.delete(fresh);
        }
    }
}
