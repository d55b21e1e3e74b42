package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.plugin.PluginOf;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
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
    private final CountDownLatch restored = new CountDownLatch(1);

    PluginBundles(BundleContext context, PluginFiles files) {
        this.context = context;
        this.files = files;
    }

    private static String location(String plugin, String sha256) {
        return PluginOf.INSTALLED + plugin + '@' + sha256;
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
    Bundle start(String plugin, String sha256) {
        Bundle bundle = install(plugin, sha256);
        try {
            bundle.start(Bundle.START_TRANSIENT);
            return bundle;
        } catch (BundleException e) {
            throw new Problem(Problem.Kind.CONFLICT, "it does not start: " + e.getMessage(), e);
        }
    }

    private Bundle install(String plugin, String sha256) {
        try (InputStream bytes = files.open(sha256)) {
            return context.installBundle(location(plugin, sha256), bytes);
        } catch (BundleException e) {
            throw new Problem(Problem.Kind.CONFLICT, "its file cannot be installed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Takes away one version of a plugin. */
    void discard(String plugin, String sha256) {
        discard(context.getBundle(location(plugin, sha256)));
    }

    /** Takes away all versions of a plugin but one. */
    void discardOthers(String plugin, String sha256) {
        of(plugin).stream()
                .filter(each -> !each.getLocation().equals(location(plugin, sha256)))
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

    /** Whether what was installed is started again. */
    boolean isRestored() {
        return restored.getCount() == 0;
    }

    /** Until then a bundle that no row names is left over from before, and goes. */
    void awaitRestored() {
        try {
            restored.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
    }

    /** Makes the framework have what the rows say, after a start of the panel. */
    void restore(Supplier<List<Ledger.Row>> ledger) {
        try {
            restore(ledger.get());
        } finally {
            restored.countDown();
        }
    }

    private void restore(List<Ledger.Row> rows) {
        List<String> wanted = rows.stream()
                .filter(row -> row.sha256().isPresent())
                .map(row -> location(row.plugin(), row.sha256().get()))
                .toList();
        for (Bundle each : context.getBundles()) {
            if (each.getLocation().startsWith(PluginOf.INSTALLED) && !wanted.contains(each.getLocation())) {
                discard(each);
            }
        }
        rows.stream().filter(row -> row.state() == Ledger.State.ENABLED).forEach(this::restore);
    }

    private void restore(Ledger.Row row) {
        try {
            start(row.plugin(), row.sha256().orElseThrow());
        } catch (RuntimeException e) {
            LOG.error("The plugin {} does not start: {}", row.plugin(), e.getMessage(), e);
        }
    }
}
