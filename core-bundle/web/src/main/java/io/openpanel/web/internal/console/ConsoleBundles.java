package io.openpanel.web.internal.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.web.internal.Json;
import io.openpanel.web.internal.KernelServices;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the running bundles add to the console, and the console's own bundle. */
@Component(service = ConsoleBundles.class)
public final class ConsoleBundles implements BundleTrackerCustomizer<Bundle> {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleBundles.class);
    private static final String SHELL = "io.openpanel.console";

    private static final int READABLE = Bundle.RESOLVED | Bundle.STARTING | Bundle.ACTIVE | Bundle.STOPPING;

    private final Map<Bundle, ConsolePlugin> plugins = new ConcurrentHashMap<>();
    private final KernelServices kernel;
    private final BundleTracker<Bundle> tracker;
    private volatile Console console;
    private volatile Drawn drawn = draw(List.of());

    /** The whole list, ready to send. */
    record Listing(String version, byte[] json) {}

    private record Console(Bundle of, Shell shell) {}

    private record Drawn(List<ConsolePlugin> of, Listing listing) {}

    @Activate
    public ConsoleBundles(BundleContext context, @Reference KernelServices kernel) {
        this.kernel = kernel;
        tracker = new BundleTracker<>(context, READABLE, this);
        tracker.open();
    }

    @Deactivate
    void deactivate() {
        tracker.close();
    }

    /**
     * What runs at this moment. Each bundle is asked for its state: whoever is told that a plugin's actions have gone
     * asks for this list at once, which may be before the tracker has heard of it.
     */
    Listing listing() {
        List<ConsolePlugin> running =
                running().sorted(Comparator.comparing(ConsolePlugin::id)).toList();
        Drawn last = drawn;
        if (!last.of.equals(running)) {
            last = draw(running);
            drawn = last;
        }
        return last.listing;
    }

    Optional<ConsolePlugin> plugin(String id) {
        return running().filter(plugin -> plugin.id().equals(id)).findFirst();
    }

    private Stream<ConsolePlugin> running() {
        return plugins.entrySet().stream()
                .filter(entry -> entry.getKey().getState() == Bundle.ACTIVE && isServing(entry.getKey()))
                .map(Map.Entry::getValue);
    }

    private boolean isServing(Bundle bundle) {
        return kernel.findCatalogue()
                .map(catalogue -> catalogue.isServing(bundle))
                .orElse(true);
    }

    Optional<Shell> shell() {
        return Optional.ofNullable(console)
                .filter(each -> each.of.getState() == Bundle.ACTIVE)
                .map(Console::shell);
    }

    @Override
    public Bundle addingBundle(Bundle bundle, BundleEvent event) {
        try {
            if (SHELL.equals(bundle.getSymbolicName())) {
                console = Shell.read(bundle)
                        .map(shell -> new Console(bundle, shell))
                        .orElse(null);
                return bundle;
            }
            Optional<ConsolePlugin> plugin = ConsolePlugin.read(bundle);
            if (plugin.isEmpty()) {
                return null;
            }
            plugins.put(bundle, plugin.get());
            return bundle;
        } catch (IOException | RuntimeException e) {
            LOG.error("The console goes without {}: its files cannot be read", bundle.getSymbolicName(), e);
            return null;
        }
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, Bundle tracked) {
        // Its files stay the same.
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, Bundle tracked) {
        if (SHELL.equals(bundle.getSymbolicName())) {
            console = null;
            return;
        }
        plugins.remove(bundle);
    }

    private static Drawn draw(List<ConsolePlugin> plugins) {
        Digest digest = new Digest();
        plugins.forEach(plugin -> digest.add(plugin.id()).add(plugin.digest()));
        String version = digest.text();
        ObjectNode json = Json.object().put("version", version);
        ArrayNode items = json.putArray("plugins");
        plugins.forEach(plugin -> items.add(plugin.json()));
        return new Drawn(plugins, new Listing(version, Json.bytes(json)));
    }
}
