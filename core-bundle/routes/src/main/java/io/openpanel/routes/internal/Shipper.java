package io.openpanel.routes.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRevision;

/**
 * The plugin whose routes a bundle brings.
 *
 * @param isolated whether nobody trusts it; the kernel says so in what stands for such a plugin
 */
record Shipper(String plugin, List<String> uses, boolean isolated) {
    static Shipper of(Bundle bundle) {
        BundleRevision revision = Optional.ofNullable(bundle.adapt(BundleRevision.class))
                .orElseThrow(() -> new IllegalStateException(bundle + " was uninstalled"));
        return revision.getDeclaredCapabilities("openpanel.plugin").stream()
                .findFirst()
                .map(BundleCapability::getAttributes)
                .map(Shipper::of)
                .orElse(new Shipper(bundle.getSymbolicName(), List.of(), false));
    }

    private static Shipper of(Map<String, Object> said) {
        Object uses = said.get("uses");
        return new Shipper(
                String.valueOf(said.get("id")),
                uses instanceof List<?> list
                        ? list.stream().map(String::valueOf).toList()
                        : List.of(),
                "true".equals(said.get("isolated")));
    }
}
