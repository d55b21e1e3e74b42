package io.openpanel.sso;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.sso.internal.Declaring;
import io.openpanel.sso.internal.LogOuts;
import io.openpanel.sso.internal.Provider;
import io.openpanel.sso.internal.Providers;
import io.openpanel.sso.internal.SamlKeys;
import io.openpanel.sso.internal.SignOns;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who may say who people are: declared by the panel's owners. */
@Component(service = Extension.class)
public class ProviderActions implements Extension {
    private final Providers providers;
    private final Declaring declaring;
    private final SignOns signOns;
    private final SamlKeys keys;

    /** Whoever is in the group has the role in the team. */
    public record Rule(
            @Param(value = "As the provider names it", example = "developers", min = 1, max = 250) String group,
            @Param(value = "A team, by id or name", example = "Home", min = 1, max = 100) String team,
            @Param(value = "A role of it, by id or name", example = "developer", min = 1, max = 60) String role) {}

    /** A provider to be. */
    public record Create(
            @Param(value = "What is on its button", example = "Keycloak", min = 1, max = 60) String name,
            @Param("What it is; oidc for anything that speaks OpenID Connect, saml for SAML 2.0") Preset preset,
            @Param(
                            value =
                                    "Its issuer, exactly as it calls itself; for GitHub where it is; for SAML only where its metadata names several",
                            example = "https://id.example.com/realms/main",
                            max = 500)
                    Optional<String> address,
            @Param(
                            value = "What the provider calls this panel; for SAML the panel's entity id",
                            example = "openpanel",
                            min = 1,
                            max = 250)
                    String clientId,
            @Param("What it gave you besides the client id") Optional<Secret> clientSecret,
            @Param(
                            value = "The claim, or for SAML the attribute, that lists somebody's groups",
                            example = "groups",
                            max = 100)
                    Optional<String> groupsClaim,
            @Param("Make accounts for those whose groups give them a role") Optional<Boolean> newcomers,
            @Param(
                            "Values of acr or amr, or SAML authentication contexts, that stand for a second factor; * for every log-in there")
                    Optional<List<String>> secondFactor,
            @Param("Whether it is offered on the log-in page") Optional<Boolean> offered,
            @Param(value = "A SAML provider's metadata, or the address where it is", kind = "multiline", max = 200_000)
                    Optional<String> metadata,
            @Param("Whether whoever logs out here is sent to log out there too") Optional<Boolean> logOut,
            @Param("Which groups give which roles; of several in a team the first counts")
                    Optional<List<Rule>> rules) {}

    /** What to change. */
    public record Update(
            @Param(value = "The provider", kind = "identity-provider") Ref identityProvider,
            @Param(value = "What is on its button", min = 1, max = 60) Optional<String> name,
            @Param(
                            value =
                                    "Its issuer, exactly as it calls itself; for GitHub where it is; for SAML only where its metadata names several",
                            max = 500)
                    Optional<String> address,
            @Param(value = "What the provider calls this panel; for SAML the panel's entity id", min = 1, max = 250)
                    Optional<String> clientId,
            @Param("A new secret; the former one stays where left out") Optional<Secret> clientSecret,
            @Param(value = "The claim, or for SAML the attribute, that lists somebody's groups", max = 100)
                    Optional<String> groupsClaim,
            @Param("Make accounts for those whose groups give them a role") Optional<Boolean> newcomers,
            @Param(
                            "Values of acr or amr, or SAML authentication contexts, that stand for a second factor; * for every log-in there")
                    Optional<List<String>> secondFactor,
            @Param("Whether it is offered on the log-in page") Optional<Boolean> offered,
            @Param(value = "A SAML provider's metadata, or the address where it is", kind = "multiline", max = 200_000)
                    Optional<String> metadata,
            @Param("Whether whoever logs out here is sent to log out there too") Optional<Boolean> logOut,
            @Param("Which groups give which roles; of several in a team the first counts")
                    Optional<List<Rule>> rules) {}

    /** Which one. */
    public record Which(@Param(value = "The provider", kind = "identity-provider") Ref identityProvider) {}

    /** New keys of the panel's. */
    public record Rotate(
            @Param(value = "The provider", kind = "identity-provider") Ref identityProvider,
            @Param(
                            value =
                                    "How long the former keys stay good, until the provider knows the new ones; at most 30 days, not at all where not given",
                            example = "P7D")
                    Optional<Duration> overlap) {}

    /** A certificate with a key of the panel's. */
    public record Certificate(
            SamlKeys.Purpose purpose,
            @Param("To be given to the provider") String pem,
            Instant validUntil,
            @Param("When it is good no more, where another one follows it") Optional<Instant> endsAt) {}

