package io.openpanel.kernel.internal.isolated;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.gateway.PluginFaults;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.setting.Settings;
import io.openpanel.spi.Sandbox;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.osgi.util.tracker.ServiceTracker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what the stand-ins that are started stand for, each in a process of its own, until they are stopped. */
public final class IsolatedPlugins implements BundleTrackerCustomizer<Isolate>, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(IsolatedPlugins.class);
    private static final String PROGRAM = "openpanel.isolate";

    private final Path folder;
    private final String owner;
    private final Path program;
    private final Version api;
    private final Function<String, InputStream> files;
    private final InnerCalls inner;
    private final Calls calls;
    private final PluginFaults faults;
    private final Settings settings;
    private final ServiceTracker<Sandbox, Sandbox> sandboxes;
    private final BundleTracker<Isolate> tracker;
    private volatile boolean swept;

    /** @param files gives a plugin's kept jar by its SHA-256 */
    public IsolatedPlugins(
            BundleContext context,
            Path home,
            Version api,
            Function<String, InputStream> files,
            InnerCalls inner,
            Calls calls,
            PluginFaults faults,
            Settings settings) {
        this.folder = home.resolve("run").resolve("isolated");
        this.owner = digest(home.toAbsolutePath().normalize().toString());
        this.program = Path.of(Optional.ofNullable(context.getProperty(PROGRAM))
                .orElse(context.getProperty("karaf.home") + "/programs/openpanel-isolate.jar"));
        this.api = api;
        this.files = files;
        this.inner = inner;
        this.calls = calls;
        this.faults = faults;
        this.settings = settings;
        settings.bringApart(this::configure);
        clear();
        this.sandboxes = new ServiceTracker<>(context, Sandbox.class, null) {
            @Override
            public Sandbox addingService(ServiceReference<Sandbox> reference) {
                Sandbox sandbox = super.addingService(reference);
                Thread sweeping = new Thread(() -> sweep(sandbox), "isolated-sweep");
                sweeping.setDaemon(true);
                sweeping.start();
                return sandbox;
            }
        };
        this.tracker = new BundleTracker<>(context, Bundle.ACTIVE, this);
    }

    public IsolatedPlugins open() {
        sandboxes.open();
        tracker.open();
        return this;
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What a panel that was killed left. */
    private void clear() {
        try (Stream<Path> left = Files.exists(folder) ? Files.walk(folder) : Stream.empty()) {
            for (Path each : left.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            LOG.warn("Cannot clear {}: {}", folder, e.getMessage());
        }
    }

    private synchronized void sweep(Sandbox sandbox) {
        if (swept) {
            return;
        }
        try {
            sandbox.sweep(owner);
            swept = true;
        } catch (RuntimeException e) {
            LOG.warn("What the panel ran apart before cannot be looked for: {}", e.getMessage());
        }
    }

    /** Why no plugin can be run apart from the panel now. */
    public Optional<String> obstacle() {
        Sandbox sandbox = sandboxes.getService();
        if (sandbox == null) {
            return Optional.of("There is nothing here that runs plugins apart from the panel; start the plugin that"
                    + " brings the container engine");
        }
        if (!Files.isReadable(program)) {
            return Optional.of("The panel's build lacks " + program.getFileName() + "; build or install it again");
        }
        return sandbox.obstacle();
    }

    /** Makes what a start needs; some seconds the first time. */
    public void prepare() {
        sandbox().prepare();
    }

    private Sandbox sandbox() {
        obstacle().ifPresent(reason -> {
            throw new Problem(Problem.Kind.UNAVAILABLE, reason);
        });
        Sandbox sandbox = sandboxes.getService();
        sweep(sandbox);
        return sandbox;
    }

    private boolean configure(PluginOf plugin, ObjectNode given) {
        Isolate isolate = tracker.getObject(plugin.bundle());
        return isolate != null && isolate.configure(given);
    }

    /** Why a plugin's process does not serve, where it will not by itself. */
    public Optional<String> failure(Bundle standIn) {
        return Optional.ofNullable(tracker.getObject(standIn)).flatMap(Isolate::failure);
    }

    /** What a plugin's process uses now. */
    public Optional<Sandbox.Usage> usage(Bundle standIn) {
        return Optional.ofNullable(tracker.getObject(standIn)).flatMap(Isolate::usage);
    }

    /** Whether a plugin's process has not said yet what it has. */
    public boolean isStarting(Bundle standIn) {
        return Optional.ofNullable(tracker.getObject(standIn))
                .filter(Isolate::isStarting)
                .isPresent();
    }

    @Override
    public Isolate addingBundle(Bundle bundle, BundleEvent event) {
        PluginOf plugin = PluginOf.read(bundle)
                .filter(PluginOf::isIsolated)
                .filter(PluginOf::hasCode)
                .orElse(null);
        if (plugin == null) {
            return null;
        }
        BundleContext context = bundle.getBundleContext();
        Panel panel = context.getService(context.getServiceReference(Panel.class));
        faults.startAnew(plugin.id());
        LiveCalls live = new LiveCalls();
        Requests requests = new Requests(plugin, panel, inner, calls, live);
        return new Isolate(
                        plugin,
                        context,
                        () -> begin(plugin, requests),
                        () -> settings.given(plugin),
                        live,
                        calls,
                        faults)
                .start();
    }

    private Cell begin(PluginOf plugin, Requests requests) {
        Sandbox sandbox = sandbox();
        sandbox.prepare();
        try (InputStream jar = files.apply(plugin.sha256())) {
            return new Cell(
                    sandbox, folder, new Cell.Content(owner, plugin.id(), program, jar, api.toString(), requests));
        } catch (IOException e) {
            throw new IllegalStateException("The kept file of " + plugin.id() + " cannot be read", e);
        }
    }

    @Override
    public void modifiedBundle(Bundle bundle, BundleEvent event, Isolate isolate) {
        // It is there or it is not.
    }

    @Override
    public void removedBundle(Bundle bundle, BundleEvent event, Isolate isolate) {
        isolate.close();
    }

    @Override
    public void close() {
        tracker.close();
        sandboxes.close();
    }
}
