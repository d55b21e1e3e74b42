package io.openpanel.kernel.internal.plugin;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;

/** Shows what runs, and stops and starts it. */
public final class PluginActions implements Extension {
    private static final String KERNEL = "kernel";
    private static final long PATIENCE_SECONDS = 30;

    private final Plugins plugins;
    private final LiveCatalogue catalogue;

    PluginActions(Plugins plugins, LiveCatalogue catalogue) {
        this.plugins = plugins;
        this.catalogue = catalogue;
    }

    public record One(@Param(kind = "plugin") Ref plugin) {}

    public record Shown(
            Ref plugin,
            String title,
            String version,
            @Param("active, stopped or failed") String state,
            @Param("Why it does not work") Optional<String> reason,
            List<String> actions,
            List<String> uses) {}

    public record Listed(List<Shown> items) {}

    @Action(value = "plugin.list", summary = "Lists the plugins there are", effect = READ)
    public Listed list() {
        return new Listed(plugins.all().stream()
                .sorted(Comparator.comparing(PluginOf::id))
                .map(this::shown)
                .toList());
    }

    @Action(value = "plugin.get", summary = "Shows a plugin", effect = READ)
    public Shown get(One in) {
        return shown(find(in));
    }

    @Action(value = "plugin.start", summary = "Starts a plugin", effect = CHANGE, idempotent = true)
    public Shown start(One in) {
        return change(find(in), Bundle::start);
    }

    @Action(
            value = "plugin.stop",
            summary = "Stops a plugin; its pages, paths and commands go until it is started",
            effect = CHANGE,
            idempotent = true)
    public Shown stop(One in) {
        PluginOf plugin = find(in);
        requireStoppable(plugin);
        return change(plugin, Bundle::stop);
    }

    @Action(
            value = "plugin.restart",
            summary = "Stops a plugin and starts it again; calls that come meanwhile wait",
            effect = CHANGE)
    public Shown restart(One in) {
        PluginOf plugin = find(in);
        requireStoppable(plugin);
        return change(
                plugin,
                bundle -> plugins.restart(plugin, () -> {
                    bundle.stop();
                    bundle.start();
                }));
    }

    private static void requireStoppable(PluginOf plugin) {
        if (plugin.id().equals(KERNEL)) {
            throw new Problem(Problem.Kind.CONFLICT, "The kernel itself cannot be stopped; stop the panel instead");
        }
    }

    private interface Step {
        void apply(Bundle bundle) throws BundleException;
    }

    private Shown change(PluginOf plugin, Step step) {
        CompletableFuture<Void> change = CompletableFuture.runAsync(() -> {
            try {
                step.apply(plugin.bundle());
            } catch (BundleException e) {
                throw new Problem(Problem.Kind.CONFLICT, plugin.title() + ": " + e.getMessage(), e);
            }
        });
        try {
            change.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Problem problem ? problem : new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new Problem(
                    Problem.Kind.TIMEOUT, plugin.title() + " takes longer than " + PATIENCE_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
        }
        return shown(plugin);
    }

    private PluginOf find(One in) {
        return plugins.find(in.plugin().id()).orElseThrow(() -> Problem.missing(in.plugin()));
    }

    private Shown shown(PluginOf plugin) {
        Optional<String> failure = plugins.failure(plugin.id());
        boolean active = plugin.bundle().getState() == Bundle.ACTIVE;
        String state = !active ? "stopped" : failure.isPresent() ? "failed" : "active";
        return new Shown(
                new Ref("plugin", plugin.id()),
                plugin.title(),
                plugin.bundle().getVersion().toString(),
                state,
                failure,
                catalogue.actionsOf(plugin.id()),
                plugin.uses());
    }
}
