package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.spi.RouteRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

/** Looks at the routes of a plugin that nobody trusts before anything of it is kept. */
final class Routes {
    private static final String FOLDER = "OPENPANEL-INF/routes/";
    private static final int MOST_BYTES = 1 << 16;
    private static final int MOST_FILES = 20;

    private final BundleContext context;

    Routes(BundleContext context) {
        this.context = context;
    }

    /** @throws Problem with the place and the reason where one of them may not be */
    void check(PluginFile plugin, Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            int files = 0;
            for (JarEntry entry : jar.stream().filter(Routes::isRoute).toList()) {
                if (++files > MOST_FILES || entry.getSize() > MOST_BYTES) {
                    throw new Problem(
                            Problem.Kind.CONFLICT,
                            plugin.title() + " has more than " + MOST_FILES + " files with routes, or one of more than "
                                    + (MOST_BYTES >> 10) + " KiB");
                }
                try (InputStream in = jar.getInputStream(entry)) {
                    rules().check(plugin.id(), plugin.permissions(), entry.getName(), in.readNBytes(MOST_BYTES));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isRoute(JarEntry entry) {
        return entry.getName().startsWith(FOLDER) && entry.getName().endsWith(".yaml");
    }

    private RouteRules rules() {
        ServiceReference<RouteRules> reference = context.getServiceReference(RouteRules.class);
        return Optional.ofNullable(reference)
                .map(context::getService)
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "It brings routes, and the plugin routes, which looks at them, is not running; start it"));
    }
}
