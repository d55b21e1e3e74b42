package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Ref;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.BundleRevision;

/** What a bundle's {@code @Plugin} says. */
public record PluginOf(String id, String title, List<String> uses, Bundle bundle) {
    /** How the locations of bundles begin that the installer installed. */
    public static final String INSTALLED = "plugin:";

    /** How the locations end of those that only stand for a plugin in a process of its own. */
    public static final String ISOLATED = "!isolated";

    /** Stands in what a stand-in brings where a process is to be started for it. */
    public static final String PROCESS = "OPENPANEL-INF/process";

    private static final String NAMESPACE = "openpanel.plugin";
    private static final String HOST = "host:";
    private static final List<String> CODE = List.of("Service-Component", Constants.BUNDLE_ACTIVATOR);

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

    /** Whether a manifest has something run; a plugin of routes, lists and words alone has not. */
    public static boolean hasCode(UnaryOperator<String> headers) {
        return CODE.stream().anyMatch(header -> headers.apply(header) != null);
    }

    /** Whether classes of it run, here or in a process of its own. */
    public boolean hasCode() {
        return isIsolated() ? bundle.getEntry(PROCESS) != null : hasCode(bundle.getHeaders()::get);
    }

    /** The hosts it is to reach, as people were shown. */
    public Set<Ref> hosts() {
        return uses.stream()
                .filter(each -> each.startsWith(HOST) && each.length() > HOST.length())
                .map(Ref::parse)
                .collect(Collectors.toUnmodifiableSet());
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
