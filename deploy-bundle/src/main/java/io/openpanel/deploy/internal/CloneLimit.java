package io.openpanel.deploy.internal;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;

/** Ends the connection of a clone over SSH that was cancelled or takes too long: reading from it does not end by itself. */
final class SshLimit implements AutoCloseable {
    private static final long LOOK_MILLIS = 500;

    private final ScheduledExecutorService timer;

    /** @param ssh null where the clone goes another way */
    SshLimit(CloneProgress progress, SshdSessionFactory ssh) {
        if (ssh == null) {
            timer = null;
            return;
        }
        timer = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "clone-limit");
            thread.setDaemon(true);
            return thread;
        });
        timer.scheduleWithFixedDelay(
                () -> {
                    if (progress.isCancelled() || progress.remaining().isNegative()) {
                        ssh.close();
                    }
                },
                LOOK_MILLIS,
                LOOK_MILLIS,
                TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }
}
