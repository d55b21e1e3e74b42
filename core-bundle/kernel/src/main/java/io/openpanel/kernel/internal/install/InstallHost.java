package io.openpanel.kernel.internal.install;

import io.openpanel.api.Extension;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.event.Schedules;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.Metrics;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.isolated.IsolatedPlugins;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.kernel.internal.setting.Settings;
import io.openpanel.spi.Storage;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;

/** Plugins that come from elsewhere. */
public final class InstallHost implements AutoCloseable {
    private final Plugins plugins;
    private final Ledger ledger;
    private final Marketplaces marketplaces;
    private final IsolatedPlugins isolated;
    private final Conditions conditions;
    private final Installer installer;
    private final Preview preview;
    private final PluginViews views;
    private final Revocations revocations;
    private final Quarantine quarantine;
    private final Removal removal;
    private final AutoCloseable polling;
    private final Thread restoring;
    private volatile boolean restored;

    /** @param workspaces gives the folder of the job that runs */
    public InstallHost(
            BundleContext context,
            KernelDatabase database,
            Storage storage,
            Plugins plugins,
            LiveCatalogue catalogue,
            Schedules schedules,
            Supplier<Path> workspaces,
            Settings settings,
            Path home,
            InnerCalls inner,
            Calls calls,
            PluginFaults faults,
            Metrics metrics,
            InstantSource clock) {
        this.plugins = plugins;
        this.ledger = new Ledger(database);
        this.marketplaces = new Marketplaces(database, clock);
        PluginFiles files = new PluginFiles(database);
        PluginBundles bundles = new PluginBundles(context, files);
        this.isolated = new IsolatedPlugins(
                        context, home, plugins.apiVersion(), files::open, inner, calls, faults, settings)
                .open();
        this.conditions = new Conditions(plugins, catalogue, marketplaces, ledger, isolated, new Routes(context));
        Fetcher fetcher = new Fetcher(marketplaces, workspaces);
        this.preview = new Preview(fetcher, marketplaces, conditions, ledger, files);
        Releases releases = new Releases(marketplaces, conditions, fetcher, files, ledger, clock);
        this.installer = new Installer(context, plugins, releases, files, bundles, ledger, isolated, clock);
        this.views = new PluginViews(
                plugins,
                catalogue,
                ledger,
                marketplaces,
                installer,
                isolated,
                new Qualities(files, marketplaces),
                metrics);
        this.revocations = new Revocations(marketplaces, ledger, installer);
        this.quarantine = new Quarantine(ledger, installer);
        faults.onTooMany(quarantine::put);
        this.removal = new Removal(installer, ledger, settings, storage);
        this.polling = schedules.add("kernel:marketplaces", "PT1H", revocations::poll);
        this.restoring = new Thread(this::restore, "plugins-restore");
        restoring.setDaemon(true);
        restoring.start();
    }

    private void restore() {
        try {
            installer.restore();
        } finally {
            restored = true;
        }
    }

    /** Whether what was installed is started again. */
    public boolean isRestored() {
        return restored;
    }

    public List<Extension> actions() {
        return List.of(
                new PluginActions(plugins, ledger, marketplaces, installer, removal, preview, views),
                new MarketplaceActions(marketplaces, revocations, conditions, ledger));
    }

    public List<Resources> resources() {
        return List.of(
                new PanelKind("plugin", "plugins", this::plugin),
                new PanelKind("marketplace", "marketplaces", name -> marketplaces
                        .find(name)
                        .map(row -> resource("marketplace", row.name(), row.name(), "" + row.listingVersion()))),
                new PanelKind("offer", "offers", id -> marketplaces
                        .offer(id)
                        .map(offer -> resource(
                                "offer",
                                offer.id(),
                                offer.plugin().title(),
                                "" + offer.index().version()))));
    }

    private Optional<Resource> plugin(String id) {
        Optional<Resource> running = plugins.find(id)
                .map(plugin -> resource(
                        "plugin",
                        plugin.id(),
                        plugin.title(),
                        plugin.bundle().getVersion() + "." + plugin.bundle().getState()));
        return running.or(() ->
                ledger.find(id).map(row -> resource("plugin", row.plugin(), row.title(), row.version() + row.state())));
    }

    private static Resource resource(String kind, String id, String name, String version) {
        return new Resource(new Ref(kind, id), name, Optional.empty(), Optional.empty(), version);
    }

    /** Resources of the panel itself. */
    private record PanelKind(String kind, String plural, Function<String, Optional<Resource>> finder)
            implements Resources {
        @Override
        public Optional<Resource> find(String id) {
            return finder.apply(id);
        }
    }

    @Override
    public void close() throws Exception {
        polling.close();
        quarantine.close();
        restoring.join(5000);
        isolated.close();
    }
}
