package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.setting.Settings;
import io.openpanel.spi.Storage;

/** Takes plugins away, with or without what they stored. */
final class Removal {
    private final Installer installer;
    private final Ledger ledger;
    private final Settings settings;
    private final Storage storage;

    Removal(Installer installer, Ledger ledger, Settings settings, Storage storage) {
        this.installer = installer;
        this.ledger = ledger;
        this.settings = settings;
        this.storage = storage;
    }

    void uninstall(Call call, Ledger.Row row) {
        if (row.state() != Ledger.State.UNINSTALLED) {
            installer.remove(call, row);
        }
    }

    /** The row goes last: what is cut off in between is purged again. */
    void purge(Call call, Ledger.Row row) {
        uninstall(call, row);
        storage.drop(row.plugin());
        Failpoints.hit(Failpoint.PURGE_AFTER_DROP);
        settings.forget(row.plugin());
        ledger.forget(row.plugin());
    }
}
