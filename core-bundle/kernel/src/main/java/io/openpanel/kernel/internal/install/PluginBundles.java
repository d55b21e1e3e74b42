package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.isolated.StandIn;
import io.openpanel.kernel.internal.plugin.PluginOf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bundles of installed plugins, found again by their locations, which hold the digest of their bytes. They are started
 * transiently: the framework brings none back by itself, so that a restart has what the {@link Ledger} says.
 */
final class PluginBundles {
    private static final Logger LOG = LoggerFactory.getLogger(PluginBundles.class);

    private final BundleContext context;
    private final PluginFiles files;

    PluginBundles(BundleContext context, PluginFiles files) {
        this.context = context;
        this.files = files;
    }

    private static String location(String plugin, String sha256, boolean isolated) {
        return PluginOf.INSTALLED + plugin + '@' + sha256 + (isolated ? PluginOf.ISOLATED : "");
    }

    /** Every version of a plugin that is there. */
    List<Bundle> of(String plugin) {
        List<Bundle> found = new ArrayList<>();
        for (Bundle each : context.getBundles()) {
            if (each.getLocation().startsWith(PluginOf.INSTALLED + plugin + '@')) {
                found.add(each);
            }
        }
        return found;
    }

    /** Starts a version out of its kept bytes; one that is there already is the one. */
    Bundle start(String plugin, String sha256, boolean isolated) {
        Bundle bundle = install(plugin, sha256, isolated);
        try {
            bundle.start(Bundle.START_TRANSIENT);
            return bundle;
        } catch (BundleException e) {
            throw new Problem(Problem.Kind.CONFLICT, "it does not start: " + e.getMessage(), e);
        }
    }

    private Bundle install(String plugin, String sha256, boolean isolated) {
        try (InputStream kept = files.open(sha256);
                InputStream bytes = isolated ? standIn(kept) : kept) {
            return context.installBundle(location(plugin, sha256, isolated), bytes);
        } catch (BundleException e) {
            throw new Problem(Problem.Kind.CONFLICT, "its file cannot be installed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code of an isolated plugin never comes into this process. */
    private static InputStream standIn(InputStream kept) throws IOException {
        Path file = Files.createTempFile("plugin", ".jar");
        try {
            Files.copy(kept, file, StandardCopyOption.REPLACE_EXISTING);
            return new ByteArrayInputStream(StandIn.of(file));
        } finally {
            Files.delete(file);
        }
    }

    /** Takes away one version of a plugin. */
    void discard(String plugin, String sha256, boolean isolated) {
        discard(context.getBundle(location(plugin, sha256, isolated)));
    }

    /** Takes away all versions of a plugin but one. */
    void discardOthers(String plugin, String sha256, boolean isolated) {
        of(plugin).stream()
                .filter(each -> !each.getLocation().equals(location(plugin, sha256, isolated)))
                .forEach(PluginBundles::discard);
    }

    static void discard(Bundle bundle) {
        if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
            return;
        }
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            LOG.warn("Cannot uninstall {}: {}", bundle.getLocation(), e.getMessage());
        }
    }

    /** The plugins that have a bundle here. */
    Set<String> plugins() {
        return Arrays.stream(context.getBundles())
                .map(Bundle::getLocation)
                .filter(each -> each.startsWith(PluginOf.INSTALLED))
                .map(each -> each.substring(PluginOf.INSTALLED.length(), each.indexOf('@')))
                .collect(Collectors.toSet());
    }
}
