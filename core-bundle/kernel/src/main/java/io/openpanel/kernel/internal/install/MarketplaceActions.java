package io.openpanel.kernel.internal.install;

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
import io.openpanel.marketplace.Envelope;
import io.openpanel.marketplace.Index;
import io.openpanel.marketplace.Root;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;

/** Where plugins come from, what is offered there, and whose plugins may run. */
public final class MarketplaceActions implements Extension {
    private final Marketplaces marketplaces;
    private final Revocations revocations;
    private final Conditions conditions;
    private final Ledger ledger;

    MarketplaceActions(Marketplaces marketplaces, Revocations revocations, Conditions conditions, Ledger ledger) {
        this.marketplaces = marketplaces;
        this.revocations = revocations;
        this.conditions = conditions;
        this.ledger = ledger;
    }

    public record One(@Param(kind = "marketplace") Ref marketplace) {}

    public record Adding(
            @Param(value = "Where its root.json lies", max = 500, example = "https://plugins.example.com/") String url,
            @Param(
                            value = "SHA-256 over its root keys, as whoever runs it tells it",
                            pattern = "[0-9A-Fa-f:]{64,95}",
                            max = 95)
                    String fingerprint) {}

    public record Shown(
            Ref marketplace,
            String url,
            @Param("SHA-256 over its root keys") String fingerprint,
            @Param("How many plugins it offers") int offers,
            Optional<Instant> refreshedAt,
            @Param("When what it says stops to count") Optional<Instant> expiresAt,
            @Param("Why it could not be read last") Optional<String> error) {}

    public record Listed(List<Shown> items) {}

    @Action(
            value = "marketplace.add",
            summary = "Adds a marketplace, whose fingerprint somebody must have told you",
            effect = CHANGE,
            access = PANEL,
            http = "POST /marketplaces")
    public Shown add(Adding in) {
        return shown(marketplaces.add(in.url(), in.fingerprint()));
    }

    @Action(
            value = "marketplace.list",
            summary = "Lists the marketplaces that plugins may come from",
            effect = READ,
            access = PANEL)
    public Listed list() {
        return new Listed(
                marketplaces.all().stream().map(MarketplaceActions.this::shown).toList());
    }

    @Action(value = "marketplace.get", summary = "Shows a marketplace", effect = READ)
    public Shown get(One in) {
        return shown(find(in.marketplace()));
    }

    @Action(
            value = "marketplace.refresh",
            summary = "Reads what a marketplace offers and what it took back",
            effect = CHANGE,
            idempotent = true)
    public Shown refresh(One in) {
        Marketplaces.Row row = marketplaces.refresh(find(in.marketplace()).name());
        revocations.apply();
        return shown(row);
    }

    @Action(
            value = "marketplace.delete",
            summary = "Forgets a marketplace and the publishers trusted in it; what was installed from it stays",
            effect = DESTROY)
    public void delete(One in) {
        marketplaces.remove(find(in.marketplace()).name());
    }

    private Marketplaces.Row find(Ref marketplace) {
        return marketplaces.find(marketplace.id()).orElseThrow(() -> Problem.missing(marketplace));
    }

    private Shown shown(Marketplaces.Row row) {
        Optional<Index> index = marketplaces.findIndex(row);
        return new Shown(
                new Ref("marketplace", row.name()),
                row.url(),
                Root.first(Envelope.parse(row.root())).fingerprint(),
                index.map(each -> each.plugins().size()).orElse(0),
                row.refreshedAt(),
                index.map(Index::expires),
                row.error());
    }

    public record Searching(
            @Param(value = "Part of the name or description", max = 100) Optional<String> search,
            @Param(value = "Only of this category", max = 100) Optional<String> category) {}

    public record OneOffer(@Param(value = "The plugin's name, or marketplace/plugin", kind = "offer") Ref offer) {}

    public record Release(
            String version,
            @Param(kind = "bytes") long size,
            Instant published,
            @Param("Versions of the plugin interface it works with") String host,
            @Param("Actions of others that it may call") List<String> permissions,
            @Param("none, bronze, silver or gold, as its marketplace says; a panel that installs it looks itself")
                    Optional<String> quality,
            @Param("The signed commit that its marketplace built it from once more, with the same bytes")
                    Optional<String> source,
            @Param("Why it was taken back") Optional<String> revoked,
            @Param("Why it cannot be installed here now") Optional<String> obstacle) {}

    public record Offered(
            Ref offer,
            String title,
            String summary,
            List<String> categories,
            String marketplace,
            String publisher,
            @Param(
                            "Whether an owner trusts its publisher; then it runs inside the panel, else in a container of its own")
                    boolean trusted,
            @Param("The version installed here") Optional<String> installed,
            @Param("Newest first") List<Release> releases) {}

    public record Offers(List<Offered> items) {}

