package io.openpanel.kernel.internal.install;

import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.gateway.Metrics;
import io.openpanel.kernel.internal.isolated.IsolatedPlugins;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.marketplace.Quality;
import io.openpanel.spi.Sandbox;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.Bundle;

/** What is shown of a plugin, whether it runs or not. */
public final class PluginViews {
    private final Plugins plugins;
    private final LiveCatalogue catalogue;
    private final Ledger ledger;
    private final Marketplaces marketplaces;
    private final Installer installer;
    private final IsolatedPlugins isolated;
    private final Qualities qualities;
    private final Metrics metrics;

    PluginViews(
            Plugins plugins,
            LiveCatalogue catalogue,
            Ledger ledger,
            Marketplaces marketplaces,
            Installer installer,
            IsolatedPlugins isolated,
            Qualities qualities,
            Metrics metrics) {
        this.plugins = plugins;
        this.catalogue = catalogue;
        this.ledger = ledger;
        this.marketplaces = marketplaces;
        this.installer = installer;
        this.isolated = isolated;
        this.qualities = qualities;
        this.metrics = metrics;
    }

    public record Shown(
            Ref plugin,
            String title,
            String version,
            @Param("active, stopped, failed, quarantined, blocked or uninstalled") String state,
            @Param("core: a part of the panel; trusted: runs inside the panel and can do all that it can;"
                            + " isolated: runs in a container of its own with no more than it lists; blocked: taken back;"
                            + " development: whoever owns the machine is building it, nobody signed it")
                    String trust,
            @Param("Why it does not work") Optional<String> reason,
            List<String> actions,
            @Param("Actions of others that it may call") List<String> uses,
            @Param("Where it came from; none for a part of the panel") Optional<String> marketplace,
            Optional<String> publisher,
            @Param("The version it can be rolled back to") Optional<String> former,
            @Param("A newer version there is") Optional<String> update,
            Optional<Instant> changedAt,
            @Param(
                            "none, bronze, silver or gold as this panel finds it, gold as its marketplace says that it built it again;"
                                    + " nothing for a part of the panel")
                    Optional<String> quality,
            @Param("What it lacks for the next level") List<String> lacks,
            @Param("While it runs") Optional<Usage> usage) {}

    public record Usage(
            @Param("Calls since the start of the panel") long calls,
            @Param("Those that ended with an error of the plugin's own, or did not end in time") long failed,
            @Param("How long a call takes in the mean") Duration mean,
            @Param("Threads in its code now") int threads,
            @Param(
                            value =
                                    "In use by its container; nothing for one inside the panel, whose memory is the panel's",
                            kind = "bytes")
                    Optional<Long> memory,
            @Param(value = "What its container may use", kind = "bytes") Optional<Long> memoryLimit,
            @Param("Processes and threads of its container") Optional<Long> processes,
            @Param("What its container may have of them") Optional<Long> processLimit) {}

    List<Shown> all() {
        List<Shown> items = new ArrayList<>();
        plugins.all().forEach(plugin -> items.add(running(plugin)));
        ledger.all().stream()
                .filter(row -> plugins.find(row.plugin()).isEmpty())
                .forEach(row -> items.add(resting(row)));
        items.sort(Comparator.comparing(each -> each.plugin().id()));
        return items;
    }

    /** With what its container uses, which takes the engine a moment to say. */
    Shown closely(Ref plugin) {
        return plugins.find(plugin.id())
                .map(found -> running(found, isolated.usage(found.bundle())))
                .orElseGet(() -> shown(plugin));
    }

    /** What is known of it without a look into its container. */
    Shown shown(Ref plugin) {
        return plugins.find(plugin.id())
                .map(this::running)
                .or(() -> ledger.find(plugin.id()).map(this::resting))
                .orElseThrow(() -> Problem.missing(plugin));
    }

    private Shown running(PluginOf plugin) {
        return running(plugin, Optional.empty());
    }

    private Shown running(PluginOf plugin, Optional<Sandbox.Usage> apart) {
        Optional<Ledger.Row> row = ledger.find(plugin.id());
        boolean active = plugin.bundle().getState() == Bundle.ACTIVE;
        Optional<String> failure =
                plugins.failure(plugin.id()).or(() -> active ? installer.ailment(plugin.bundle()) : Optional.empty());
        String state = active ? failure.isPresent() ? "failed" : "active" : word(row);
        return new Shown(
                new Ref("plugin", plugin.id()),
                plugin.title(),
                plugin.bundle().getVersion().toString(),
                state,
                trust(row),
                failure.or(() -> row.flatMap(Ledger.Row::reason)),
                catalogue.actionsOf(plugin.id()),
                plugin.uses(),
                row.map(Ledger.Row::marketplace).filter(each -> !each.isEmpty()),
                row.map(Ledger.Row::publisher).filter(each -> !each.isEmpty()),
                row.flatMap(Ledger.Row::formerVersion),
                row.flatMap(marketplaces::update),
                row.map(Ledger.Row::changedAt),
                quality(row),
                lacks(row),
                Optional.of(usage(plugin, apart)));
    }

    private Usage usage(PluginOf plugin, Optional<Sandbox.Usage> apart) {
        Metrics.Usage counted = metrics.of(catalogue.actionsOf(plugin.id()));
        return new Usage(
                counted.calls(),
                counted.failed(),
                counted.mean(),
                plugins.contribution(plugin.bundle()).turnstile().threads(),
                apart.map(Sandbox.Usage::memory),
                apart.map(Sandbox.Usage::memoryLimit),
                apart.map(Sandbox.Usage::processes),
                apart.map(Sandbox.Usage::processLimit));
    }

    private Optional<String> quality(Optional<Ledger.Row> row) {
        return row.flatMap(qualities::of)
                .map(quality -> quality.level().map(Quality.Level::word).orElse("none"));
    }

    private List<String> lacks(Optional<Ledger.Row> row) {
        return row.flatMap(qualities::of).map(Quality::missing).orElse(List.of());
    }

    private Shown resting(Ledger.Row row) {
        return new Shown(
                new Ref("plugin", row.plugin()),
                row.title(),
                row.version(),
                word(Optional.of(row)),
                trust(Optional.of(row)),
                row.reason(),
                List.of(),
                row.permissions(),
                Optional.of(row.marketplace()).filter(each -> !each.isEmpty()),
                Optional.of(row.publisher()).filter(each -> !each.isEmpty()),
                row.formerVersion(),
                marketplaces.update(row),
                Optional.of(row.changedAt()),
                quality(Optional.of(row)),
                lacks(Optional.of(row)),
                Optional.empty());
    }

    private static String trust(Optional<Ledger.Row> row) {
        if (row.isEmpty()) {
            return "core";
        }
        if (row.get().state() == Ledger.State.BLOCKED) {
            return "blocked";
        }
        if (row.get().development()) {
            return "development";
        }
        return row.get().isolated() ? "isolated" : "trusted";
    }

    private static String word(Optional<Ledger.Row> row) {
        return switch (row.map(Ledger.Row::state).orElse(Ledger.State.DISABLED)) {
            case BLOCKED -> "blocked";
            case QUARANTINED -> "quarantined";
            case UNINSTALLED -> "uninstalled";
            case ENABLED, DISABLED -> "stopped";
        };
    }
}
