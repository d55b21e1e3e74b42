package io.openpanel.kernel.internal.install;

import static io.openpanel.api.Action.Access.LOCAL;
import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.plugin.PluginOf;
import io.openpanel.kernel.internal.plugin.Plugins;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** What runs; and how it comes, changes and goes. */
public final class PluginActions implements Extension {
    private static final String KERNEL = "kernel";
    private static final long PATIENCE_SECONDS = 30;

    private final Plugins plugins;
    private final Ledger ledger;
    private final Marketplaces marketplaces;
    private final Installer installer;
    private final Removal removal;
    private final Preview preview;
    private final PluginViews views;

    PluginActions(
            Plugins plugins,
            Ledger ledger,
            Marketplaces marketplaces,
            Installer installer,
            Removal removal,
            Preview preview,
            PluginViews views) {
        this.plugins = plugins;
        this.ledger = ledger;
        this.marketplaces = marketplaces;
        this.installer = installer;
        this.removal = removal;
        this.preview = preview;
        this.views = views;
    }

    public record One(@Param(kind = "plugin") Ref plugin) {}

    public record Listed(List<PluginViews.Shown> items) {}

    public record Installing(
            @Param(value = "The plugin's name, or marketplace/plugin", kind = "offer") Ref offer,
            @Param("The newest where not given") Optional<String> version,
            @Param("What it asks for, repeated, to agree to it") Optional<List<String>> permissions) {}

    public record Planning(
            @Param(value = "The plugin's name, or marketplace/plugin", kind = "offer") Ref offer,
            @Param("The newest where not given") Optional<String> version) {}

    public record Updating(
            @Param(kind = "plugin") Ref plugin,
            @Param("The newest where not given") Optional<String> version,
            @Param("What it asks for, repeated, to agree to it") Optional<List<String>> permissions) {}

    public record Developing(
            @Param("The jar's path on the panel's machine") String file,
            @Param("In a container of its own, as one that nobody trusts") Optional<Boolean> isolated) {}

    public record Installed(
            Ref plugin, String version, @Param("What it can be rolled back to") Optional<String> former) {}

    @Action(value = "plugin.list", summary = "Lists the plugins there are", effect = READ, access = PANEL)
    public Listed list() {
        return new Listed(views.all());
    }

    @Action(value = "plugin.get", summary = "Shows a plugin", effect = READ)
    public PluginViews.Shown get(One in) {
        return views.closely(in.plugin());
    }

    @Action(
            value = "plugin.plan",
            summary =
                    "Says what installing or updating a plugin would change; fetches and checks it, and changes nothing",
            effect = CHANGE,
            http = "POST /plugins/plan",
            job = true)
    public Preview.Plan plan(Call call, Planning in) {
        Marketplaces.Offer offer = offer(in.offer());
        return preview.of(call, offer, offer.release(in.version()));
    }

    @Action(
            value = "plugin.install",
            summary = "Installs a plugin from a marketplace; everything else goes on meanwhile",
            effect = CHANGE,
            job = true)
    public Installed install(Call call, Installing in) {
        Marketplaces.Offer offer = offer(in.offer());
        return installed(installer.install(
                call,
                new Installer.Wanted(
                        offer, offer.release(in.version()), in.permissions().orElse(List.of()))));
    }

    @Action(
            value = "plugin.update",
            summary = "Puts another version of a plugin in the place of the one that serves, once it is well",
            effect = CHANGE,
            http = "POST /plugins/{plugin}/update",
            job = true)
    public Installed update(Call call, Updating in) {
        Ledger.Row row = row(in.plugin());
        Marketplaces.Offer offer = offer(new Ref("offer", row.marketplace() + '/' + row.plugin()));
        return installed(installer.install(
                call,
                new Installer.Wanted(
                        offer, offer.release(in.version()), in.permissions().orElse(List.of()))));
    }

    @Action(
            value = "plugin.rollback",
            summary = "Puts the former version of a plugin back in its place",
            effect = CHANGE,
            job = true)
    public Installed rollback(Call call, One in) {
        return installed(installer.rollBack(call, row(in.plugin())));
    }

    @Action(
            value = "plugin.uninstall",
            summary = "Takes a plugin away; what it stored stays until it is purged",
            effect = CHANGE,
            idempotent = true)
    public PluginViews.Shown uninstall(Call call, One in) {
        removal.uninstall(call, row(in.plugin()));
        return views.shown(in.plugin());
    }

