package io.openpanel.kernel.internal.plugin;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRevision;

/** What a bundle's {@code @Plugin} says. */
public record PluginOf(String id, String title, List<String> uses, Bundle bundle) {
    /** How the locations of bundles begin that the installer installed. */
    public static final String INSTALLED = "plugin:";

    /** How the locations end of those that only stand for a plugin in a process of its own. */
    public static final String ISOLATED = "!isolated";

    private static final String NAMESPACE = "openpanel.plugin";

    /** The plugin in a bundle, if it has one. */
    @SuppressWarnings("unchecked")
    public static Optional<PluginOf> read(Bundle bundle) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null || bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null) {
            return Optional.empty();
        }
        return revision.getDeclaredCapabilities(NAMESPACE).stream().findFirst().map(capability -> {
            Map<String, Object> attributes = capability.getAttributes();
            Object uses = attributes.get("uses");
            List<String> globs = uses instanceof List<?> list
                    ? (List<String>) list
                    : uses instanceof String one && !one.isBlank() ? List.of(one.split(",")) : List.of();
            return new PluginOf(
                    String.valueOf(attributes.get("id")),
                    String.valueOf(attributes.get("title")),
                    globs.stream()
                            .map(String::strip)
                            .filter(glob -> !glob.isEmpty())
                            .toList(),
                    bundle);
        });
    }

    /** Whether it came from a marketplace, and not with the panel. */
    public boolean isInstalled() {
        return bundle.getLocation().startsWith(INSTALLED);
    }

    /** Whether it runs in a process of its own, and the bundle here only stands for it. */
    public boolean isIsolated() {
        return isInstalled() && bundle.getLocation().endsWith(ISOLATED);
    }

    /** Of the file it was installed from. */
    public String sha256() {
        String location = bundle.getLocation();
        int end = isIsolated() ? location.length() - ISOLATED.length() : location.length();
        return location.substring(location.indexOf('@') + 1, end);
    }

    /** Whether an action of another plugin is listed in {@code uses}. */
    public boolean lists(String action) {
        return uses.stream().anyMatch(glob -> matches(glob, action));
    }

    private static boolean matches(String glob, String action) {
        return Pattern.matches(Pattern.quote(glob).replace("*", "\\E[a-z0-9.-]*\\Q"), action);
    }
}
