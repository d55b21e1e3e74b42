package io.openpanel.kernel.internal.install;

import io.openpanel.api.Database;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.marketplace.PluginFile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The jars of installed plugins, in the database: each node has them, and a backup of it is a backup of them. */
final class PluginFiles {
    private static final int PART = 1 << 20;
    private static final Duration LONGEST_INSTALL = Duration.ofHours(1);

    private final KernelDatabase database;

    PluginFiles(KernelDatabase database) {
        this.database = database;
    }

    public record Part(byte[] bytes) {}

    public record Found(long parts) {}

    /** Keeps a file that was checked; one that is there already is kept as it is. */
    void keep(Path file, PluginFile declared, Instant now) {
        database.tx(tx -> {
            int made = tx.update(
                    """
                    insert into plugin_file (sha256, plugin, version, size, kept_at) values (?, ?, ?, ?, ?)
                    on conflict (sha256) do nothing
                    """,
                    declared.sha256(),
                    declared.id(),
                    declared.version(),
                    declared.size(),
                    now);
            if (made > 0) {
                write(tx, declared.sha256(), file);
            }
            tx.update("update plugin_file set kept_at = ? where sha256 = ?", now, declared.sha256());
            return null;
        });
    }

    private static void write(Database.Tx tx, String sha256, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            int position = 0;
            for (byte[] part = in.readNBytes(PART); part.length > 0; part = in.readNBytes(PART)) {
                tx.update("insert into plugin_part (sha256, position, bytes) values (?, ?, ?)", sha256, position, part);
                position++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file.getFileName(), e);
        }
    }

    boolean has(String sha256) {
        return database.tx(
                        tx -> tx.one(Found.class, "select count(*) as parts from plugin_part where sha256 = ?", sha256))
                .filter(found -> found.parts() > 0)
                .isPresent();
    }

    /** A kept file, read part by part. */
    InputStream open(String sha256) {
        return new InputStream() {
            private InputStream part = InputStream.nullInputStream();
            private int position;
            private boolean ended;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                int read = part.read(bytes, offset, length);
                while (read < 0 && !ended) {
                    next();
                    read = part.read(bytes, offset, length);
                }
                return read;
            }

            private void next() {
                Optional<Part> found = database.tx(tx -> tx.one(
                        Part.class,
                        "select bytes from plugin_part where sha256 = ? and position = ?",
                        sha256,
                        position));
                ended = found.isEmpty();
                position++;
                part = new ByteArrayInputStream(found.map(Part::bytes).orElse(new byte[0]));
            }
        };
    }

    /** Drops the files that no installed plugin runs or could go back to, nor one that is being installed. */
    void dropUnused(Instant now) {
        database.tx(tx -> tx.update(
                """
                delete from plugin_file f where kept_at < ? and not exists
                    (select from plugin_install i where f.sha256 in (i.sha256, i.former_sha256))
                """,
                now.minus(LONGEST_INSTALL)));
    }
}
