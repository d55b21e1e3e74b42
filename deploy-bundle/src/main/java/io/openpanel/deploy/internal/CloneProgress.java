package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ProgressMonitor;

/** Ends a clone that was cancelled, takes too long or grows too large. */
final class CloneProgress implements ProgressMonitor {
    private static final long LARGEST = 2L << 30;
    private static final long LOOK_NANOS = 2_000_000_000L;

    private final Call call;
    private final Path folder;
    private final Duration longest;
    private final long end;
    private long nextLook = System.nanoTime() + LOOK_NANOS;

    CloneProgress(Call call, Path folder, Duration longest) {
        this.longest = longest;
        this.end = System.nanoTime() + longest.toNanos();
        this.call = call;
        this.folder = folder;
    }

    @Override
    public void start(int totalTasks) {
        // The log says what matters.
    }

    @Override
    public void beginTask(String title, int totalWork) {
        check();
    }

    @Override
    public void update(int completed) {
        if (System.nanoTime() > nextLook) {
            nextLook = System.nanoTime() + LOOK_NANOS;
            check();
        }
    }

    /** @throws Problem when it was cancelled or takes too long */
    void checkTime() {
        Health.stopIfCancelled(call);
        if (remaining().isNegative()) {
            throw new Problem(
                    Problem.Kind.TIMEOUT,
                    "The clone took longer than " + longest.toMinutes()
                            + " minutes; is the repository very large or its server slow?");
        }
    }

    Duration remaining() {
        return Duration.ofNanos(end - System.nanoTime());
    }

    /** @throws Problem when it was cancelled, takes too long or is too large */
    void check() {
        checkTime();
        if (size() > LARGEST) {
            throw new Problem(Problem.Kind.INVALID, "The repository is larger than 2 GiB; keep large files out of it");
        }
    }

    private long size() {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException | UncheckedIOException e) {
            // A file that was moved away while we looked: the next look sees it.
            return 0;
        }
    }

    @Override
    public void endTask() {
        // Nothing was opened.
    }

    @Override
    public boolean isCancelled() {
        return call.cancelled();
    }

    @Override
    public void showDuration(boolean enabled) {
        // The job's step has its duration.
    }
}
