package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Door;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.catalogue.Roles;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.Streams;
import io.openpanel.kernel.internal.job.Jobs;
import java.time.Duration;
import java.util.Collection;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceFactory;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.startlevel.BundleStartLevel;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the bundles that are plugins and what they publish, and takes each into the catalogue and out again. */
public final class Plugins implements ServiceFactory<Panel> {
    private static final Logger LOG = LoggerFactory.getLogger(Plugins.class);
    private static final String WRAPPED = "openpanel.door";
    private static final Duration DRAIN = Duration.ofSeconds(5);
    /** A plugin that offers nothing for so long after the start is not waited for. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LiveCatalogue catalogue;
    private final Calls calls;
    private final Streams streams;
    private final Jobs jobs;
    private final Hearers hearers;
    private final Function<PluginOf, PanelOfBundle> panels;
    private final Map<String, PluginOf> known = new ConcurrentHashMap<>();
    private final Map<Bundle, PanelOfBundle> opened = new ConcurrentHashMap<>();
    private final Map<String, String> failures = new ConcurrentHashMap<>();
    private final Map<String, Entry.Running> running = new ConcurrentHashMap<>();
    private final Map<Object, List<AutoCloseable>> connected = new ConcurrentHashMap<>();
    /** One at a time, off the framework's threads: a migration may take a while. */
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "plugins");
        thread.setDaemon(true);
        return thread;
    });

    private final Set<Object> waiting = ConcurrentHashMap.newKeySet();
    private final long begun = System.nanoTime();
    private BundleTracker<PluginOf> bundles;
    private ServiceTracker<?, ?> extensions;
    private ServiceTracker<?, ?> resources;
    private ServiceTracker<?, ?> doors;

    Plugins(
            LiveCatalogue catalogue,
            Calls calls,
            Streams streams,
            Jobs jobs,
            Hearers hearers,
            Function<PluginOf, PanelOfBundle> panels) {
        this.catalogue = catalogue;
        this.calls = calls;
        this.streams = streams;
        this.jobs = jobs;
        this.hearers = hearers;
        this.panels = panels;
    }

    /** Begins to follow. */
    void open(BundleContext context) {
        int states = Bundle.INSTALLED | Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;
        bundles = new BundleTracker<>(context, states, new Following());
        bundles.open();
        resources = track(context, Resources.class, this::addResources, (service, plugin) -> catalogue.remove(service));
        extensions = track(context, Extension.class, this::addExtension, this::removeExtension);
        doors = new ServiceTracker<>(context, Door.class, new Wrapping(context));
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
        return own
                || Optional.ofNullable(known.get(plugin))
                        .map(each -> each.lists(action))
                        .orElse(false);
    }

    Collection<PluginOf> all() {
        return known.values();
    }

    Optional<PluginOf> find(String id) {
        return Optional.ofNullable(known.get(id));
    }

    /** Why a plugin is not whole, if it is not. */
    Optional<String> failure(String id) {
        return Optional.ofNullable(failures.get(id));
    }

    private PluginOf of(Bundle bundle) {
        return known.values().stream()
                .filter(each -> each.bundle() == bundle)
                .findFirst()
                .or(() -> PluginOf.read(bundle))
                .orElseGet(() -> new PluginOf(bundle.getSymbolicName(), bundle.getSymbolicName(), List.of(), bundle));
    }

    @Override
    public Panel getService(Bundle bundle, ServiceRegistration<Panel> registration) {
        return panel(of(bundle));
    }

    @Override
    public void ungetService(Bundle bundle, ServiceRegistration<Panel> registration, Panel service) {
        opened.remove(bundle);
    }

    private PanelOfBundle panel(PluginOf plugin) {
        return opened.computeIfAbsent(plugin.bundle(), bundle -> panels.apply(plugin));
    }

    private void addResources(Resources service, PluginOf plugin) {
        catalogue.add(new LiveCatalogue.Kind(plugin.id(), service));
    }

    private void addExtension(Extension service, PluginOf plugin) {
        connected.put(service, List.of());
        waiting.add(service);
        worker.execute(() -> {
            try {
                take(service, plugin);
            } finally {
                waiting.remove(service);
            }
        });
    }

    private void take(Extension service, PluginOf plugin) {
        if (!connected.containsKey(service)) {
            return;
        }
        try {
            if (plugin.bundle().findEntries("db", "*.sql", false) != null) {
                panel(plugin).open();
            }
            catalogue.add(
                    service,
                    plugin.id(),
                    Roles.of(plugin.bundle()),
                    running.computeIfAbsent(plugin.id(), id -> new Entry.Running()));
            List<AutoCloseable> connections = hearers.connect(plugin, service);
            if (connected.replace(service, connections) == null) {
                catalogue.remove(service);
                connections.forEach(Plugins::close);
            }
        } catch (RuntimeException e) {
            failures.put(plugin.id(), String.valueOf(e.getMessage()));
            LOG.error("The plugin {} does not work: {}", plugin.id(), e.getMessage(), e);
        }
    }

    /** Plugins that are meant to run and whose actions are not all in the catalogue yet. */
    List<String> pending() {
        boolean patient = System.nanoTime() - begun < PATIENCE.toNanos();
        List<String> silent = known.values().stream()
                .filter(plugin -> patient && isMeantToRun(plugin.bundle()))
                .filter(plugin -> !failures.containsKey(plugin.id())
                        && catalogue.actionsOf(plugin.id()).isEmpty())
                .map(PluginOf::id)
                .sorted()
                .toList();
        return silent.isEmpty() && !waiting.isEmpty() ? List.of("being read") : silent;
    }

    private static boolean isMeantToRun(Bundle bundle) {
        BundleStartLevel level = bundle.adapt(BundleStartLevel.class);
        return level != null && level.isPersistentlyStarted();
    }

    private void removeExtension(Extension service, PluginOf plugin) {
        catalogue.remove(service);
        Optional.ofNullable(connected.remove(service)).orElse(List.of()).forEach(Plugins::close);
        failures.remove(plugin.id());
        streams.endPlugin(plugin.id());
        jobs.yield(plugin.id());
        drain(plugin.id());
    }

    /** Gives calls that are under way a little time. */
    private void drain(String plugin) {
        Entry.Running calling = running.get(plugin);
        long end = System.nanoTime() + DRAIN.toNanos();
        while (calling != null && calling.count() > 0 && System.nanoTime() < end) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            LOG.warn("Cannot disconnect a hearer: {}", e.getMessage());
        }
    }

    private interface Change<S> {
        void apply(S service, PluginOf plugin);
    }

    private <S> ServiceTracker<S, S> track(BundleContext context, Class<S> type, Change<S> add, Change<S> remove) {
        ServiceTracker<S, S> tracker = new ServiceTracker<>(context, type, null) {
            @Override
            public S addingService(ServiceReference<S> reference) {
                S service = context.getService(reference);
                if (service != null) {
                    add.apply(service, of(reference.getBundle()));
                }
                return service;
            }

            @Override
            public void removedService(ServiceReference<S> reference, S service) {
                remove.apply(service, of(reference.getBundle()));
                context.ungetService(reference);
            }
        };
        tracker.open();
        return tracker;
    }

    private final class Following implements BundleTrackerCustomizer<PluginOf> {
        @Override
        public PluginOf addingBundle(Bundle bundle, BundleEvent event) {
            PluginOf plugin = PluginOf.read(bundle).orElse(null);
            if (plugin != null) {
                known.put(plugin.id(), plugin);
            }
            return plugin;
        }

        @Override
        public void modifiedBundle(Bundle bundle, BundleEvent event, PluginOf plugin) {
            PluginOf.read(bundle).ifPresent(fresh -> known.put(fresh.id(), fresh));
        }

        @Override
        public void removedBundle(Bundle bundle, BundleEvent event, PluginOf plugin) {
            known.remove(plugin.id());
            failures.remove(plugin.id());
            running.remove(plugin.id());
        }
    }

    /** Publishes each door again as one that runs as its plugin; the web bundle uses only those. */
    private final class Wrapping implements ServiceTrackerCustomizer<Door, ServiceRegistration<Door>> {
        private final BundleContext context;

        Wrapping(BundleContext context) {
            this.context = context;
        }

        @Override
        public ServiceRegistration<Door> addingService(ServiceReference<Door> reference) {
            if (reference.getProperty(WRAPPED) != null) {
                return null;
            }
            Door door = context.getService(reference);
            PluginOf plugin = of(reference.getBundle());
            Dictionary<String, Object> properties = new Hashtable<>(Map.of(WRAPPED, "wrapped"));
            return context.registerService(
                    Door.class,
                    new Door() {
                        @Override
                        public String path() {
                            return door.path();
                        }

                        @Override
                        public Reply handle(Request request) {
                            return calls.as(
                                    PanelOfBundle.asPlugin(plugin, Optional.empty(), "door"),
                                    () -> door.handle(request));
                        }
                    },
                    properties);
        }

        @Override
        public void modifiedService(ServiceReference<Door> reference, ServiceRegistration<Door> wrapped) {
            // A door's path does not change.
        }

        @Override
        public void removedService(ServiceReference<Door> reference, ServiceRegistration<Door> wrapped) {
            wrapped.unregister();
            context.ungetService(reference);
        }
    }
}