    @Action(
            value = "offer.list",
            summary = "Lists the plugins that the marketplaces offer",
            effect = READ,
            access = PANEL)
    public Offers offers(Searching in) {
        Predicate<Marketplaces.Offer> trust = marketplaces.trust();
        return new Offers(marketplaces.all().stream()
                .flatMap(row -> marketplaces.offers(row).stream())
                .filter(offer -> in.category().isEmpty()
                        || offer.plugin().categories().contains(in.category().get()))
                .filter(offer -> in.search().isEmpty()
                        || mentions(offer.plugin(), in.search().get().toLowerCase(Locale.ROOT)))
                .map(offer -> offered(offer, trust))
                .toList());
    }

    private static boolean mentions(Index.Plugin plugin, String text) {
        return (plugin.id() + ' ' + plugin.title() + ' ' + plugin.summary())
                .toLowerCase(Locale.ROOT)
                .contains(text);
    }

    @Action(value = "offer.get", summary = "Shows a plugin that a marketplace offers, with its versions", effect = READ)
    public Offered offer(OneOffer in) {
        return offered(offerOf(in.offer()), marketplaces.trust());
    }

    private Marketplaces.Offer offerOf(Ref offer) {
        return marketplaces.offer(offer.id()).orElseThrow(() -> Problem.missing(offer));
    }

    private Offered offered(Marketplaces.Offer offer, Predicate<Marketplaces.Offer> trust) {
        Index.Plugin plugin = offer.plugin();
        return new Offered(
                new Ref("offer", offer.id()),
                plugin.title(),
                plugin.summary(),
                plugin.categories(),
                offer.marketplace().name(),
                plugin.publisher(),
                trust.test(offer),
                ledger.find(plugin.id()).filter(row -> row.sha256().isPresent()).map(Ledger.Row::version),
                plugin.newestFirst().stream()
                        .map(release -> release(offer, release, trust.test(offer)))
                        .toList());
    }

    private Release release(Marketplaces.Offer offer, Index.Release release, boolean trusted) {
        return new Release(
                release.version(),
                release.size(),
                release.published(),
                release.host(),
                release.permissions(),
                release.quality(),
                release.source().map(MarketplaceActions::words),
                offer.index().revocation(offer.plugin().id(), release.version()).map(Index.Revocation::reason),
                conditions.obstacle(offer, release, trusted));
    }

    private static String words(Index.Source source) {
        String where = source.repository().isEmpty() ? "" : source.repository() + '@';
        return where + source.revision() + ", signed by " + source.signer();
    }

    public record Trusting(
            @Param(value = "A plugin of the publisher", kind = "offer") Ref offer,
            @Param("The publisher's key ids, to be sure of them") Optional<List<String>> keys) {}

    public record Trusted(
            String publisher,
            Ref marketplace,
            @Param("SHA-256 of the key") String key,
            Instant trustedAt,
            String trustedBy) {}

    public record AllTrusted(List<Trusted> items) {}

    @Action(
            value = "publisher.trust",
            summary =
                    "Lets the plugins of an offer's publisher run inside the panel, where they can do all that it can",
            effect = CHANGE,
            http = "POST /publishers/trust",
            idempotent = true)
    public AllTrusted trust(Call call, Trusting in) {
        Marketplaces.Offer offer = offerOf(in.offer());
        List<String> keys = Marketplaces.checked(() -> Marketplaces.keys(offer.publisher()));
        in.keys().filter(wanted -> !List.copyOf(wanted).containsAll(keys)).ifPresent(other -> {
            throw Problem.invalid(
                    "keys", offer.plugin().publisher() + " signs with " + String.join(", ", keys) + ", not with these");
        });
        marketplaces.trust(
                offer.marketplace().name(),
                offer.plugin().publisher(),
                keys,
                call.caller().ref().toString());
        return trusted();
    }

    @Action(
            value = "publisher.distrust",
            summary = "Lets no more plugins of an offer's publisher into the panel; those installed stay as they are",
            effect = CHANGE,
            http = "POST /publishers/distrust",
            idempotent = true)
    public AllTrusted distrust(OneOffer in) {
        Marketplaces.Offer offer = offerOf(in.offer());
        marketplaces.distrust(offer.marketplace().name(), offer.plugin().publisher());
        return trusted();
    }

    @Action(
            value = "publisher.list",
            summary = "Lists the publishers whose plugins may run inside the panel",
            effect = READ,
            access = PANEL,
            http = "GET /publishers")
    public AllTrusted trusted() {
        return new AllTrusted(marketplaces.trusted().stream()
                .map(each -> new Trusted(
                        each.publisher(),
                        new Ref("marketplace", each.marketplace()),
                        each.keyId(),
                        each.trustedAt(),
                        each.trustedBy()))
                .toList());
    }
}
