package io.openpanel.kernel.internal.install;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;

/**
 * From a release to a plugin that serves. A new version is started beside the one that serves, which is called until the
 * new one is well; only then do they change places. What the {@link Ledger} says is what a restart brings back, so that a
 * panel that is killed at any point has the old version or the new one, whole.
 */
final class Installer {
    /** Seconds that a new version has to become well. */
    private static final String PATIENCE = "openpanel.plugin.patience";

    private static final long LOOK_MILLIS = 50;

    private final Plugins plugins;
    private final Marketplaces marketplaces;
    private final Conditions conditions;
    private final PluginFiles files;
    private final PluginBundles bundles;
    private final Ledger ledger;
    private final Fetcher fetcher;
    private final HealthGate gate;
    private final Duration patience;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    Installer(
            BundleContext context,
            Plugins plugins,
            Marketplaces marketplaces,
            Conditions conditions,
            PluginFiles files,
            PluginBundles bundles,
            Ledger ledger,
            Fetcher fetcher,
            InstantSource clock) {
        this.plugins = plugins;
        this.marketplaces = marketplaces;
        this.conditions = conditions;
        this.files = files;
        this.bundles = bundles;
        this.ledger = ledger;
        this.fetcher = fetcher;
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
            requireNotRevoked(former);
            call.log("Back to " + former.version());
            return change(call, former);
        });
    }

    private void requireNotRevoked(Release release) {
        marketplaces
                .revocation(release.marketplace(), release.plugin(), release.version())
                .ifPresent(revocation -> {
                    throw new Problem(
                            Problem.Kind.CONFLICT,
                            release.title() + ' ' + release.version() + " was revoked: " + revocation.reason());
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

    private Release fetch(Call call, Wanted wanted) {
        Marketplaces.Offer offer = wanted.offer;
        Index.Release release = wanted.release;
        conditions.check(offer, release);
        conditions.requireTrust(offer, release);
        conditions.requireNewer(offer.plugin(), release);
        conditions.requireAgreement(offer.plugin(), release.permissions(), wanted.agreed);
        Fetcher.Fetched fetched = fetcher.fetch(call, offer, release);
        PluginFile file = fetched.file();
        files.keep(fetched.jar(), file, clock.instant());
        return new Release(
                file.id(),
                file.title(),
                file.version(),
                file.sha256(),
                offer.marketplace().name(),
                offer.plugin().publisher(),
                file.permissions());
    }

    private Installed change(Call call, Release release) {
        if (!isCommitted(release)) {
            bundles.awaitRestored();
            Bundle fresh = stage(call, release);
            try {
                awaitHealth(call, fresh);
                serve(call, release, fresh);
            } catch (RuntimeException e) {
                if (!isCommitted(release)) {
                    PluginBundles.discard(fresh);
                }
                throw e instanceof Problem problem ? refused(release, problem) : e;
            }
        }
        call.progress(100);
        bundles.discardOthers(release.plugin(), release.sha256());
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
        bundles.discard(release.plugin(), release.sha256());
        try {
            return bundles.start(release.plugin(), release.sha256());
        } catch (Problem problem) {
            bundles.discard(release.plugin(), release.sha256());
            throw refused(release, problem);
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

    /** Takes a plugin's bundles away. */
    void remove(Call call, Ledger.Row row) {
        alone(row.plugin(), call, () -> {
            ledger.uninstall(row.plugin(), call.caller().ref(), clock.instant());
            bundles.of(row.plugin()).forEach(PluginBundles::discard);
            plugins.forget(row.plugin());
            files.dropUnused(clock.instant());
            return null;
        });
    }

    /** Stops a plugin until somebody starts it, or for good where its marketplace took it back. */
    void stop(Ledger.Row row, Ledger.State state, Optional<String> reason, Ref by) {
        requireInstalled(row);
        ledger.state(row.plugin(), state, reason, by, clock.instant());
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
        plugins.startAnew(row.plugin());
        bundles.start(row.plugin(), row.sha256().orElseThrow());
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
