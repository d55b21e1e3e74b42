package io.openpanel.kernel.internal.install;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.isolated.IsolatedPlugins;
import io.openpanel.kernel.internal.plugin.Plugins;
import io.openpanel.marketplace.Index;
import io.openpanel.spi.Catalogue;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.osgi.framework.Version;
import org.osgi.framework.VersionRange;

/** What must be so before a byte of a release is fetched. */
final class Conditions {
    private final Plugins plugins;
    private final Catalogue catalogue;
    private final Marketplaces marketplaces;
    private final IsolatedPlugins isolated;
    private final Ledger ledger;

    Conditions(
            Plugins plugins, Catalogue catalogue, Marketplaces marketplaces, Ledger ledger, IsolatedPlugins isolated) {
        this.catalogue = catalogue;
        this.isolated = isolated;
        this.plugins = plugins;
        this.marketplaces = marketplaces;
        this.ledger = ledger;
    }

    /** Why a release cannot be installed here, for whoever asks before. */
    Optional<String> obstacle(Marketplaces.Offer offer, Index.Release release, boolean trusted) {
        try {
            check(offer, release, trusted);
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
        if (!trusted) {
            checkApart(offer.plugin(), name);
        }
    }

    /** What nobody trusts runs apart from the panel, or not at all. */
    private void checkApart(Index.Plugin plugin, String name) {
        isolated.obstacle().ifPresent(reason -> {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Nobody trusts " + plugin.publisher() + ", who publishes " + name
                            + ", so it would run in a container of its own, and that does not go now: " + reason);
        });
        String id = plugin.id();
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

    /** What it had before needs no second yes. */
    void requireAgreement(Index.Plugin plugin, List<String> asked, List<String> agreed) {
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
}
