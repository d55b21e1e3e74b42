package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops what a marketplace took back. */
final class Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final Ref KERNEL = new Ref("bundle", "kernel");

    private final Marketplaces marketplaces;
    private final Ledger ledger;
    private final Installer installer;

    Revocations(Marketplaces marketplaces, Ledger ledger, Installer installer) {
        this.marketplaces = marketplaces;
        this.ledger = ledger;
        this.installer = installer;
    }

    /** Reads all marketplaces anew. */
    void poll() {
        for (Marketplaces.Row row : marketplaces.all()) {
            try {
                marketplaces.refresh(row.name());
            } catch (Problem problem) {
                LOG.warn("The marketplace {} cannot be read: {}", row.name(), problem.getMessage());
            }
        }
        apply();
    }

    /** Looks through what was read last. */
    void apply() {
        for (Ledger.Row row : ledger.all()) {
            boolean settled = row.state() == Ledger.State.UNINSTALLED || row.state() == Ledger.State.BLOCKED;
            if (!settled && !row.development()) {
                marketplaces
                        .revocation(row.marketplace(), row.plugin(), row.version())
                        .ifPresent(revocation -> block(row, revocation.reason()));
            }
        }
    }

    private void block(Ledger.Row row, String reason) {
        LOG.warn("{} {} was revoked and is stopped: {}", row.plugin(), row.version(), reason);
        installer.stop(row, Ledger.State.BLOCKED, Optional.of("It was revoked: " + reason), KERNEL);
    }
}
