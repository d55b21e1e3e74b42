package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.gateway.Streams;
import io.openpanel.kernel.internal.job.Jobs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.Version;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.framework.wiring.BundleWire;
import org.osgi.framework.wiring.BundleWiring;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the bundles that are plugins and what they publish, and takes each into the catalogue and out again. Of two
 * bundles of one plugin the first serves; the other is read beside it until {@link #exchange}.
 */
public final class Plugins implements ServiceFactory<Panel> {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    private static final String API = "io.openpanel.api";
    private static final int THREADS_OF_INSTALLED = 16;
    private static final Duration DRAIN = Duration.ofSeconds(5);
    /** A plugin that offers nothing for so long after the start is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BundleContext context;
    private final LiveCatalogue catalogue;
    private final Streams streams;
    private final Jobs jobs;
    private final Hearers hearers;
    private final Function<PluginOf, PanelOfBundle> panels;
    private final PluginFaults faults;
    private final Map<String, PluginOf> known = new ConcurrentHashMap<>();
    private final Map<String, Turnstile> turnstiles = new ConcurrentHashMap<>();
    private final Map<Bundle, Contribution> contributions = new ConcurrentHashMap<>();
    private final Map<Bundle, PanelOfBundle> opened = new ConcurrentHashMap<>();
    /** One at a time, off the framework's threads: a migration may take a while. */
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "plugins");
        thread.setDaemon(true);
        return thread;
    });

    private final long begun = System.nanoTime();
    private final LiveDoors doors;
    private final BundleTracker<PluginOf> bundles;
    private final ServiceTracker<?, ?> extensions;
    private final ServiceTracker<?, ?> resources;

    Plugins(
            BundleContext context,
            LiveCatalogue catalogue,
            Calls calls,
            Streams streams,
            Jobs jobs,
            Hearers hearers,
            Function<PluginOf, PanelOfBundle> panels,
            PluginFaults faults) {
        this.context = context;
        this.catalogue = catalogue;
        this.streams = streams;
        this.jobs = jobs;
        this.hearers = hearers;
        this.panels = panels;
        this.faults = faults;
        int states = Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;
        this.bundles = new BundleTracker<>(context, states, new Following());
        this.resources = track(context, Resources.class, (service, of) -> of.add(service), (s, of) -> of.drop(s));
        this.extensions = track(context, Extension.class, this::addExtension, this::removeExtension);
        this.doors = new LiveDoors(context, calls, this::contribution);
    }

    /** Begins to follow. */
    void open() {
        bundles.open();
        resources.open();
        extensions.open();
        doors.open();
    }

    void close() {
        doors.close();
        extensions.close();
        resources.close();
        bundles.close();
        worker.shutdownNow();
    }

    /** Whether a plugin may call an action: its own, or one it lists. */
    boolean allows(String plugin, String action) {
        boolean own = catalogue
                .operation(action)
                .map(operation -> operation.plugin().equals(plugin))
                .orElse(false);
        return own || find(plugin).map(each -> each.lists(action)).orElse(false);
    }

    public Collection<PluginOf> all() {
        return known.values();
    }

    public Optional<PluginOf> find(String id) {
        return Optional.ofNullable(known.get(id));
    }

    /** Why a plugin is not whole, if it is not. */
    public Optional<String> failure(String id) {
        return find(id).map(plugin -> contributions.get(plugin.bundle())).flatMap(Contribution::failure);
    }

    /** Whether a bundle's plugin is called there; false for one that is tried beside another. */
    public boolean isServing(Bundle bundle) {
        Contribution contribution = contributions.get(bundle);
        return contribution == null
                ? known.values().stream().anyMatch(each -> each.bundle().equals(bundle))
                        || PluginOf.read(bundle).isEmpty()
                : contribution.isServing();
    }

    /** What a bundle brings. */
    public Contribution contribution(Bundle bundle) {
        return contributions.computeIfAbsent(bundle, any -> {
            PluginOf plugin = of(bundle);
            PluginOf serving = known.getOrDefault(plugin.id(), plugin);
            return new Contribution(
                    plugin,
                    turnstile(plugin),
                    catalogue,
                    hearers,
                    serving.bundle().equals(bundle));
        });
    }

    boolean isExchanging() {
        return turnstiles.values().stream().anyMatch(Turnstile::isClosed);
    }

    private Turnstile turnstile(PluginOf plugin) {
        return turnstiles.computeIfAbsent(
                plugin.id(), any -> plugin.isInstalled() ? new Turnstile(THREADS_OF_INSTALLED) : new Turnstile());
    }

    private PluginOf of(Bundle bundle) {
        return PluginOf.read(bundle)
                .orElseGet(() -> new PluginOf(bundle.getSymbolicName(), bundle.getSymbolicName(), List.of(), bundle));
    }

    @Override
    public Panel getService(Bundle bundle, ServiceRegistration<Panel> registration) {
        return panel(of(bundle));
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<Panel> registration, Panel service) {
        PanelOfBundle former = opened.remove(bundle);
        if (former != null) {
            former.close();
        }
    }

    private PanelOfBundle panel(PluginOf plugin) {
        return opened.computeIfAbsent(plugin.bundle(), bundle -> panels.apply(plugin));
    }

    private void addExtension(Extension service, Contribution to) {
        to.expect(service);
        worker.execute(() -> {
            if (openTables(to)) {
                to.take(service);
            }
        });
    }

    private boolean openTables(Contribution of) {
        PluginOf plugin = of.plugin();
        try {
            if (plugin.bundle().findEntries("db", "*.sql", false) != null) {
                panel(plugin).open();
            }
            return true;
        } catch (RuntimeException e) {
            of.fail(String.valueOf(e.getMessage()));
            LOG.error("The plugin {} has no tables: {}", plugin.id(), e.getMessage(), e);
            return false;
        }
    }

    private void removeExtension(Extension service, Contribution of) {
        of.drop(service);
        if (of.isServing()) {
            quieten(of);
        }
    }

    /** Ends what is under way in a plugin's code: streams move, jobs go on later, calls get a little time. */
    private void quieten(Contribution contribution) {
        String plugin = contribution.plugin().id();
        streams.endPlugin(plugin);
        jobs.yield(plugin);
        contribution.turnstile().awaitEmpty(DRAIN);
        // Those that calls under way have opened meanwhile.
        streams.endPlugin(plugin);
    }

    /** Drops what the kernel keeps for a plugin while it is stopped. */
    public void forget(String plugin) {
        hearers.forget(plugin);
        turnstiles.remove(plugin);
    }

    /** Forgets what earlier runs of a plugin left behind: threads that hang in its code, and faults. */
    public void startAnew(String plugin) {
        Optional.ofNullable(turnstiles.get(plugin)).ifPresent(Turnstile::abandonThreads);
        faults.startAnew(plugin);
    }

    /** The version of the interface that plugins are compiled against. */
    public Version apiVersion() {
        return context
                .getBundle()
                .adapt(BundleWiring.class)
                .getRequiredWires(PackageNamespace.PACKAGE_NAMESPACE)
                .stream()
                .map(BundleWire::getCapability)
                .filter(each -> API.equals(each.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
                .map(each -> (Version) each.getAttributes().get(PackageNamespace.CAPABILITY_VERSION_ATTRIBUTE))
                .findFirst()
                .orElse(Version.emptyVersion);
    }

    /** Something done to a bundle by the framework. */
    public interface Step {
        void run() throws BundleException;
    }

    /** Stops and starts what a plugin consists of; calls that come meanwhile wait. */
    public void restart(Bundle bundle, Step step) throws BundleException {
        Contribution contribution = contribution(bundle);
        String plugin = contribution.plugin().id();
        contribution.turnstile().close();
        try {
            quieten(contribution);
            step.run();
            worker.submit(() -> {}).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            contribution.turnstile().open();
            catalogue.settle(plugin);
            doors.settle(plugin);
        }
    }

    /** Makes a bundle that was read beside the serving one serve in its place. */
    public void exchange(Bundle next) {
        Contribution fresh = contribution(next);
        PluginOf plugin = fresh.plugin();
        Contribution former = contribution(known.get(plugin.id()).bundle());
        fresh.turnstile().close();
        try {
            quieten(former);
            fresh.takeOver(former);
            known.put(plugin.id(), plugin);
            faults.startAnew(plugin.id());
            doors.exchange(former.plugin().bundle(), next);
        } finally {
            fresh.turnstile().open();
        }
    }

    /** Plugins that are meant to run and whose actions are not all in the catalogue yet. */
    List<String> pending() {
        boolean patient = System.nanoTime() - begun < PATIENCE.toNanos();
        List<String> silent = known.values().stream()
                .filter(plugin -> patient && plugin.hasCode() && isMeantToRun(plugin.bundle()))
                .filter(plugin -> failure(plugin.id()).isEmpty()
                        && catalogue.actionsOf(plugin.id()).isEmpty())
                .map(PluginOf::id)
                .sorted()
                .toList();
        boolean reading = contributions.values().stream().anyMatch(each -> each.isServing() && each.isPending());
        return silent.isEmpty() && reading ? List.of("being read") : silent;
    }

    private static boolean isMeantToRun(Bundle bundle) {
        BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
        return level != null && level.isPersistentlyStarted();
    }

    private interface Change<S> {
        void apply(S service, Contribution of);
    }

    private <S> ServiceTracker<S, S> track(BundleContext context, Class<S> type, Change<S> add, Change<S> remove) {
        return new ServiceTracker<>(context, type, null) {
            @Override
            public S addingService(ServiceReference<S> reference) {
                S service = context.getService(reference);
                if (service != null) {
                    add.apply(service, contribution(reference.getBundle()));
                }
                return service;
            }

            @Override
            public void removedService(ServiceReference<S> reference, S service) {
                remove.apply(service, contribution(reference.getBundle()));
                context.ungetService(reference);
            }
        };
    }

    private final class Following implements BundleTrackerCustomizer<PluginOf> {
        @Override
        public PluginOf addingBundle(Bundle bundle, BundleEvent event) {
            PluginOf plugin = PluginOf.read(bundle).orElse(null);
            if (plugin != null) {
                known.putIfAbsent(plugin.id(), plugin);
            }
            return plugin;
        }

        @Override
        public void modifiedBundle(Bundle bundle, BundleEvent event, PluginOf plugin) {
            int type = event == null ? 0 : event.getType();
            if (type == BundleEvent.UPDATED) {
                forget(bundle);
                PluginOf.read(bundle).ifPresent(fresh -> known.put(fresh.id(), fresh));
            } else if (type == BundleEvent.STARTED || type == BundleEvent.STOPPED) {
                // Its actions came while it was still starting, if it has any; its pages count from now on.
                catalogue.tell();
            }
        }

        @Override
        public void removedBundle(Bundle bundle, BundleEvent event, PluginOf plugin) {
            known.computeIfPresent(
                    plugin.id(), (id, serving) -> serving.bundle().equals(bundle) ? other(plugin) : serving);
            forget(bundle);
        }

        /** The version that takes its place: a panel that died in an exchange starts with both, and drops one. */
        private PluginOf other(PluginOf gone) {
            return bundles.getTracked().values().stream()
                    .filter(each ->
                            each.id().equals(gone.id()) && !each.bundle().equals(gone.bundle()))
                    .findFirst()
                    .orElse(null);
        }

        private void forget(Bundle bundle) {
            contributions.remove(bundle);
            opened.remove(bundle);
        }
    }
}
