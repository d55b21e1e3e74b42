package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The key in the panel's home that wraps the data keys: a file of its owner's only, one line of base64url. */
public final class KeyFile {
    private static final int KEY_BYTES = 32;

    private final Path file;
    private volatile Key key;

    /** @param file made at the first use, with its folder */
    public KeyFile(Path file) {
        this.file = file;
    }

    /** The key and a name to tell it from others. */
    record Key(String id, SecretKey key) {}

    /** @param mayCreate whether there is nothing yet that another key has wrapped */
    synchronized Key read(boolean mayCreate) {
        if (key == null) {
            try {
                if (mayCreate && Files.notExists(file)) {
                    create();
                }
                key = parse(Files.readString(file).strip());
            } catch (IOException | IllegalArgumentException e) {
                throw new Problem(
                        Problem.Kind.UPSTREAM,
                        "The key file " + file + " cannot be used (" + e + ");"
                                + " put it back from the recovery kit: the secrets in the database need it",
                        e);
            }
        }
        return key;
    }

    /** Written beside, then linked: whoever comes second finds the first one's key, whole. */
    private void create() throws IOException {
        Files.createDirectories(
                file.getParent(), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        String line = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + '\n';
        Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        try {
            Files.createLink(file, fresh);
        } catch (FileAlreadyExistsException e) {
            // The other one's counts.
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static Key parse(String line) {
        byte[] bytes = Base64.getUrlDecoder().decode(line);
        if (bytes.length != KEY_BYTES) {
            throw new IllegalArgumentException("it does not hold " + KEY_BYTES + " bytes");
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Key(HexFormat.of().formatHex(digest, 0, 8), new SecretKeySpec(bytes, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
