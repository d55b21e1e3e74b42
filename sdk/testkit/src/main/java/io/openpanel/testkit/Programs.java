package io.openpanel.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs the server's programs, which refuse to run as root, as a user that exists on the machine. */
final class Programs {
    private final Optional<String> user;

    private Programs(Optional<String> user) {
        this.user = user;
    }

    static Programs forThisUser() {
        if (!System.getProperty("user.name").equals("root")) {
            return new Programs(Optional.empty());
        }
        try {
            List<String> users = Files.readAllLines(Path.of("/etc/passwd")).stream()
                    .map(line -> line.substring(0, line.indexOf(':')))
                    .toList();
            return new Programs(Stream.of("openpanel", "postgres", "nobody")
                    .filter(users::contains)
                    .findFirst());
        } catch (IOException e) {
            throw new UncheckedIOException("/etc/passwd could not be read", e);
        }
    }

    /** Whose the server's files are. */
    String user() {
        return user.orElse(System.getProperty("user.name"));
    }

    /** Lets the server's user own the file. */
    void give(Path file) throws IOException {
        if (user.isPresent()) {
            Files.setOwner(
                    file, file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(user.get()));
        }
    }

    Process start(Path log, String... command) {
        List<String> line = new ArrayList<>();
        user.ifPresent(name ->
                line.addAll(List.of("setpriv", "--reuid=" + name, "--regid=" + group(name), "--clear-groups", "--")));
        line.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(line)
                .directory(log.getParent().toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(command[0] + " could not be started", e);
        }
    }

    void run(Path log, String... command) {
        Process process = start(log, command);
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(command[0] + " did not end within 2 minutes");
            }
            if (process.exitValue() != 0) {
                throw new IllegalStateException(command[0] + " ended with " + process.exitValue() + ": "
                        + Files.readString(log, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while " + command[0] + " ran", e);
        }
    }

    private static String group(String user) {
        try (var lines = Files.lines(Path.of("/etc/passwd"))) {
            return lines.filter(line -> line.startsWith(user + ":"))
                    .map(line -> line.split(":")[3])
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException("/etc/passwd could not be read", e);
        }
    }
}
