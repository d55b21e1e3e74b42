package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.event.Schedules;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.gateway.Streams;
import io.openpanel.kernel.internal.job.Jobs;
import io.openpanel.spi.Storage;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;

/** The plugins' side of the kernel. */
public final class PluginHost {
    private final BundleContext context;
    private final LiveCatalogue catalogue;
    private final Calls calls;
    private final Streams streams;
    private volatile Plugins plugins;
    private ServiceRegistration<Panel> registration;

    public PluginHost(BundleContext context, LiveCatalogue catalogue, Calls calls, Streams streams) {
        this.context = context;
        this.catalogue = catalogue;
        this.calls = calls;
        this.streams = streams;
    }

    /** Gives plugins their {@link Panel} and takes in what they publish. */
    @SuppressWarnings("unchecked")
    public void open(
            Jobs jobs, EventBus events, Schedules schedules, InnerCalls inner, Storage storage, PluginFaults faults) {
        plugins = new Plugins(
                context,
                catalogue,
                calls,
                streams,
                jobs,
                new Hearers(events, schedules, calls, faults),
                plugin -> new PanelOfBundle(plugin, inner, calls, events, storage, faults),
                faults);
        registration = (ServiceRegistration<Panel>) context.registerService(Panel.class.getName(), plugins, null);
        catalogue.pendingFrom(plugins::pending);
        catalogue.servingFrom(plugins::isServing);
        plugins.open();
    }

    public boolean allows(String plugin, String action) {
        return plugins != null && plugins.allows(plugin, action);
    }

    /** Whether a plugin runs in a process of its own, because nobody trusts it. */
    public boolean isIsolated(String plugin) {
        return plugins != null && plugins.find(plugin).map(PluginOf::isIsolated).orElse(false);
    }

    /** The hosts a plugin is to reach. */
    public Set<Ref> hosts(String plugin) {
        return plugins == null
                ? Set.of()
                : plugins.find(plugin).map(PluginOf::hosts).orElse(Set.of());
    }

    /** Whether a plugin is being exchanged at this moment. */
    public boolean isExchanging() {
        return plugins != null && plugins.isExchanging();
    }

    /** Adds to what a start waits for. */
    public void alsoPending(Supplier<List<String>> more) {
        catalogue.pendingFrom(() ->
                Stream.concat(plugins.pending().stream(), more.get().stream()).toList());
    }

    /** The plugins there are. */
    public Plugins plugins() {
        return plugins;
    }

    public void close() {
        plugins.close();
        registration.unregister();
    }
}
