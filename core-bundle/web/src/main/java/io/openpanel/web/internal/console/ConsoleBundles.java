package io.openpanel.web.internal.console;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.web.internal.Json;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the running bundles add to the console, and the console's own bundle. */
@Component(service = ConsoleBundles.class)
public final class ConsoleBundles implements BundleTrackerCustomizer<Bundle> {
    private static final Logger LOG = LoggerFactory.getLogger(ConsoleBundles.class);
    private static final String SHELL = "io.openpanel.console";

    private final Map<Bundle, ConsolePlugin> plugins = new ConcurrentHashMap<>();
    private final BundleTracker<Bundle> tracker;
    private volatile Shell shell;
    private volatile Listing listing = list(List.of());

    /** The whole list, ready to send. */
    record Listing(String version, byte[] json) {}

    @Activate
    public ConsoleBundles(BundleContext context) {
        tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
        tracker.open();
    }

    @Deactivate
    void deactivate() {
        tracker.close();
    }

    Listing listing() {
        return listing;
    }

    Optional<ConsolePlugin> plugin(String id) {
        return plugins.values().stream()
                .filter(plugin -> plugin.id().equals(id))
                .findFirst();
    }

    Optional<Shell> shell() {
        return Optional.ofNullable(shell);
    }

    @Override
    public Bundle addingBundle(Bundle bundle, BundleEvent event) {
        try {
            if (SHELL.equals(bundle.getSymbolicName())) {
                shell = Shell.read(bundle).orElse(null);
                return bundle;
            }
            Optional<ConsolePlugin> plugin = ConsolePlugin.read(bundle);
            if (plugin.isEmpty()) {
                return null;
            }
            plugins.put(bundle, plugin.get());
            redraw();
            return bundle;
        } catch (IOException | RuntimeException e) {
            LOG.error("The console goes without {}: its files cannot be read", bundle.getSymbolicName(), e);
            return null;
        }
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, Bundle tracked) {
        // It stays ACTIVE.
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, Bundle tracked) {
        if (SHELL.equals(bundle.getSymbolicName())) {
            shell = null;
            return;
        }
        plugins.remove(bundle);
        redraw();
    }

    private synchronized void redraw() {
        listing = list(plugins.values().stream()
                .sorted(Comparator.comparing(ConsolePlugin::id))
                .toList());
    }

    private static Listing list(List<ConsolePlugin> plugins) {
        Digest digest = new Digest();
        plugins.forEach(plugin -> digest.add(plugin.id()).add(plugin.digest()));
        String version = digest.text();
        ObjectNode json = Json.object().put("version", version);
        ArrayNode items = json.putArray("plugins");
        plugins.forEach(plugin -> items.add(plugin.json()));
        return new Listing(version, Json.bytes(json));
    }
}
