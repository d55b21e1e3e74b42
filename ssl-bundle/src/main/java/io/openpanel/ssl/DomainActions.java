package io.openpanel.ssl;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.ssl.internal.Addresses;
import io.openpanel.ssl.internal.Apps;
import io.openpanel.ssl.internal.DomainStore;
import io.openpanel.ssl.internal.DomainStore.Row;
import io.openpanel.ssl.internal.Routing;
import io.openpanel.ssl.internal.Upstreams;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Under which hosts apps answer, and which of their containers do. */
@Component(service = Extension.class)
public class DomainActions implements Extension {
    private final DomainStore domains;
    private final Routing routing;
    private final Addresses addresses;
    private final Apps apps;

    /** Which domains. */
    public record Filter(
            @Param(value = "Only those of an app", kind = "app") Optional<Ref> app,
            @Param(min = 1, max = 1000) Optional<Integer> limit,
            @Param("The next of the page before") Optional<String> cursor) {}

    /** Whether anything stands behind a domain. */
    public enum Status {
        SERVING,
        WAITING
    }

    /** A domain. */
    public record Item(
            @Param(kind = "domain") Ref domain,
            @Param(kind = "app") Ref app,
            String host,
            @Param("The host in its own letters, where it has others than ASCII's and cannot be read for another one")
                    Optional<String> unicode,
            @Param("Whether the panel made it up") boolean generated,
            Status status,
            @Param("What to open in a browser") String address,
            boolean tls,
            Instant createdAt) {}

    /** Domains by host. */
    public record Items(List<Item> items, Optional<String> next) {}

    /** Which domain. */
    public record One(@Param(value = "The domain", kind = "domain") Ref domain) {}

    /** Which app. */
    public record OfApp(@Param(value = "The app", kind = "app") Ref app) {}

    /** A domain to be. */
    public record Create(
            @Param(value = "The app that answers", kind = "app") Ref app,
            @Param(value = "Without https://", example = "shop.example.com", min = 1, max = 1024) String host) {}

    /** The address the panel made up. */
    public record Generated(@Param(kind = "domain") Ref domain, String host, String address) {}

    /** Where requests are to go. */
    public record Apply(
            @Param(value = "The app", kind = "app") Ref app,
            @Param(
                            value = "Addresses of its containers; none: the app is not running",
                            example = "10.201.0.2:8080",
                            max = 64)
                    List<String> upstreams) {}

    /** What requests go by now. */
    public record Applied(long version, List<String> hosts, List<String> addresses) {}

    @Activate
    public DomainActions(
            @Reference DomainStore domains,
            @Reference Routing routing,
            @Reference Addresses addresses,
            @Reference Apps apps) {
        this.domains = domains;
        this.routing = routing;
        this.addresses = addresses;
        this.apps = apps;
    }

    @Action(value = "domain.list", summary = "Lists the domains of the team or of an app", effect = READ)
    public Items list(Call call, Filter in) {
        int limit = in.limit().orElse(100);
        List<Row> rows = domains.list(in.app(), in.cursor().orElse(""), limit);
        // Whoever asks for one app's was let in to that app.
        boolean all = in.app().isPresent() || call.reach("domain").all();
        Set<Ref> visible = all || rows.isEmpty() ? Set.of() : apps.visible();
        List<Item> items = rows.stream()
                .filter(row -> all
                        || visible.contains(row.app())
                        || call.reach("domain").includes(row.ref(), row.app()))
                .map(this::item)
                .toList();
        return new Items(
                items,
                rows.size() < limit
                        ? Optional.empty()
                        : Optional.of(rows.get(rows.size() - 1).host()));
    }

    @Action(value = "domain.get", summary = "Shows a domain", effect = READ)
    public Item get(One in) {
        return item(find(in.domain()));
    }

    @Action(
            value = "domain.create",
            summary = "Gives an app a domain",
            effect = CHANGE,
            cli = "domain add {app} {host}")
    public Item create(Create in) {
        String host = addresses.host(in.host());
        Row made = routing.change(
                        () -> domains.insert(in.app(), host, false),
                        row -> row.upstreams().isEmpty() ? Routing.Wait.NOT : Routing.Wait.OR_UNDO,
                        row -> domains.delete(row.id()))
                .result();
        return item(made);
    }

    @Action(value = "domain.delete", summary = "Takes a domain from its app", effect = CHANGE)
    public void delete(One in) {
        Row row = find(in.domain());
        routing.change(() -> domains.delete(row.id()), deleted -> Routing.Wait.A_WHILE, deleted -> {});
    }

    @Action(
            value = "domain.generate",
            summary = "Gives an app a domain that works without asking anybody",
            effect = CHANGE,
            idempotent = true)
    public Generated generate(OfApp in) {
        Row row = domains.generated(in.app()).orElseGet(() -> {
            Apps.Named named = apps.named(in.app());
            return routing.change(
                            () -> domains.generate(in.app(), addresses.generated(named.app(), named.project())),
                            made -> Routing.Wait.NOT,
                            made -> {})
                    .result();
        });
        return new Generated(row.ref(), row.host(), addresses.of(row.host()));
    }

    @Action(
            value = "domain.apply",
            summary = "Sends the requests for an app's domains to other containers",
            effect = CHANGE,
            idempotent = true)
    public Applied apply(Apply in) {
        List<String> upstreams = Upstreams.check(in.upstreams());
        apps.checkAddresses(in.app(), upstreams);
        long version = routing.change(
                        () -> domains.route(in.app(), upstreams),
                        former -> Routing.Wait.OR_UNDO,
                        former -> domains.restore(in.app(), former))
                .version();
        List<String> hosts = domains.applied(in.app(), upstreams, version);
        return new Applied(version, hosts, hosts.stream().map(addresses::of).toList());
    }

    @Action(
            value = "domain.release",
            summary = "Takes all domains from an app and sends it no more requests",
            effect = CHANGE,
            idempotent = true)
    public void release(OfApp in) {
        routing.change(() -> domains.release(in.app()), none -> Routing.Wait.A_WHILE, none -> {});
    }

    private Row find(Ref domain) {
        return domains.find(domain.id()).orElseThrow(() -> Problem.missing(domain));
    }

    private Item item(Row row) {
        return new Item(
                row.ref(),
                row.app(),
                row.host(),
                addresses.readable(row.host()),
                row.generated(),
                row.upstreams().isEmpty() ? Status.WAITING : Status.SERVING,
                addresses.of(row.host()),
                false,
                row.createdAt());
    }
}
