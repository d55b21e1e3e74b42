package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Extension;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.catalogue.Roles;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one bundle brings to its plugin. It is read in any case; it is called only while the bundle is the one that serves. */
public final class Contribution {
    private static final Logger LOG = LoggerFactory.getLogger(Contribution.class);

    private final PluginOf plugin;
    private final Turnstile turnstile;
    private final LiveCatalogue catalogue;
    private final Hearers hearers;
    private final Set<Extension> awaited = new HashSet<>();
    private final Map<Extension, List<Entry>> extensions = new LinkedHashMap<>();
    private final Map<Extension, List<AutoCloseable>> hearing = new HashMap<>();
    private final List<Resources> kinds = new ArrayList<>();
    private boolean serving;
    private String failure;

    Contribution(PluginOf plugin, Turnstile turnstile, LiveCatalogue catalogue, Hearers hearers, boolean serving) {
        this.plugin = plugin;
        this.turnstile = turnstile;
        this.catalogue = catalogue;
        this.hearers = hearers;
        this.serving = serving;
    }

    public PluginOf plugin() {
        return plugin;
    }

    public Turnstile turnstile() {
        return turnstile;
    }

    synchronized boolean isServing() {
        return serving;
    }

    /** Why it is not whole, if it is not. */
    public synchronized Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    /** It has no tables: nothing of it can be read. */
    synchronized void fail(String reason) {
        failure = reason;
        awaited.clear();
    }

    /** Whether something of it is still being read. */
    public synchronized boolean isPending() {
        return !awaited.isEmpty();
    }

    public synchronized boolean isEmpty() {
        return extensions.isEmpty() && awaited.isEmpty();
    }

    /** The ids of the actions it brings. */
    public synchronized List<String> actions() {
        return extensions.values().stream().flatMap(List::stream).map(Entry::id).toList();
    }

    synchronized void expect(Extension service) {
        awaited.add(service);
    }

    /** Reads an extension; its tables are there already. */
    synchronized void take(Extension service) {
        if (!awaited.remove(service)) {
            return;
        }
        try {
            List<Entry> entries = catalogue.read(service, plugin.id(), Roles.of(plugin.bundle()), turnstile);
            if (serving) {
                catalogue.add(service, entries);
                hearing.put(service, hearers.connect(plugin, service));
            }
            extensions.put(service, entries);
        } catch (RuntimeException e) {
            failure = String.valueOf(e.getMessage());
            catalogue.remove(service);
            LOG.error("The plugin {} does not work: {}", plugin.id(), e.getMessage(), e);
        }
    }

    synchronized void drop(Extension service) {
        awaited.remove(service);
        extensions.remove(service);
        catalogue.remove(service);
        Optional.ofNullable(hearing.remove(service)).orElse(List.of()).forEach(Contribution::close);
        failure = null;
    }

    synchronized void add(Resources service) {
        kinds.add(service);
        if (!serving) {
            return;
        }
        try {
            catalogue.add(LiveCatalogue.Kind.of(plugin.id(), service, turnstile));
        } catch (IllegalArgumentException e) {
            failure = e.getMessage();
            LOG.error("The plugin {} does not work: {}", plugin.id(), e.getMessage());
        }
    }

    synchronized void drop(Resources service) {
        kinds.remove(service);
        catalogue.remove(service);
    }

    /** Takes the place of the bundle that served until now. Nobody is inside either of them meanwhile. */
    void takeOver(Contribution former) {
        synchronized (this) {
            catalogue.replace(former.offered(), extensions);
        }
        former.leave();
        synchronized (this) {
            serving = true;
            kinds.forEach(kind -> catalogue.add(LiveCatalogue.Kind.of(plugin.id(), kind, turnstile)));
            extensions.keySet().forEach(each -> hearing.put(each, hearers.connect(plugin, each)));
        }
    }

    private synchronized List<Extension> offered() {
        return List.copyOf(extensions.keySet());
    }

    private synchronized void leave() {
        serving = false;
        hearing.values().forEach(all -> all.forEach(Contribution::close));
        hearing.clear();
    }

    private static void close(AutoCloseable each) {
        try {
            each.close();
        } catch (Exception e) {
            LOG.warn("Cannot disconnect a hearer: {}", e.getMessage());
        }
    }
}
