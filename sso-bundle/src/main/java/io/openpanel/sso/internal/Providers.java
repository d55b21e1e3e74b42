package io.openpanel.sso.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.sso.Preset;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The providers that the panel's owners declared. */
@Component(service = {Providers.class, Resources.class})
public final class Providers implements Resources {
    private static final String SELECT = "select id, name, preset, address, client_id, client_secret, groups_claim,"
            + " newcomers, second_factor, offered, metadata, log_out, created_at, version from identity_provider";

    private final Clerk clerk;

    @Activate
    public Providers(@Reference Clerk clerk) {
        this.clerk = clerk;
    }

    @Override
    public String kind() {
        return "identity-provider";
    }

    @Override
    public String plural() {
        return "identity-providers";
    }

    @Override
    public Optional<Resource> find(String idOrName) {
        return clerk.tx(tx -> tx.one(
                        Provider.class, SELECT + " where id = ? or lower(name) = lower(?) limit 1", idOrName, idOrName))
                .map(row -> new Resource(
                        row.ref(), row.name(), Optional.empty(), Optional.empty(), String.valueOf(row.version())));
    }

    /** All of them, by name. */
    public List<Provider> list() {
        return clerk.tx(tx -> tx.list(Provider.class, SELECT + " order by lower(name) limit 100"));
    }

    public Provider get(String id) {
        return clerk.tx(tx -> get(tx, id));
    }

    private static Provider get(Database.Tx tx, String id) {
        return tx.one(Provider.class, SELECT + " where id = ?", id)
                .orElseThrow(() -> Problem.missing(new Ref("identity-provider", id)));
    }

    /** Its rules, in the order they are asked. */
    public List<Provider.Rule> rules(String id) {
        return clerk.tx(tx -> tx.list(
                Provider.Rule.class,
                "select group_name, team, role from provider_rule where provider_id = ? order by position",
                id));
    }

    public void create(Provider provider, List<Provider.Rule> rules) {
        clerk.tx(tx -> {
            requireFree(tx, provider);
            tx.update(
                    "insert into identity_provider (id, name, preset, address, client_id, client_secret, groups_claim,"
                            + " newcomers, second_factor, offered, metadata, log_out, created_at)"
                            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    provider.id(),
                    provider.name(),
                    provider.preset(),
                    provider.address(),
                    provider.clientId(),
                    sealed(provider),
                    provider.groupsClaim(),
                    provider.newcomers(),
                    provider.secondFactor(),
                    provider.offered(),
                    provider.metadata(),
                    provider.logOut(),
                    provider.createdAt());
            put(tx, provider.id(), rules);
            return null;
        });
    }

    /** Stores all of it but the preset; the secret too, which was read or is new. */
    public void update(Provider provider, Optional<List<Provider.Rule>> rules) {
        clerk.tx(tx -> {
            requireFree(tx, provider);
            int done = tx.update(
                    "update identity_provider set name = ?, address = ?, client_id = ?, groups_claim = ?, newcomers = ?,"
                            + " second_factor = ?, offered = ?, metadata = ?, log_out = ?, version = version + 1 where id = ?",
                    provider.name(),
                    provider.address(),
                    provider.clientId(),
                    provider.groupsClaim(),
                    provider.newcomers(),
                    provider.secondFactor(),
                    provider.offered(),
                    provider.metadata(),
                    provider.logOut(),
                    provider.id());
            if (done == 0) {
                throw Problem.missing(provider.ref());
            }
            if (provider.clientSecret().filter(each -> !each.isSealed()).isPresent()) {
                tx.update(
                        "update identity_provider set client_secret = ? where id = ?", sealed(provider), provider.id());
            }
            rules.ifPresent(all -> put(tx, provider.id(), all));
            return null;
        });
    }

    private static Optional<?> sealed(Provider provider) {
        return provider.clientSecret().map(each -> each.at("identity_provider", "client_secret", provider.id()));
    }

    private static void put(Database.Tx tx, String provider, List<Provider.Rule> rules) {
        tx.update("delete from provider_rule where provider_id = ?", provider);
        for (int i = 0; i < rules.size(); i++) {
            Provider.Rule rule = rules.get(i);
            tx.update(
                    "insert into provider_rule (provider_id, position, group_name, team, role) values (?, ?, ?, ?, ?)",
                    provider,
                    i,
                    rule.groupName(),
                    rule.team(),
                    rule.role());
        }
    }

    private static void requireFree(Database.Tx tx, Provider provider) {
        boolean taken = tx.list(Provider.class, SELECT + " where lower(name) = lower(?)", provider.name()).stream()
                .anyMatch(other -> !other.id().equals(provider.id()));
        if (taken) {
            throw new Problem(Problem.Kind.CONFLICT, "There is a provider named " + provider.name() + " already");
        }
        if (provider.preset() == Preset.SAML) {
            requireOwnEntity(tx, provider);
        }
    }

    /** Metadata says of itself whose it is: that of another must not stand for people whom this one named. */
    private static void requireOwnEntity(Database.Tx tx, Provider provider) {
        tx
                .list(
                        Provider.class,
                        SELECT + " where preset = ? and address = ?",
                        provider.preset(),
                        provider.address())
                .stream()
                .filter(other -> !other.id().equals(provider.id()))
                .findFirst()
                .ifPresent(other -> {
                    throw new Problem(
                            Problem.Kind.CONFLICT,
                            other.name() + " has the entity id " + provider.address() + " already; change that one");
                });
    }

    public void delete(String id) {
        clerk.tx(tx -> tx.update("delete from identity_provider where id = ?", id));
    }
}
