package io.openpanel.kernel.internal.encryption;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.spi.MasterKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What opens the stored secrets on another machine. It lies in a file of its owner's only, and can be asked for, until
 * somebody says to have it elsewhere.
 */
public final class RecoveryKit {
    private static final Logger LOG = LoggerFactory.getLogger(RecoveryKit.class);

    private final MasterKey key;
    private final KernelDatabase database;
    private final InstantSource clock;
    private final Path file;

    /** @param keys the folder of the panel's keys */
    public RecoveryKit(MasterKey key, KernelDatabase database, InstantSource clock, Path keys) {
        this.key = key;
        this.database = database;
        this.clock = clock;
        this.file = keys.resolve("recovery-kit.txt");
    }

    /** Whether there is one to keep. */
    public enum State {
        /** The provider looks after the key itself. */
        NONE,
        WAITING,
        KEPT
    }

    public record Version(String version) {}

    State state(String version) {
        if (key.export().isEmpty()) {
            return State.NONE;
        }
        return database.tx(tx -> tx.one(Version.class, "select version from recovery_kit where version = ?", version))
                        .isPresent()
                ? State.KEPT
                : State.WAITING;
    }

    /** @throws Problem when there is none, or somebody has it */
    String text() {
        MasterKey.State now = key.state();
        return switch (state(now.version())) {
            case NONE -> throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The key is kept by the provider '" + now.provider()
                            + "', which never gives it away; back it up there");
            case KEPT -> throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Somebody has confirmed to have the recovery kit of this key, so it is not shown any more; whoever"
                            + " owns the machine finds the key in keys/kek, and a rotation makes another kit");
            case WAITING -> written(now.version(), key.export().orElseThrow());
        };
    }

    private static String written(String version, String exported) {
        return """
                OpenPanel recovery kit

                Keep it outside of the panel's machine and apart from the backups of its database: together they
                open every stored secret, and without it no backup's secrets open.

                Version  %s
                Key      %s
                Code     %s

                The code shows the panel that somebody has this: openpanel-cli recovery-kit confirm --code CODE
                To put the key back: one line with the key into keys/kek in the panel's home, readable by the
                panel's user only (mode 0600), then start the panel.
                """
                .formatted(version, exported, code(exported));
    }

    /** Eight signs that only the kit has. */
    private static String code(String exported) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(("recovery kit|" + exported).getBytes(StandardCharsets.UTF_8));
            String hex = HexFormat.of().withUpperCase().formatHex(digest, 0, 4);
            return hex.substring(0, 4) + '-' + hex.substring(4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** @throws Problem when the code is not that of the key of now */
    void confirm(String given, String by) {
        MasterKey.State now = key.state();
        String exported = key.export()
                .orElseThrow(() -> new Problem(Problem.Kind.CONFLICT, "There is no recovery kit to confirm"));
        String wanted = code(exported).replace("-", "");
        String said = given.replaceAll("[\\s-]", "").toUpperCase(Locale.ROOT);
        if (!MessageDigest.isEqual(wanted.getBytes(StandardCharsets.US_ASCII), said.getBytes(StandardCharsets.UTF_8))) {
            throw Problem.invalid(
                    "code", "code is not the one in the recovery kit of the key version " + now.version());
        }
        database.tx(tx -> tx.update(
                "insert into recovery_kit (version, confirmed_at, confirmed_by) values (?, ?, ?) on conflict do nothing",
                now.version(),
                clock.instant(),
                by));
        lay();
    }

    /** Puts the file there while nobody has the kit, and takes it away once somebody has. */
    public void lay() {
        try {
            MasterKey.State now = key.state();
            if (state(now.version()) == State.WAITING) {
                write(written(now.version(), key.export().orElseThrow()));
            } else {
                Files.deleteIfExists(file);
            }
        } catch (IOException | Problem e) {
            LOG.warn("The recovery kit in {} could not be brought up to date: {}", file, e.getMessage());
        }
    }

    private void write(String text) throws IOException {
        Path fresh = Files.createTempFile(
                file.getParent(),
                "recovery-kit",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, text);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }
}
