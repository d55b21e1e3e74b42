package io.openpanel.routes.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.routes.internal.strict.StrictRoutes;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Events;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.PluginSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.ServiceStatus;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.processor.aggregate.GroupedBodyAggregationStrategy;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one Camel context, with the routes of the bundles that are running. */
@Component(immediate = true, service = RouteHost.class)
public final class RouteHost {
    private static final Logger LOG = LoggerFactory.getLogger(RouteHost.class);
    private static final long STOP_SECONDS = 5;
    private static final String ACTION = "action:";

    private final DefaultCamelContext camel = new DefaultCamelContext(false);
    private final Map<String, Shipped> routes = new ConcurrentSkipListMap<>();
    private final RouteSwitches switches;
    private final RouteRuns runs;
    private final Catalogue catalogue;
    private final Set<Bundle> active = ConcurrentHashMap.newKeySet();
    /** Only the worker looks at it. */
    private final Map<Bundle, List<String>> loaded = new HashMap<>();
    /** Whose routes are being read; they start before they are in {@link #routes}. */
    private volatile String loading = "";

    private final BundleTracker<Bundle> bundles;
    private final AutoCloseable listening;
    /** Camel is slow to stop a route; never on the framework's own thread. */
    private final ExecutorService worker = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "routes");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * A route with the plugin that ships it.
     *
     * @param calls the actions in it
     * @param definition the file it is in
     */
    public record Shipped(
            String id, String plugin, String description, String from, List<String> calls, String definition) {}

    @Activate
    public RouteHost(
            BundleContext context,
            @Reference Gateway gateway,
            @Reference Events events,
            @Reference Catalogue catalogue,
            @Reference RouteSwitches switches,
            @Reference RouteRuns runs,
            @Reference PluginSettings settings) {
        this.switches = switches;
        this.runs = runs;
        this.catalogue = catalogue;
        camel.disableJMX();
        camel.setApplicationContextClassLoader(DefaultCamelContext.class.getClassLoader());
        camel.getShutdownStrategy().setTimeout(STOP_SECONDS);
        camel.getCamelContextExtension().setName("openpanel");
        camel.addComponent("action", new ActionComponent(gateway, id -> Optional.ofNullable(routes.get(id))
                .map(Shipped::plugin)));
        camel.addComponent("event", new EventComponent(events, runs, this::pluginOf));
        camel.addRoutePolicyFactory((any, id, route) -> new SettingsOfRoute(settings, this::pluginOf));
        camel.getRegistry().bind("json", new JsonLanguage());
        camel.getRegistry().bind("list", new GroupedBodyAggregationStrategy());
        bundles = new Following(context);
        worker.execute(runs::load);
        worker.execute(() -> inCamel(() -> {
            camel.start();
            return null;
        }));
        bundles.open();
        listening = catalogue.onChange(() -> worker.execute(this::follow));
    }

    @Deactivate
    void deactivate() throws Exception {
        listening.close();
        bundles.close();
        worker.execute(camel::stop);
        worker.shutdown();
    }

    /** All routes, by id. */
    public List<Shipped> all() {
        return List.copyOf(routes.values());
    }

    public Optional<Shipped> find(String id) {
        return Optional.ofNullable(routes.get(id));
    }

    public boolean isRunning(String id) {
        ServiceStatus status = camel.getRouteController().getRouteStatus(id);
        return status != null && status.isStarted();
    }

    /** Starts or stops a route, now and from now on. */
    public void turn(String id, boolean on, Ref by) {
        switches.set(id, on, by);
        try {
            worker.submit(() -> inCamel(() -> {
                        if (on) {
                            camel.getRouteController().startRoute(id);
                        } else {
                            camel.getRouteController().stopRoute(id);
                        }
                        return null;
                    }))
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (java.util.concurrent.ExecutionException e) {
            throw new IllegalStateException("Cannot turn the route " + id, e.getCause());
        }
    }

    private String pluginOf(String route) {
        return find(route).map(Shipped::plugin).orElse(loading);
    }

    public Optional<RouteRuns.Runs> runs(String id) {
        return runs.of(id);
    }

    /**
     * Runs a route without calling an action.
     *
     * @param data what the event would say
     * @throws Problem when it is off, or begins with something else than an event
     */
    public Rehearsal rehearse(String id, Map<String, Object> data) {
        if (!isRunning(id)) {
            throw new Problem(Problem.Kind.CONFLICT, "The route " + id + " is off; switch it on to try it out");
        }
        Consumer start = camel.getRoute(id).getConsumer();
        if (start instanceof EventComponent.EventConsumer hearer) {
            return inCamel(() -> hearer.rehearse(data));
        }
        throw new Problem(
                Problem.Kind.CONFLICT, "The route " + id + " does not begin with an event; only such can be tried out");
    }

    /** Camel finds its own parts through the thread's context class loader. */
    private <T> T inCamel(Callable<T> work) {
        Thread thread = Thread.currentThread();
        ClassLoader former = thread.getContextClassLoader();
        thread.setContextClassLoader(DefaultCamelContext.class.getClassLoader());
        try {
            return work.call();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            thread.setContextClassLoader(former);
        }
    }

    private List<String> load(Shipper shipper, URL url) {
        String plugin = shipper.plugin();
        List<String> added = new ArrayList<>();
        Set<String> before = ids();
        loading = plugin;
        String text = "";
        try (InputStream in = url.openStream()) {
            byte[] yaml = in.readAllBytes();
            text = new String(yaml, StandardCharsets.UTF_8);
            inCamel(() -> {
                read(shipper, url.getPath(), yaml);
                return null;
            });
        } catch (IOException | RuntimeException e) {
            LOG.error("The routes in {} of the plugin {} do not load: {}", url.getPath(), plugin, e.getMessage(), e);
        }
        for (RouteDefinition definition : camel.getRouteDefinitions()) {
            String id = definition.getRouteId();
            if (!before.contains(id)) {
                added.add(id);
                routes.put(id, shipped(definition, plugin, text));
                if (!switches.isEnabled(id)) {
                    inCamel(() -> {
                        camel.getRouteController().stopRoute(id);
                        return null;
                    });
                }
            }
        }
        return added;
    }

    /** Camel itself reads only files of plugins that somebody trusts. */
    private void read(Shipper shipper, String file, byte[] yaml) throws Exception {
        if (!shipper.isolated()) {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromBytes(file, yaml));
            return;
        }
        Set<String> taken = ids();
        for (RouteDefinition route : StrictRoutes.read(shipper.plugin(), shipper.uses(), file, yaml)) {
            if (taken.contains(route.getRouteId())) {
                throw new IllegalArgumentException("there is a route " + route.getRouteId() + " already");
            }
            camel.addRouteDefinition(route);
        }
    }

    private static Shipped shipped(RouteDefinition definition, String plugin, String text) {
        List<String> calls =
                ProcessorDefinitionHelper.filterTypeInOutputs(definition.getOutputs(), ToDefinition.class).stream()
                        .map(ToDefinition::getEndpointUri)
                        .filter(uri -> uri.startsWith(ACTION))
                        .map(uri -> uri.substring(ACTION.length()))
                        .distinct()
                        .toList();
        return new Shipped(
                definition.getRouteId(),
                plugin,
                Optional.ofNullable(definition.getDescriptionText()).orElse(""),
                definition.getInput().getEndpointUri(),
                calls,
                text);
    }

    private Set<String> ids() {
        Set<String> ids = new HashSet<>();
        camel.getRouteDefinitions().forEach(each -> ids.add(each.getRouteId()));
        return ids;
    }

    private void unload(String id) {
        inCamel(() -> {
            camel.getRouteController().stopRoute(id);
            camel.removeRoute(id);
            return null;
        });
        routes.remove(id);
        for (Endpoint endpoint : new ArrayList<>(camel.getEndpoints())) {
            boolean used = camel.getRoutes().stream().anyMatch(route -> route.getEndpoint() == endpoint);
            if (!used) {
                camel.removeEndpoint(endpoint);
            }
        }
    }

    /** Brings the routes to what the bundles that serve now ship. */
    private void follow() {
        Set<Bundle> serving = active.stream().filter(catalogue::isServing).collect(Collectors.toSet());
        for (Bundle gone : List.copyOf(loaded.keySet())) {
            if (!serving.contains(gone)) {
                loaded.remove(gone).forEach(this::unload);
            }
        }
        for (Bundle bundle : serving) {
            try {
                if (!hasFormer(bundle)) {
                    loaded.computeIfAbsent(bundle, this::load);
                }
            } catch (IllegalStateException gone) {
                LOG.debug("{} went before its routes were read", bundle);
            }
        }
    }

    /** Its routes have the ids of the former version's: they come when those have gone. */
    private boolean hasFormer(Bundle bundle) {
        String plugin = Shipper.of(bundle).plugin();
        return !loaded.containsKey(bundle)
                && routes.values().stream().anyMatch(each -> each.plugin().equals(plugin));
    }

    private List<String> load(Bundle bundle) {
        List<String> added = new ArrayList<>();
        Collections.list(files(bundle)).forEach(url -> added.addAll(load(Shipper.of(bundle), url)));
        return added;
    }

    private static Enumeration<URL> files(Bundle bundle) {
        Enumeration<URL> files = bundle.findEntries("OPENPANEL-INF/routes", "*.yaml", false);
        return files == null ? Collections.emptyEnumeration() : files;
    }

    private final class Following extends BundleTracker<Bundle> {
        Following(BundleContext context) {
            super(context, Bundle.ACTIVE, null);
        }

        @Override
        public Bundle addingBundle(Bundle bundle, BundleEvent event) {
            if (!files(bundle).hasMoreElements()) {
                return null;
            }
            active.add(bundle);
            worker.execute(RouteHost.this::follow);
            return bundle;
        }

        @Override
        public void removedBundle(Bundle bundle, BundleEvent event, Bundle tracked) {
            active.remove(bundle);
            worker.execute(RouteHost.this::follow);
        }
    }
}
