package io.openpanel.docker.internal.build;

import io.openpanel.api.Problem;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Room where the engine keeps its images.
 *
 * @param total in bytes
 * @param free in bytes, for those who are not root
 */
public record DiskSpace(long total, long free) {
    private static final int LEAST_PERCENT = 10;
    private static final double GIGA = 1e9;

    /** The room on the disk of a directory of this machine; empty when it is not here. */
    public static Optional<DiskSpace> of(Path directory) {
        try {
            FileStore store = Files.getFileStore(directory);
            return Optional.of(new DiskSpace(store.getTotalSpace(), store.getUsableSpace()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @throws Problem {@link Problem.Kind#UNAVAILABLE} when less than a tenth is free */
    void requireRoom(Path directory) {
        if (free * 100 < total * LEAST_PERCENT) {
            throw new Problem(
                    Problem.Kind.UNAVAILABLE,
                    String.format(
                            Locale.ROOT,
                            "Only %.1f GB (%d %%) are free in %s, where the engine keeps its images; builds need %d %%."
                                    + " Delete images you no longer need or enlarge the disk, then deploy again",
                            free / GIGA,
                            free * 100 / Math.max(1, total),
                            directory,
                            LEAST_PERCENT));
        }
    }
}
