package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.event.Schedules;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.Streams;
import io.openpanel.kernel.internal.job.Jobs;
import io.openpanel.spi.Storage;
import java.util.Optional;
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
    public void open(Jobs jobs, EventBus events, Schedules schedules, InnerCalls inner, Storage storage) {
        plugins = new Plugins(
                context,
                catalogue,
                calls,
                streams,
                jobs,
                new Hearers(events, schedules, calls),
                plugin -> new PanelOfBundle(plugin, inner, calls, events, storage));
        registration = (ServiceRegistration<Panel>) context.registerService(Panel.class.getName(), plugins, null);
        catalogue.pendingFrom(plugins::pending);
        catalogue.servingFrom(plugins::isServing);
        plugins.open();
    }

    public boolean allows(String plugin, String action) {
        return plugins != null && plugins.allows(plugin, action);
    }

    /** Whether a plugin is being exchanged at this moment. */
    public boolean isExchanging() {
        return plugins != null && plugins.isExchanging();
    }

    public Extension actions() {
        return new PluginActions(plugins, catalogue);
    }

    /** Plugins as resources of the panel. */
    public Resources resources() {
        return new Resources() {
            @Override
            public String kind() {
                return "plugin";
            }

            @Override
            public String plural() {
                return "plugins";
            }

            @Override
            public Optional<Resource> find(String id) {
                return plugins.find(id)
                        .map(plugin -> new Resource(
                                new Ref("plugin", plugin.id()),
                                plugin.title(),
                                Optional.empty(),
                                Optional.empty(),
                                plugin.bundle().getVersion() + "."
                                        + plugin.bundle().getState()));
            }
        };
    }

    public void close() {
        plugins.close();
        registration.unregister();
    }
}
