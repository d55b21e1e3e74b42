package io.openpanel.kernel.internal.install;

import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.KernelDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What is installed: the rows that the framework is made to follow. */
final class Ledger {
    private static final String COLUMNS = "plugin, title, state, reason, marketplace, publisher, version, sha256,"
            + " permissions, former_version, former_sha256, former_permissions,"
            + " isolated, development, former_development, installed_at, changed_at, changed_by";

    private final KernelDatabase database;

    Ledger(KernelDatabase database) {
        this.database = database;
    }

    public enum State {
        /** It runs, or is started as soon as the panel is. */
        ENABLED,
        /** Somebody stopped it. */
        DISABLED,
        /** It failed too often. */
        QUARANTINED,
        /** Its marketplace took it back. */
        BLOCKED,
        /** It is gone; its tables are there. */
        UNINSTALLED
    }

    public record Row(
            String plugin,
            String title,
            State state,
            Optional<String> reason,
            String marketplace,
            String publisher,
            String version,
            Optional<String> sha256,
            List<String> permissions,
            Optional<String> formerVersion,
            Optional<String> formerSha256,
            Optional<List<String>> formerPermissions,
            boolean isolated,
            boolean development,
            boolean formerDevelopment,
            Instant installedAt,
            Instant changedAt,
            String changedBy) {}

    List<Row> all() {
        return database.tx(tx -> tx.list(Row.class, "select " + COLUMNS + " from plugin_install order by plugin"));
    }

    Optional<Row> find(String plugin) {
        return database.tx(
                tx -> tx.one(Row.class, "select " + COLUMNS + " from plugin_install where plugin = ?", plugin));
    }

    /** A release becomes what is installed; what was is what can be gone back to. */
    void commit(Release release, Ref by, Instant now) {
        database.tx(tx -> tx.update(
                """
                insert into plugin_install (plugin, title, state, marketplace, publisher, version, sha256, permissions,
                                            isolated, development, installed_at, changed_at, changed_by)
                values (?, ?, 'enabled', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict (plugin) do update set title = excluded.title, state = 'enabled', reason = null,
                    marketplace = excluded.marketplace, publisher = excluded.publisher,
                    former_version = case when plugin_install.sha256 is null then null else plugin_install.version end,
                    former_sha256 = plugin_install.sha256,
                    former_permissions =
                        case when plugin_install.sha256 is null then null else plugin_install.permissions end,
                    former_development = plugin_install.development,
                    version = excluded.version, sha256 = excluded.sha256, permissions = excluded.permissions,
                    isolated = excluded.isolated, development = excluded.development,
                    changed_at = excluded.changed_at, changed_by = excluded.changed_by
                """,
                release.plugin(),
                release.title(),
                release.marketplace(),
                release.publisher(),
                release.version(),
                release.sha256(),
                release.permissions(),
                release.isolated(),
                release.development(),
                now,
                now,
                by.toString()));
    }

    void state(String plugin, State state, Optional<String> reason, Ref by, Instant now) {
        database.tx(tx -> tx.update(
                "update plugin_install set state = ?, reason = ?, changed_at = ?, changed_by = ? where plugin = ?",
                state,
                reason,
                now,
                by.toString(),
                plugin));
    }

    /** Its tables stay, and with the row the panel knows of them. */
    void uninstall(String plugin, Ref by, Instant now) {
        database.tx(tx -> tx.update(
                """
                update plugin_install set state = 'uninstalled', reason = null, sha256 = null, former_version = null,
                    former_sha256 = null, former_permissions = null, former_development = false, changed_at = ?, changed_by = ? where plugin = ?
                """,
                now,
                by.toString(),
                plugin));
    }

    void forget(String plugin) {
        database.tx(tx -> tx.update("delete from plugin_install where plugin = ?", plugin));
    }
}
