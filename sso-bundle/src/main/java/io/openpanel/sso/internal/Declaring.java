package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.spi.SignOn;
import io.openpanel.sso.Preset;
import io.openpanel.sso.ProviderActions;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Checks what the panel's owners say of a provider. */
@Component(service = Declaring.class)
public final class Declaring {
    private static final int MOST_RULES = 200;
    private static final int MOST_VALUES = 20;

    private final Providers providers;
    private final People people;
    private final SamlMetadata samlMetadata;
    private final InstantSource clock;

    @Activate
    public Declaring(
            @Reference Providers providers,
            @Reference People people,
            @Reference SamlMetadata samlMetadata,
            @Reference InstantSource clock) {
        this.providers = providers;
        this.people = people;
        this.samlMetadata = samlMetadata;
        this.clock = clock;
    }

    public Provider create(ProviderActions.Create in) {
        String metadata = metadata(in.preset(), in.metadata());
        Provider provider = new Provider(
                Ref.create("identity-provider").id(),
                name(in.name()),
                in.preset(),
                address(in.preset(), in.address(), metadata),
                plain("clientId", in.clientId()),
                secret(in.clientSecret()),
                plain("groupsClaim", in.groupsClaim().orElse(in.preset().groupsClaim())),
                in.newcomers().orElse(false),
                values(in.secondFactor().orElse(List.of())),
                in.offered().orElse(true),
                metadata,
                in.logOut().orElse(false),
                clock.instant(),
                1);
        requireSecret(provider);
        providers.create(provider, rules(in.rules().orElse(List.of())));
        return providers.get(provider.id());
    }

    public Provider update(ProviderActions.Update in) {
        Provider former = providers.get(in.identityProvider().id());
        String metadata = in.metadata().isPresent() ? metadata(former.preset(), in.metadata()) : former.metadata();
        boolean elsewhere = !metadata.equals(former.metadata())
                || in.address().filter(each -> !each.equals(former.address())).isPresent();
        Provider provider = new Provider(
                former.id(),
                in.name().map(Declaring::name).orElse(former.name()),
                former.preset(),
                elsewhere ? address(former.preset(), in.address(), metadata) : former.address(),
                in.clientId().map(each -> plain("clientId", each)).orElse(former.clientId()),
                secret(in.clientSecret()).or(former::clientSecret),
                in.groupsClaim().map(each -> plain("groupsClaim", each)).orElse(former.groupsClaim()),
                in.newcomers().orElse(former.newcomers()),
                in.secondFactor().map(Declaring::values).orElse(former.secondFactor()),
                in.offered().orElse(former.offered()),
                metadata,
                in.logOut().orElse(former.logOut()),
                former.createdAt(),
                former.version());
        providers.update(provider, in.rules().map(this::rules));
        return providers.get(provider.id());
    }

    private static String name(String text) {
        String name = plain("name", text).strip();
        if (name.isEmpty()) {
            throw Problem.invalid("name", "A provider needs a name; it is on its button");
        }
        return name;
    }

    private static String plain(String field, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid(field, "No line breaks here");
        }
        return text.strip();
    }

    private static String metadata(Preset preset, Optional<String> given) {
        String metadata = given.map(String::strip).orElse("");
        if ((preset == Preset.SAML) == metadata.isEmpty()) {
            throw Problem.invalid(
                    "metadata",
                    metadata.isEmpty()
                            ? "Paste the provider's SAML metadata, or give the address where it is"
                            : "Only a SAML provider has metadata to be given");
        }
        return metadata;
    }

    /** The slash at an issuer's end belongs to it; at GitHub's it does not. A SAML provider's is in its metadata. */
    private String address(Preset preset, Optional<String> given, String metadata) {
        Optional<String> said = given.map(String::strip).filter(text -> !text.isEmpty());
        if (preset == Preset.SAML) {
            return samlMetadata.declared(metadata, said).entity();
        }
        String address = said.orElse(preset.address());
        if (address.isEmpty()) {
            throw Problem.invalid("address", "Give the provider's issuer, such as https://id.example.com/realms/main");
        }
        if (Wire.checked("address", address).getQuery() != null) {
            throw Problem.invalid("address", "A provider's address has no ?");
        }
        return preset == Preset.GITHUB ? address.replaceAll("/+$", "") : address;
    }

    /** An empty field of a form is none. */
    private static Optional<Secret> secret(Optional<Secret> given) {
        return given.filter(each -> !each.reveal().isBlank());
    }

    private static void requireSecret(Provider provider) {
        if (provider.preset() != Preset.OIDC
                && provider.preset() != Preset.SAML
                && provider.clientSecret().isEmpty()) {
            throw Problem.invalid("clientSecret", "This provider gives a client secret; paste it here");
        }
    }

    private static List<String> values(List<String> given) {
        List<String> values = given.stream()
                .map(each -> plain("secondFactor", each))
                .filter(each -> !each.isEmpty())
                .distinct()
                .toList();
        if (values.size() > MOST_VALUES || values.stream().anyMatch(each -> each.length() > 200)) {
            throw Problem.invalid("secondFactor", "At most 20 values of 200 characters");
        }
        return values;
    }

    private List<Provider.Rule> rules(List<ProviderActions.Rule> given) {
        if (given.size() > MOST_RULES) {
            throw Problem.invalid("rules", "At most 200 rules");
        }
        return given.stream()
                .map(rule -> {
                    SignOn.Place place = people.keeper().place(rule.team(), rule.role());
                    return new Provider.Rule(plain("rules", rule.group()), place.team(), place.role());
                })
                .toList();
    }
}