    /** A provider, without its secret. */
    public record Item(
            @Param(kind = "identity-provider") Ref identityProvider,
            String name,
            Preset preset,
            String address,
            String clientId,
            @Param("Whether there is a client secret") boolean hasSecret,
            String groupsClaim,
            boolean newcomers,
            List<String> secondFactor,
            boolean offered,
            List<Rule> rules,
            @Param("To be told to the provider, behind the panel's address") String redirectPath,
            @Param("Of a SAML provider, or the address where it is") Optional<String> metadata,
            @Param("Where a SAML provider finds the panel's metadata, behind the panel's address")
                    Optional<String> metadataPath,
            @Param("Whether whoever logs out here is sent to log out there too") boolean logOut,
            @Param("Where the provider says that sessions have ended, behind the panel's address")
                    Optional<String> logOutPath,
            @Param("What the panel signs SAML requests with, and what a provider encrypts with for it, newest first")
                    List<Certificate> certificates,
            Instant createdAt) {}

    /** Providers, by name. */
    public record Items(List<Item> items) {}

    /** A button of the log-in page. */
    public record Offer(@Param("For /sso/start/…") String provider, String name, Preset preset) {}

    /** The buttons, by name. */
    public record Offers(List<Offer> items) {}

    /** What was found. */
    public record Tested(List<String> found) {}

    @Activate
    public ProviderActions(
            @Reference Providers providers,
            @Reference Declaring declaring,
            @Reference SignOns signOns,
            @Reference SamlKeys keys) {
        this.providers = providers;
        this.declaring = declaring;
        this.signOns = signOns;
        this.keys = keys;
    }

    @Action(
            value = "identity-provider.list",
            summary = "Lists who may say who people are",
            effect = READ,
            access = PANEL)
    public Items list() {
        return new Items(providers.list().stream().map(this::item).toList());
    }

    @Action(
            value = "identity-provider.get",
            summary = "Shows a provider and which groups give which roles",
            effect = READ,
            access = PANEL)
    public Item get(Which in) {
        return item(providers.get(in.identityProvider().id()));
    }

    @Action(
            value = "identity-provider.create",
            summary = "Lets people sign in with accounts of a provider",
            effect = CHANGE,
            access = PANEL)
    public Item create(Create in) {
        return item(declaring.create(in));
    }

    @Action(
            value = "identity-provider.update",
            summary = "Changes a provider, or which groups give which roles",
            effect = CHANGE,
            access = PANEL,
            idempotent = true)
    public Item update(Update in) {
        return item(declaring.update(in));
    }

    @Action(
            value = "identity-provider.rotate",
            summary = "Makes new keys for SAML: from then on requests are signed, and answers may be encrypted",
            effect = CHANGE,
            access = PANEL)
    public Item rotate(Rotate in) {
        Provider provider = providers.get(in.identityProvider().id());
        if (provider.preset() != Preset.SAML) {
            throw Problem.invalid("identityProvider", provider.name() + " does not speak SAML, so it needs no keys");
        }
        keys.rotate(provider, in.overlap().orElse(Duration.ZERO));
        return item(provider);
    }

    @Action(
            value = "identity-provider.delete",
            summary = "Forgets a provider; nobody signs in with it any more",
            effect = DESTROY,
            access = PANEL)
    public void delete(Which in) {
        providers.delete(in.identityProvider().id());
    }

    @Action(
            value = "identity-provider.test",
            summary = "Asks a provider for what it says of itself, and whether it knows this panel",
            effect = CHANGE,
            perMinute = 10,
            access = PANEL)
    public Tested test(Which in) {
        return new Tested(signOns.test(in.identityProvider().id()));
    }

    @Action(
            value = "identity-provider.offered",
            summary = "Lists the providers one can sign in with",
            effect = READ,
            access = OPEN,
            http = "GET /identity-providers/offered")
    public Offers offered() {
        return new Offers(providers.list().stream()
                .filter(Provider::offered)
                .map(each -> new Offer(each.id(), each.name(), each.preset()))
                .toList());
    }

    private Item item(Provider provider) {
        return new Item(
                provider.ref(),
                provider.name(),
                provider.preset(),
                provider.address(),
                provider.clientId(),
                provider.clientSecret().isPresent(),
                provider.groupsClaim(),
                provider.newcomers(),
                provider.secondFactor(),
                provider.offered(),
                providers.rules(provider.id()).stream()
                        .map(rule -> new Rule(rule.groupName(), rule.team(), rule.role()))
                        .toList(),
                provider.callback(),
                Optional.of(provider.metadata()).filter(each -> !each.isEmpty()),
                Optional.of(provider.description()).filter(any -> provider.preset() == Preset.SAML),
                provider.logOut(),
                Optional.of(provider.logOutPath()).filter(any -> LogOuts.hears(provider)),
                keys.all(provider).stream()
                        .map(key -> new Certificate(key.purpose(), key.pem(), key.validUntil(), key.endsAt()))
                        .toList(),
                provider.createdAt());
    }
}
