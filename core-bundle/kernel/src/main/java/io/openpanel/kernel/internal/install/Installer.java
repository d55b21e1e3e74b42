package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.health.Ill;
import io.openpanel.kernel.internal.isolated.IsolatedPlugins;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.marketplace.Index;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From a release to a plugin that serves. A new version is started beside the one that serves, which is called until the
 * new one is well; only then do they change places. What the {@link Ledger} says is what a restart brings back, so that a
 * panel that is killed at any point has the old version or the new one, whole.
 */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);
    /** Seconds that a new version has to become well. */
    private static final String PATIENCE = "openpanel.plugin.patience";

    private static final long LOOK_MILLIS = 50;
    private static final Duration BACK = Duration.ofSeconds(20);

    private final Plugins plugins;
    private final Releases releases;
    private final PluginFiles files;
    private final PluginBundles bundles;
    private final Ledger ledger;
    private final IsolatedPlugins isolated;
    private final HealthGate gate;
    private final Duration patience;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    Installer(
            BundleContext context,
            Plugins plugins,
            Releases releases,
            PluginFiles files,
            PluginBundles bundles,
            Ledger ledger,
            IsolatedPlugins isolated,
            InstantSource clock) {
        this.isolated = isolated;
        this.plugins = plugins;
        this.releases = releases;
        this.files = files;
        this.bundles = bundles;
        this.ledger = ledger;
        this.gate = new HealthGate(context, isolated::failure);
        this.patience = Duration.ofSeconds(Long.parseLong(
                Optional.ofNullable(context.getProperty(PATIENCE)).orElse("30")));
        this.clock = clock;
    }

    /** What the admin wants and agreed to. */
    record Wanted(Marketplaces.Offer offer, Index.Release release, List<String> agreed) {}

    /** @param former the version that can be gone back to */
    public record Installed(Ref plugin, String version, Optional<String> former) {}

    /** Installs a release, or puts it in the place of the version that is installed. */
    Installed install(Call call, Wanted wanted) {
        return alone(wanted.offer.plugin().id(), call, () -> {
            Release release = call.step("fetch", Release.class, () -> releases.fetch(call, wanted));
            return change(call, release);
        });
    }

    /** Puts a version that its owner is building in the place of the one that serves. */
    Installed develop(Call call, Path jar, boolean apart) {
        Release release = releases.ofFile(jar, apart);
        return alone(release.plugin(), call, () -> change(call, release));
    }

    /** Goes back to the version before. */
    Installed rollBack(Call call, Ledger.Row row) {
        return alone(row.plugin(), call, () -> {
            Release former = call.step("choose", Release.class, () -> releases.former(row));
            call.log("Back to " + former.version());
            return change(call, former);
        });
    }

    private Installed change(Call call, Release release) {
        if (!isCommitted(release)) {
            Bundle fresh = stage(call, release);
            try {
                awaitHealth(call, fresh);
                serve(call, release, fresh);
            } catch (RuntimeException e) {
                if (!isCommitted(release)) {
                    PluginBundles.discard(fresh);
                    forgetUnlessInstalled(release.plugin());
                }
                throw e instanceof Problem problem ? refused(release, problem) : e;
            }
        }
        call.progress(100);
        bundles.discardOthers(release.plugin(), release.sha256(), release.isolated());
        Failpoints.hit(Failpoint.INSTALL_AFTER_DISCARD);
        files.dropUnused(clock.instant());
        return new Installed(
                new Ref("plugin", release.plugin()),
                release.version(),
                ledger.find(release.plugin()).flatMap(Ledger.Row::formerVersion));
    }

    private boolean isCommitted(Release release) {
        return ledger.find(release.plugin())
                .filter(row -> row.sha256().equals(Optional.of(release.sha256()))
                        && row.isolated() == release.isolated()
                        && row.development() == release.development()
                        && row.state() == Ledger.State.ENABLED)
                .isPresent();
    }

    private Bundle stage(Call call, Release release) {
        if (!files.has(release.sha256())) {
            throw refused(release, new Problem(Problem.Kind.CONFLICT, "its file was given up meanwhile; try again"));
        }
        bundles.discard(release.plugin(), release.sha256(), release.isolated());
        try {
            if (release.isolated()) {
                prepareApart(call, release);
            }
            call.log("Starting " + release.version() + beside(release));
            Bundle fresh = bundles.start(release.plugin(), release.sha256(), release.isolated());
            Failpoints.hit(Failpoint.INSTALL_AFTER_START);
            return fresh;
        } catch (Problem problem) {
            bundles.discard(release.plugin(), release.sha256(), release.isolated());
            forgetUnlessInstalled(release.plugin());
            throw refused(release, problem);
        }
    }

    private void prepareApart(Call call, Release release) {
        String why = release.development() ? "In development: it " : "Nobody trusts " + release.publisher() + ": it ";
        if (!Contents.of(files.open(release.sha256())).code()) {
            call.log(why + "has no code, and its routes do what was shown");
            return;
        }
        call.log(why + "runs in a container of its own, apart from the panel");
        isolated.prepare();
    }

    private String beside(Release release) {
        return ledger.find(release.plugin())
                .filter(row -> row.state() == Ledger.State.ENABLED)
                .map(row -> " beside " + row.version() + ", which goes on serving")
                .orElse("");
    }

    private Problem refused(Release release, Problem why) {
        String former = ledger.find(release.plugin())
                .filter(row -> row.state() == Ledger.State.ENABLED)
                .map(row -> "; version " + row.version() + " goes on serving")
                .orElse("; nothing of it stays");
        return new Problem(
                why.kind(),
                release.title() + ' ' + release.version() + " was given up: " + why.getMessage() + former,
                why);
    }

    /** What ails a bundle that is meant to serve, and does not pass by itself. */
    Optional<String> ailment(Bundle bundle) {
        return isolated.failure(bundle).or(() -> gate.components(bundle).map(Ill::reason));
    }

    private void awaitHealth(Call call, Bundle fresh) {
        long end = System.nanoTime() + patience.toNanos();
        Optional<Ill> ill = gate.look(fresh, plugins.contribution(fresh));
        while (ill.isPresent() && !ill.get().lasting()) {
            if (System.nanoTime() > end) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "after " + patience.toSeconds() + " s it is not well: "
                                + ill.get().reason());
            }
            if (call.cancelled()) {
                throw new Problem(Problem.Kind.CONFLICT, "it was cancelled");
            }
            pause();
            ill = gate.look(fresh, plugins.contribution(fresh));
        }
        if (ill.isPresent()) {
            throw new Problem(Problem.Kind.CONFLICT, ill.get().reason());
        }
        call.log("It is well");
        call.progress(80);
    }

    private void serve(Call call, Release release, Bundle fresh) {
        Optional<Bundle> former =
                plugins.find(release.plugin()).map(plugin -> plugin.bundle()).filter(bundle -> !bundle.equals(fresh));
        long start = System.nanoTime();
        try {
            if (former.isPresent()) {
                plugins.exchange(fresh);
                Failpoints.hit(Failpoint.INSTALL_AFTER_EXCHANGE);
            }
            ledger.commit(release, call.caller().ref(), clock.instant());
            Failpoints.hit(Failpoint.INSTALL_AFTER_COMMIT);
        } catch (RuntimeException e) {
            former.ifPresent(plugins::exchange);
            throw e;
        }
        call.log(release.version() + " serves"
                + (former.isPresent() ? "; the change took " + (System.nanoTime() - start) / 1_000_000 + " ms" : ""));
    }

    /** Makes the framework have what the ledger says, after a start of the panel. */
    void restore() {
        TreeSet<String> all = new TreeSet<>(bundles.plugins());
        ledger.all().forEach(row -> all.add(row.plugin()));
        all.forEach(this::restore);
    }

    private void restore(String plugin) {
        ReentrantLock lock = lock(plugin);
        lock.lock();
        try {
            Optional<Ledger.Row> row = ledger.find(plugin);
            bundles.discardOthers(
                    plugin,
                    row.flatMap(Ledger.Row::sha256).orElse(""),
                    row.map(Ledger.Row::isolated).orElse(false));
            forgetUnlessInstalled(plugin);
            if (row.filter(each -> each.state() == Ledger.State.ENABLED).isPresent()) {
                bundles.start(
                        plugin, row.get().sha256().orElseThrow(), row.get().isolated());
            }
        } catch (RuntimeException e) {
            LOG.error("The plugin {} does not start: {}", plugin, e.getMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /** A first version that was given up may have subscribed to events already. */
    private void forgetUnlessInstalled(String plugin) {
        if (!isInstalled(plugin)) {
            plugins.forget(plugin);
        }
    }

    private boolean isInstalled(String plugin) {
        return ledger.find(plugin).flatMap(Ledger.Row::sha256).isPresent();
    }

    /** Takes a plugin's bundles away. */
    void remove(Call call, Ledger.Row row) {
        alone(row.plugin(), call, () -> {
            ledger.uninstall(row.plugin(), call.caller().ref(), clock.instant());
            Failpoints.hit(Failpoint.UNINSTALL_AFTER_RECORD);
            bundles.of(row.plugin()).forEach(PluginBundles::discard);
            Failpoints.hit(Failpoint.UNINSTALL_AFTER_DISCARD);
            plugins.forget(row.plugin());
            files.dropUnused(clock.instant());
            return null;
        });
    }

    /** Stops a plugin until somebody starts it, or for good where its marketplace took it back. */
    void stop(Ledger.Row row, Ledger.State state, Optional<String> reason, Ref by) {
        requireInstalled(row);
        ledger.state(row.plugin(), state, reason, by, clock.instant());
        Failpoints.hit(Failpoint.STOP_AFTER_RECORD);
        for (Bundle each : bundles.of(row.plugin())) {
            try {
                each.stop(Bundle.STOP_TRANSIENT);
            } catch (BundleException e) {
                throw new Problem(Problem.Kind.CONFLICT, row.title() + ": " + e.getMessage(), e);
            }
        }
    }

    private static void requireInstalled(Ledger.Row row) {
        if (row.state() == Ledger.State.UNINSTALLED) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    row.title() + " is not installed; only what it stored is still there. Install it first");
        }
    }

    void start(Ledger.Row row, Ref by) {
        requireInstalled(row);
        if (row.state() == Ledger.State.BLOCKED) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    row.title() + ' ' + row.version() + " was blocked: "
                            + row.reason().orElse("its marketplace took it back") + "; update it, or uninstall it");
        }
        ledger.state(row.plugin(), Ledger.State.ENABLED, Optional.empty(), by, clock.instant());
        Failpoints.hit(Failpoint.START_AFTER_RECORD);
        plugins.startAnew(row.plugin());
        awaitActions(bundles.start(row.plugin(), row.sha256().orElseThrow(), row.isolated()));
    }

    /** A process of its own takes a moment to say what it has. */
    void awaitActions(Bundle bundle) {
        long end = System.nanoTime() + BACK.toNanos();
        while (isolated.isStarting(bundle) && System.nanoTime() < end) {
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
    }

    private ReentrantLock lock(String plugin) {
        return locks.computeIfAbsent(plugin, any -> new ReentrantLock());
    }

    /** One change of a plugin at a time; the others wait for it. */
    private <T> T alone(String plugin, Call call, Supplier<T> work) {
        ReentrantLock lock = lock(plugin);
        if (!lock.tryLock()) {
            call.log("Waiting for another change of " + plugin + " to end");
            while (!lock.tryLock()) {
                if (call.cancelled()) {
                    throw new Problem(Problem.Kind.CONFLICT, "It was cancelled while it waited");
                }
                pause();
            }
        }
        try {
            return work.get();
        } finally {
            lock.unlock();
        }
    }
}
