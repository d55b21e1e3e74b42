package io.openpanel.data.internal.secret;

import io.openpanel.api.Problem;
import io.openpanel.spi.KeyProvider;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * The key in the panel's home: a file of its owner's only, one line of base64url. Former keys lie beside it, {@code kek-}
 * and their version: what was wrapped before, and backups of it, need them.
 */
public final class KeyFile implements KeyProvider {
    public static final String NAME = "file";
    private static final int KEY_BYTES = 32;

    private final Path file;
    private volatile Key key;

    /** @param file made at the first use, with its folder */
    public KeyFile(Path file) {
        this.file = file;
    }

    /** The key and a name to tell it from others. */
    private record Key(String id, SecretKey key) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public synchronized void begin() {
        if (Files.exists(file)) {
            return;
        }
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Path fresh = write(random());
            try {
                // Linked, not moved: whoever comes second finds the first one's key, whole.
                Files.createLink(file, fresh);
            } catch (FileAlreadyExistsException e) {
                // The other one's counts.
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    @Override
    public String version() {
        return current().id();
    }

    /** At each moment there is a key in the file, and each key that wrapped something is in one. */
    @Override
    public synchronized void rotate() {
        byte[] random = random();
        try {
            Path fresh = write(random);
            keep(current());
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unusable(e);
        }
        key = key(random);
    }

    private void keep(Key former) throws IOException {
        try {
            Files.createLink(beside(former.id()), file);
        } catch (FileAlreadyExistsException e) {
            // It was left by a rotation that did not end.
        }
    }

    private Path beside(String id) {
        return file.resolveSibling(file.getFileName() + "-" + id);
    }

    @Override
    public String wrap(byte[] dataKey, String associated) {
        Key wrapping = current();
        return Envelope.seal(wrapping.id(), wrapping.key(), dataKey, associated).toString();
    }

    @Override
    public Optional<String> versionOf(String wrapped) {
        return Envelope.is(wrapped) ? Optional.of(Envelope.parse(wrapped).key()) : Optional.empty();
    }

    @Override
    public byte[] unwrap(String wrapped, String associated) {
        Envelope envelope = Envelope.parse(wrapped);
        try {
            return envelope.open(find(envelope.key()).key(), associated);
        } catch (GeneralSecurityException e) {
            throw new Problem(
                    Problem.Kind.UPSTREAM,
                    "A data key does not open with the key in the panel's home ("
                            + current().id() + "); put back the key file that belongs to this database",
                    e);
        }
    }

    @Override
    public Optional<String> export() {
        return Optional.of(Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(current().key().getEncoded()));
    }

    @Override
    public Optional<Duration> lease() {
        return Optional.empty();
    }

    private Key find(String id) throws GeneralSecurityException {
        Key now = current();
        if (now.id().equals(id)) {
            return now;
        }
        for (Path each : new Path[] {file, beside(id)}) {
            if (Files.exists(each)) {
                Key found = read(each);
                if (found.id().equals(id)) {
                    return found;
                }
            }
        }
        throw new GeneralSecurityException("wrapped by the key " + id);
    }

    private Key current() {
        Key known = key;
        if (known == null) {
            known = read(file);
            key = known;
        }
        return known;
    }

    private Key read(Path from) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(Files.readString(from).strip());
            if (bytes.length != KEY_BYTES) {
                throw new IllegalArgumentException("it does not hold " + KEY_BYTES + " bytes");
            }
            return key(bytes);
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(e);
        }
    }

    private Problem unusable(Exception cause) {
        return new Problem(
                Problem.Kind.UPSTREAM,
                "The key file " + file + " cannot be used (" + cause + ");"
                        + " put it back from the recovery kit: the secrets in the database need it",
                cause);
    }

    private static byte[] random() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return random;
    }

    private Path write(byte[] bytes) throws IOException {
        String line = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes) + '\n';
        Path fresh = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
        try (FileChannel channel = FileChannel.open(
                fresh,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
            channel.force(true);
        }
        return fresh;
    }

    private static Key key(byte[] bytes) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new Key(HexFormat.of().formatHex(digest, 0, 8), new SecretKeySpec(bytes, "AES"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
