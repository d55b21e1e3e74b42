package io.openpanel.spi;

import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/** What is set for plugins, for those parts of the panel that work in a plugin's name. */
@ProviderType
public interface PluginSettings {
    /**
     * What counts for a plugin now, defaults included: texts, numbers, booleans and lists of these by name. Secrets are not
     * among them; an input has {@code {"setting": "name"}} in the place of one, and the gateway puts it in.
     */
    Map<String, Object> of(String plugin);
}