    @Action(value = "plugin.purge", summary = "Takes a plugin away with everything it stored", effect = DESTROY)
    public void purge(Call call, One in) {
        removal.purge(call, row(in.plugin()));
    }

    @Action(
            value = "plugin.develop",
            summary = "Puts a plugin that is being built in its place, without a signature, once it is well",
            effect = CHANGE,
            access = LOCAL)
    public Installed develop(Call call, Developing in) {
        return installed(
                installer.develop(call, Path.of(in.file()), in.isolated().orElse(false)));
    }

    private Marketplaces.Offer offer(Ref offer) {
        return marketplaces
                .offer(offer.id())
                .orElseThrow(() -> new Problem(
                        Problem.Kind.CONFLICT,
                        "No marketplace offers " + offer.id()
                                + " now; refresh the marketplace, or name it as marketplace/plugin"));
    }

    private static Installed installed(Installer.Installed done) {
        return new Installed(done.plugin(), done.version(), done.former());
    }

    private Ledger.Row row(Ref plugin) {
        return ledger.find(plugin.id())
                .orElseThrow(() -> new Problem(
                        Problem.Kind.CONFLICT,
                        "'" + plugin.id()
                                + "' is a part of the panel; it comes and goes with the panel's own versions"));
    }

    @Action(value = "plugin.start", summary = "Starts a plugin", effect = CHANGE, idempotent = true)
    public PluginViews.Shown start(Call call, One in) {
        Optional<Ledger.Row> row = ledger.find(in.plugin().id());
        return change(in.plugin(), () -> {
            if (row.isPresent()) {
                installer.start(row.get(), call.caller().ref());
            } else {
                bundle(in.plugin()).start();
            }
        });
    }

    @Action(
            value = "plugin.stop",
            summary = "Stops a plugin; its pages, paths and commands go until it is started",
            effect = CHANGE,
            idempotent = true)
    public PluginViews.Shown stop(Call call, One in) {
        requireStoppable(in.plugin());
        Optional<Ledger.Row> row = ledger.find(in.plugin().id());
        return change(in.plugin(), () -> {
            if (row.isPresent()) {
                installer.stop(
                        row.get(),
                        Ledger.State.DISABLED,
                        Optional.empty(),
                        call.caller().ref());
            } else {
                bundle(in.plugin()).stop();
            }
        });
    }

    @Action(
            value = "plugin.restart",
            summary = "Stops a plugin and starts it again; calls that come meanwhile wait",
            effect = CHANGE)
    public PluginViews.Shown restart(One in) {
        requireStoppable(in.plugin());
        Bundle bundle = bundle(in.plugin());
        if (bundle.getState() != Bundle.ACTIVE) {
            throw notRunning(in.plugin());
        }
        int how = ledger.find(in.plugin().id()).isPresent() ? Bundle.START_TRANSIENT : 0;
        return change(
                in.plugin(),
                () -> plugins.restart(bundle, () -> {
                    bundle.stop(how);
                    bundle.start(how);
                    installer.awaitActions(bundle);
                }));
    }

    private static void requireStoppable(Ref plugin) {
        if (plugin.id().equals(KERNEL)) {
            throw new Problem(Problem.Kind.CONFLICT, "The kernel itself cannot be stopped; stop the panel instead");
        }
    }

    private Bundle bundle(Ref plugin) {
        return plugins.find(plugin.id()).map(PluginOf::bundle).orElseThrow(() -> notRunning(plugin));
    }

    private static Problem notRunning(Ref plugin) {
        return new Problem(Problem.Kind.CONFLICT, "The plugin " + plugin.id() + " is not running; start it first");
    }

    private PluginViews.Shown change(Ref plugin, Plugins.Step step) {
        CompletableFuture<Void> change = CompletableFuture.runAsync(() -> {
            try {
                step.run();
            } catch (BundleException e) {
                throw new Problem(Problem.Kind.CONFLICT, plugin.id() + ": " + e.getMessage(), e);
            }
        });
        try {
            change.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Problem problem ? problem : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new Problem(Problem.Kind.TIMEOUT, plugin.id() + " takes longer than " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
        return views.shown(plugin);
    }
}
