package io.openpanel.kernel.internal.audit;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs checkpoints into the database, and writes each into a file beside it, for copies that are kept elsewhere. */
public final class Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final int LONGEST_LINE = 4096;

    private final KernelDatabase database;
    private final InstantSource clock;
    private final SigningKey key;
    private final Path file;
    private long written = -1;
    private String said = "";

    /** @param home the panel's folder: its {@code keys} holds the key, its {@code log} the file */
    public Checkpoints(KernelDatabase database, InstantSource clock, Path home) {
        this.database = database;
        this.clock = clock;
        this.key = new SigningKey(home.resolve("keys").resolve("audit"));
        this.file = home.resolve("log").resolve("audit-checkpoints.jsonl");
    }

    public record Stored(long id, long position, long seq, byte[] hash, Instant at, String keyId, byte[] signature) {
        Checkpoint checkpoint() {
            return new Checkpoint(position, seq, hash, at, keyId, signature);
        }
    }

    public record Count(long count) {}

    SigningKey key() {
        return key;
    }

    Path file() {
        return file;
    }

    /** Signs links in the transaction that they are written in. Without a usable key none is made; the next checkpoint covers these links too. */
    void sign(Database.Tx tx, List<Link> links) {
        boolean fresh = key.isMissing();
        List<Checkpoint> signed;
        try {
            key.make();
            signed = links.stream()
                    .map(link -> Checkpoint.of(link, clock.instant(), key))
                    .toList();
        } catch (Problem e) {
            sayOnce(e.getMessage());
            return;
        }
        if (fresh) {
            sayWhatIsLost(tx);
        }
        tx.batch(
                """
                insert into audit_checkpoint (position, seq, hash, at, key_id, signature)
                values (:position, :seq, :hash, :at, :keyId, :signature)
                """,
                signed);
    }

    private void sayWhatIsLost(Database.Tx tx) {
        long before = tx.one(Count.class, "select count(*) as count from audit_checkpoint")
                .orElseThrow()
                .count();
        if (before > 0) {
            sayOnce("The key " + key.file()
                    + " of the audit trail's checkpoints was gone and a new one was made; nobody"
                    + " can tell any more whether the " + before + " checkpoints before it are the panel's own. If you"
                    + " have the former file, put it back");
        }
    }

    /** Adds what the file does not have yet. */
    void writeFile() {
        try {
            if (written < 0) {
                written = lastLine().flatMap(Checkpoint::read).map(this::idOf).orElse(0L);
            }
            List<Stored> missing;
            do {
                missing = database.tx(tx -> tx.list(
                        Stored.class,
                        "select id, " + Checkpoint.COLUMNS
                                + " from audit_checkpoint where id > ? order by id limit 1000",
                        written));
                append(missing);
            } while (!missing.isEmpty());
        } catch (IOException e) {
            sayOnce("The checkpoints of the audit trail cannot be written to " + file + " (" + e
                    + "); they are in the database alone until this works again");
        }
    }

    private void append(List<Stored> missing) throws IOException {
        if (missing.isEmpty()) {
            return;
        }
        StringBuilder lines = new StringBuilder(endsInALine() ? "" : "\n");
        for (Stored each : missing) {
            lines.append(each.checkpoint().line(key.openIf(each.keyId()))).append('\n');
        }
        open();
        Files.writeString(file, lines, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        Failpoints.hit(Failpoint.AUDIT_AFTER_FILE);
        written = missing.get(missing.size() - 1).id();
    }

    private void open() throws IOException {
        if (Files.notExists(file)) {
            Files.createDirectories(file.getParent());
            Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                    .close();
        }
    }

    private long idOf(Checkpoint last) {
        return database.tx(tx -> tx.one(
                        Count.class,
                        "select coalesce(max(id), 0) as count from audit_checkpoint where position = ? and hash = ?",
                        last.position(),
                        last.hash()))
                .orElseThrow()
                .count();
    }

    private Optional<String> lastLine() throws IOException {
        List<String> lines = tail().lines().toList();
        return lines.isEmpty() ? Optional.empty() : Optional.of(lines.get(lines.size() - 1));
    }

    private boolean endsInALine() throws IOException {
        String tail = tail();
        return tail.isEmpty() || tail.endsWith("\n");
    }

    private String tail() throws IOException {
        if (Files.notExists(file)) {
            return "";
        }
        try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
            open.seek(Math.max(0, open.length() - LONGEST_LINE));
            byte[] bytes = new byte[(int) (open.length() - open.getFilePointer())];
            open.readFully(bytes);
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private void sayOnce(String message) {
        if (!said.equals(message)) {
            said = message;
            LOG.warn(message);
        }
    }
}
