package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.isolated.IsolatedPlugins;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.PluginFile;
import io.openpanel.spi.Catalogue;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** What must be so before a byte of a release is fetched, and before what was fetched is kept. */
final class Conditions {
    private final Plugins plugins;
    private final Catalogue catalogue;
    private final Marketplaces marketplaces;
    private final IsolatedPlugins isolated;
    private final Routes routes;
    private final Ledger ledger;

    Conditions(
            Plugins plugins,
            Catalogue catalogue,
            Marketplaces marketplaces,
            Ledger ledger,
            IsolatedPlugins isolated,
            Routes routes) {
        this.routes = routes;
        this.catalogue = catalogue;
        this.isolated = isolated;
        this.plugins = plugins;
        this.marketplaces = marketplaces;
        this.ledger = ledger;
    }

    /** Why a release cannot be installed here, for whoever asks before. */
    Optional<String> obstacle(Marketplaces.Offer offer, Index.Release release, boolean trusted) {
        return obstacle(() -> check(offer, release, trusted));
    }

    /** Why what is asked for is not so. */
    static Optional<String> obstacle(Runnable check) {
        try {
            check.run();
            return Optional.empty();
        } catch (Problem problem) {
            return Optional.of(problem.getMessage());
        }
    }

    /** What the index alone tells of it. */
    void check(Marketplaces.Offer offer, Index.Release release, boolean trusted) {
        String name = offer.plugin().title() + ' ' + release.version();
        offer.index().revocation(offer.plugin().id(), release.version()).ifPresent(revocation -> {
            throw new Problem(Problem.Kind.CONFLICT, name + " was revoked: " + revocation.reason());
        });
        requireHost(name, release.host());
        requireForeign(offer.plugin().id());
        if (!trusted) {
            requireOwnName(offer.plugin().id(), name);
        }
    }

    /** What a file that nobody signed must be, when whoever owns the machine brings it. */
    void check(PluginFile file, boolean apart) {
        String name = file.title() + ' ' + file.version();
        requireHost(name, file.host());
        requireForeign(file.id());
        if (apart) {
            requireOwnName(file.id(), name);
        }
    }

    private void requireHost(String name, String host) {
        Version api = plugins.apiVersion();
        if (!new VersionRange(host).includes(api)) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    name + " works with versions " + host + " of the plugin interface, and this panel has " + api
                            + "; look for another version of it");
        }
    }

    private void requireForeign(String id) {
        boolean ours = plugins.find(id).map(plugin -> !plugin.isInstalled()).orElse(false);
        if (ours) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "'" + id + "' is a plugin of the panel itself; no other one replaces it");
        }
    }

    /** What nobody trusts runs apart from the panel, or not at all. */
    void requireApart(Marketplaces.Offer offer, Fetcher.Fetched fetched) {
        PluginFile file = fetched.file();
        requireApart(
                "Nobody trusts " + offer.plugin().publisher() + ", who publishes " + file.title() + ' ' + file.version()
                        + ", so it would run in a container of its own, and that does not go now: ",
                file,
                fetched.jar());
    }

    void requireApart(PluginFile file, Path jar) {
        requireApart(file.title() + ' ' + file.version() + " cannot run in a container of its own now: ", file, jar);
    }

    /** What has no code runs nowhere; routes are the panel's to run, so they are looked at. */
    private void requireApart(String why, PluginFile file, Path jar) {
        if (Contents.of(jar).code()) {
            isolated.obstacle().ifPresent(reason -> {
                throw new Problem(Problem.Kind.CONFLICT, why + reason);
            });
        }
        routes.check(file, jar);
    }

    private void requireOwnName(String id, String name) {
        catalogue.operations().stream()
                .filter(each -> !each.plugin().equals(id))
                .filter(each -> each.noun().equals(id) || each.noun().startsWith(id + '-'))
                .findFirst()
                .ifPresent(each -> {
                    throw new Problem(
                            Problem.Kind.CONFLICT,
                            name + " has the name of something of " + each.plugin() + ": '" + each.noun()
                                    + "'. Only a plugin of a publisher an owner trusts may (publisher.trust)");
                });
    }

    /** @throws Problem when it is older than what is installed */
    void requireNewer(Index.Plugin plugin, Index.Release release) {
        ledger.find(plugin.id()).filter(row -> row.sha256().isPresent()).ifPresent(row -> {
            if (new Version(release.version()).compareTo(new Version(row.version())) < 0) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        plugin.title() + ' ' + release.version() + " is older than " + row.version()
                                + ", which is installed; roll back to go to the version before, or uninstall it first");
            }
        });
    }

    /** What it had before needs no second yes; a version of the machine's owner was never agreed to. */
    void requireAgreement(Index.Plugin plugin, List<String> asked, List<String> agreed) {
        TreeSet<String> more = new TreeSet<>(asked);
        ledger.find(plugin.id())
                .filter(row -> row.sha256().isPresent() && !row.development())
                .ifPresent(row -> more.removeAll(row.permissions()));
        if (!more.isEmpty() && !new TreeSet<>(agreed).equals(new TreeSet<>(asked))) {
            throw new Problem(
                    Problem.Kind.UNCONFIRMED,
                    plugin.title() + " wants to call " + String.join(", ", asked)
                            + ". Send permissions with exactly these to agree");
        }
    }
}
