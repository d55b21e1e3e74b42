package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;
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

    private final BundleContext context;
    private final Plugins plugins;
    private final Marketplaces marketplaces;
    private final PluginFiles files;
    private final Ledger ledger;
    private final Supplier<Path> workspaces;
    private final HealthGate gate;
    private final Duration patience;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    /** @param workspaces gives the folder of the job that runs */
    Installer(
            BundleContext context,
            Plugins plugins,
            Marketplaces marketplaces,
            PluginFiles files,
            Ledger ledger,
            Supplier<Path> workspaces,
            InstantSource clock) {
        this.context = context;
        this.plugins = plugins;
        this.marketplaces = marketplaces;
        this.files = files;
        this.ledger = ledger;
        this.workspaces = workspaces;
        this.gate = new HealthGate(context);
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
            Release release = call.step("fetch", Release.class, () -> fetch(call, wanted));
            return change(call, release);
        });
    }

    /** Goes back to the version before. */
    Installed rollBack(Call call, Ledger.Row row) {
        return alone(row.plugin(), call, () -> {
            Release former = call.step("choose", Release.class, () -> former(row));
            call.log("Back to " + former.version());
            return change(call, former);
        });
    }

    private static Release former(Ledger.Row row) {
        return new Release(
                row.plugin(),
                row.title(),
                row.formerVersion()
                        .orElseThrow(() -> new Problem(
                                Problem.Kind.CONFLICT, row.title() + " has no former version to go back to")),
                row.formerSha256().orElseThrow(),
                row.marketplace(),
                row.publisher(),
                row.formerPermissions().orElse(List.of()));
    }

    /** Why a release cannot be installed here, for whoever asks before. */
    Optional<String> obstacle(Marketplaces.Offer offer, Index.Release release) {
        try {
            check(offer, release);
            return Optional.empty();
        } catch (Problem problem) {
            return Optional.of(problem.getMessage());
        }
    }

    /** What the index alone tells of it. */
    void check(Marketplaces.Offer offer, Index.Release release) {
        String name = offer.plugin().title() + ' ' + release.version();
        offer.index().revocation(offer.plugin().id(), release.version()).ifPresent(revocation -> {
            throw new Problem(Problem.Kind.CONFLICT, name + " was revoked: " + revocation.reason());
        });
        Version api = plugins.apiVersion();
        if (!new VersionRange(release.host()).includes(api)) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    name + " works with versions " + release.host() + " of the plugin interface, and this panel has "
                            + api + "; look for another version of it");
        }
        boolean ours = plugins.find(offer.plugin().id())
                .map(plugin -> !plugin.isInstalled())
                .orElse(false);
        if (ours) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "'" + offer.plugin().id() + "' is a plugin of the panel itself; no marketplace replaces it");
        }
        if (!marketplaces.isTrusted(offer)) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Nobody trusts " + offer.plugin().publisher() + ", who publishes " + name
                            + ". A plugin runs inside the panel and can do all that the panel can; an owner who"
                            + " accepts that trusts the publisher first (publisher.trust)");
        }
    }

    private Release fetch(Call call, Wanted wanted) {
        Marketplaces.Offer offer = wanted.offer;
        Index.Release release = wanted.release;
        check(offer, release);
        requireNewer(offer.plugin(), release);
        requireAgreement(offer.plugin(), release.permissions(), wanted.agreed);
        Path jar = workspaces.get().resolve("plugin.jar");
        marketplaces.download(offer, release, jar);
        PluginFile file = Marketplaces.checked(() -> {
            PluginFile read = PluginFile.read(jar);
            offer.index().verify(offer.plugin(), release, read);
            return read;
        });
        call.log("Fetched " + file.title() + ' ' + file.version() + ", " + file.size() / 1024 + " KiB, SHA-256 "
                + file.sha256() + ", as " + offer.plugin().publisher() + " signed it");
        files.keep(jar, file, clock.instant());
        return new Release(
                file.id(),
                file.title(),
                file.version(),
                file.sha256(),
                offer.marketplace().name(),
                offer.plugin().publisher(),
                file.permissions());
    }

    private void requireNewer(Index.Plugin plugin, Index.Release release) {
        ledger.find(plugin.id()).filter(row -> row.sha256().isPresent()).ifPresent(row -> {
            if (new Version(release.version()).compareTo(new Version(row.version())) < 0) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        plugin.title() + ' ' + release.version() + " is older than " + row.version()
                                + ", which is installed; roll back to go to the version before, or uninstall it first");
            }
        });
    }

    /** What it had before needs no second yes. */
    private void requireAgreement(Index.Plugin plugin, List<String> asked, List<String> agreed) {
        TreeSet<String> more = new TreeSet<>(asked);
        ledger.find(plugin.id())
                .filter(row -> row.sha256().isPresent())
                .ifPresent(row -> more.removeAll(row.permissions()));
        if (!more.isEmpty() && !new TreeSet<>(agreed).equals(new TreeSet<>(asked))) {
            throw new Problem(
                    Problem.Kind.UNCONFIRMED,
                    plugin.title() + " wants to call " + String.join(", ", asked)
                            + ". Send permissions with exactly these to agree");
        }
    }

    private Installed change(Call call, Release release) {
        if (!isCommitted(release)) {
            Bundle fresh = stage(call, release);
            try {
                awaitHealth(call, fresh);
                serve(call, release, fresh);
            } catch (RuntimeException e) {
                if (!isCommitted(release)) {
                    discard(fresh);
                }
                throw e instanceof Problem problem ? refused(release, problem) : e;
            }
        }
        call.progress(100);
        dropOthers(release);
        files.dropUnused(clock.instant());
        return new Installed(
                new Ref("plugin", release.plugin()),
                release.version(),
                ledger.find(release.plugin()).flatMap(Ledger.Row::formerVersion));
    }

    private boolean isCommitted(Release release) {
        return ledger.find(release.plugin())
                .filter(row ->
                        row.sha256().equals(Optional.of(release.sha256())) && row.state() == Ledger.State.ENABLED)
                .isPresent();
    }

    private Bundle stage(Call call, Release release) {
        if (!files.has(release.sha256())) {
            throw refused(release, new Problem(Problem.Kind.CONFLICT, "its file was given up meanwhile; try again"));
        }
        call.log("Starting " + release.version() + beside(release));
        discard(context.getBundle(location(release.plugin(), release.sha256())));
        Bundle fresh = bundle(release.plugin(), release.sha256());
        try {
            fresh.start(Bundle.START_TRANSIENT);
            return fresh;
        } catch (BundleException e) {
            discard(fresh);
            throw refused(release, new Problem(Problem.Kind.CONFLICT, "it does not start: " + e.getMessage(), e));
        }
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
        return gate.components(bundle).map(HealthGate.Ill::reason);
    }

    private void awaitHealth(Call call, Bundle fresh) {
        long end = System.nanoTime() + patience.toNanos();
        Optional<HealthGate.Ill> ill = gate.look(fresh, plugins.contribution(fresh));
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
            }
            ledger.commit(release, call.caller().ref(), clock.instant());
        } catch (RuntimeException e) {
            former.ifPresent(plugins::exchange);
            throw e;
        }
        call.log(release.version() + " serves"
                + (former.isPresent() ? "; the change took " + (System.nanoTime() - start) / 1_000_000 + " ms" : ""));
    }

    /** Bundles of the plugin that are not the one that serves. */
    private void dropOthers(Release release) {
        String kept = location(release.plugin(), release.sha256());
        for (Bundle each : installed(release.plugin())) {
            if (!each.getLocation().equals(kept)) {
                discard(each);
            }
        }
    }

    private List<Bundle> installed(String plugin) {
        List<Bundle> found = new ArrayList<>();
        for (Bundle each : context.getBundles()) {
            if (each.getLocation().startsWith(PluginOf.INSTALLED + plugin + '@')) {
                found.add(each);
            }
        }
        return found;
    }

    private static String location(String plugin, String sha256) {
        return PluginOf.INSTALLED + plugin + '@' + sha256;
    }

    private Bundle bundle(String plugin, String sha256) {
        try (InputStream bytes = files.open(sha256)) {
            return context.installBundle(location(plugin, sha256), bytes);
        } catch (BundleException e) {
            throw new Problem(Problem.Kind.CONFLICT, "The file cannot be installed: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void discard(Bundle bundle) {
        if (bundle == null || bundle.getState() == Bundle.UNINSTALLED) {
            return;
        }
        try {
            bundle.uninstall();
        } catch (BundleException e) {
            LOG.warn("Cannot uninstall {}: {}", bundle.getLocation(), e.getMessage());
        }
    }

    /** Takes a plugin's bundles away. */
    void remove(Call call, Ledger.Row row) {
        alone(row.plugin(), call, () -> {
            ledger.uninstall(row.plugin(), call.caller().ref(), clock.instant());
            installed(row.plugin()).forEach(Installer::discard);
            plugins.forget(row.plugin());
            files.dropUnused(clock.instant());
            return null;
        });
    }

    /** Stops a plugin until somebody starts it, or for good where its marketplace took it back. */
    void stop(Ledger.Row row, Ledger.State state, Optional<String> reason, Ref by) {
        requireInstalled(row);
        ledger.state(row.plugin(), state, reason, by, clock.instant());
        for (Bundle each : installed(row.plugin())) {
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
        installed(row.plugin())
                .forEach(each -> plugins.contribution(each).turnstile().abandonThreads());
        restore(row.plugin(), row.sha256().orElseThrow());
    }

    /** Makes the framework follow the ledger, after a start of the panel. */
    void restore() {
        List<Ledger.Row> rows = ledger.all();
        for (Bundle each : context.getBundles()) {
            boolean ours = each.getLocation().startsWith(PluginOf.INSTALLED);
            boolean wanted = rows.stream()
                    .filter(row -> row.sha256().isPresent())
                    .anyMatch(row -> each.getLocation()
                            .equals(location(row.plugin(), row.sha256().get())));
            if (ours && !wanted) {
                discard(each);
            }
        }
        for (Ledger.Row row : rows) {
            if (row.state() == Ledger.State.ENABLED) {
                row.sha256().ifPresent(sha256 -> restore(row.plugin(), sha256));
            }
        }
    }

    private void restore(String plugin, String sha256) {
        try {
            bundle(plugin, sha256).start(Bundle.START_TRANSIENT);
        } catch (BundleException | RuntimeException e) {
            LOG.error("The plugin {} does not start: {}", plugin, e.getMessage(), e);
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

    /** One change of a plugin at a time; the others wait for it. */
    private <T> T alone(String plugin, Call call, Supplier<T> work) {
        ReentrantLock lock = locks.computeIfAbsent(plugin, any -> new ReentrantLock());
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
