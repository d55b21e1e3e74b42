package io.openpanel.kernel.internal.install;

import io.openpanel.api.Ref;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops an installed plugin that fails too often, until somebody starts it again. What came with the panel is never stopped. */
final class Quarantine implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);
    private static final Ref KERNEL = new Ref("bundle", "kernel");

    private final Ledger ledger;
    private final Installer installer;
    private final Set<String> stopping = ConcurrentHashMap.newKeySet();
    /** Never on the thread that failed: it is in the plugin's code, and the stop waits for that. */
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "quarantine");
        thread.setDaemon(true);
        return thread;
    });

    Quarantine(Ledger ledger, Installer installer) {
        this.ledger = ledger;
        this.installer = installer;
    }

    /** Further reasons while it is being stopped are the same one: whoever starts it again starts anew. */
    void put(String plugin, String reason) {
        if (stopping.add(plugin)) {
            worker.execute(() -> stop(plugin, reason));
        }
    }

    private void stop(String plugin, String reason) {
        try {
            ledger.find(plugin)
                    .filter(row -> row.state() == Ledger.State.ENABLED)
                    .ifPresent(row -> {
                        LOG.warn("{} {} is put in quarantine: {}", row.plugin(), row.version(), reason);
                        installer.stop(row, Ledger.State.QUARANTINED, Optional.of(reason), KERNEL);
                    });
        } catch (RuntimeException e) {
            LOG.error("{} cannot be put in quarantine: {}", plugin, e.getMessage(), e);
        } finally {
            stopping.remove(plugin);
        }
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
