package io.openpanel.teams.internal;

import io.openpanel.api.Ref;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Optional;

/** The one line in {@code run/setup-token} that shows that whoever sets the panel up can read the server's files. */
final class SetupToken {
    private static final String SHAPE = "[0-9a-z]{32}";

    private final Path file;

    SetupToken(Path file) {
        this.file = file;
    }

    /** Leaves the token of an earlier start as it is, so that what was printed stays good. */
    void write() {
        if (read().isPresent()) {
            return;
        }
        String token = Ref.create("setup").id() + Ref.create("setup").id();
        try {
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempFile(
                    file.getParent(),
                    "setup-token",
                    ".new",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.writeString(fresh, token + '\n');
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The set-up token could not be written to " + file, e);
        }
    }

    void delete() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The set-up token in " + file + " is of no use any more but could not be deleted", e);
        }
    }

    boolean matches(String text) {
        byte[] given = text.strip().getBytes(StandardCharsets.UTF_8);
        return read().map(token -> MessageDigest.isEqual(token.getBytes(StandardCharsets.US_ASCII), given))
                .orElse(false);
    }

    private Optional<String> read() {
        try {
            return Optional.of(Files.readString(file).strip()).filter(token -> token.matches(SHAPE));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
