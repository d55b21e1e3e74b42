package io.openpanel.routes.internal;

import io.openpanel.spi.PluginSettings;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;

/** Gives each run of a route what is set for its plugin at that moment: the property {@code setting}, a map. */
final class SettingsOfRoute extends RoutePolicySupport {
    private static final String PROPERTY = "setting";

    private final PluginSettings settings;
    private final UnaryOperator<String> plugins;

    /** @param plugins gives the plugin that ships a route */
    SettingsOfRoute(PluginSettings settings, UnaryOperator<String> plugins) {
        this.settings = settings;
        this.plugins = plugins;
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        if (exchange.getProperty(PROPERTY) == null) {
            exchange.setProperty(PROPERTY, settings.of(plugins.apply(route.getRouteId())));
        }
    }
}
