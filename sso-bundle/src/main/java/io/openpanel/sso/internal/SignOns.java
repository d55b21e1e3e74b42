package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.spi.SignOn;
import io.openpanel.sso.Preset;
import io.openpanel.sso.SignOnActions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** From a button on the log-in page to a session. */
@Component(service = SignOns.class)
public final class SignOns {
    private static final int LONGEST_PATH = 500;

    private final Providers providers;
    private final Flows flows;
    private final Protocols protocols;
    private final Saml saml;
    private final People people;
    private final ProviderSessions sessions;

    @Activate
    public SignOns(
            @Reference Providers providers,
            @Reference Flows flows,
            @Reference Protocols protocols,
            @Reference Saml saml,
            @Reference People people,
            @Reference ProviderSessions sessions) {
        this.providers = providers;
        this.flows = flows;
        this.protocols = protocols;
        this.saml = saml;
        this.people = people;
        this.sessions = sessions;
    }

    public SignOnActions.Begun begin(SignOnActions.Begin in, String address) {
        Provider provider = offered(in.provider());
        String browser = Token.create();
        Flows.Started started = flows.begin(
                provider,
                origin(in.origin()) + provider.callback(),
                path(in.returnTo().orElse("/")),
                Optional.of(browser),
                Optional.empty(),
                address);
        return new SignOnActions.Begun(
                protocols.of(provider).begin(provider, started).toString(), Optional.of(browser));
    }

    /** As {@link #begin}, to link what is proved; it is bound to the person, who says yes once more at the end. */
    public SignOnActions.Begun beginLink(String user, SignOnActions.Link in, String address) {
        Provider provider = offered(in.provider());
        Flows.Started started = flows.begin(
                provider,
                origin(in.origin()) + provider.callback(),
                "/settings/profile",
                Optional.empty(),
                Optional.of(user),
                address);
        return new SignOnActions.Begun(
                protocols.of(provider).begin(provider, started).toString(), Optional.empty());
    }

    private Provider offered(String id) {
        return Optional.of(providers.get(id))
                .filter(Provider::offered)
                .orElseThrow(() -> Problem.missing(new Ref("identity-provider", id)));
    }

    public SignOnActions.Finished finish(SignOnActions.Finish in, String address) {
        Flows.Row row = flows.take(
                in.provider(),
                in.state().map(Secret::reveal).orElse(""),
                in.browser().map(Secret::reveal));
        Provider provider = offered(in.provider());
        Optional<Secret> answer = provider.preset() == Preset.SAML ? row.kept() : in.code();
        if (in.error().isPresent() || answer.isEmpty()) {
            throw new Problem(
                    Problem.Kind.UNAUTHENTICATED,
                    provider.name() + " let nobody in ("
                            + in.error().map(SignOns::word).orElse("no reason given") + ')');
        }
        Proved proved = protocols
                .of(provider)
                .finish(
                        provider,
                        row.started(in.state().orElseThrow().reveal()),
                        new Protocol.Answer(answer.get().reveal(), in.issuer()));
        if (row.userId().isPresent()) {
            String token = flows.prove(row.userId().get(), provider, proved);
            return new SignOnActions.Finished(
                    row.returnTo() + "#identity=" + token + '.'
                            + encoded(proved.email().orElse(proved.name())),
                    Optional.empty());
        }
        SignOn.Visit visit = new SignOn.Visit(address, in.device().orElse(""), in.secure());
        SignOn.Entry entry = people.keeper().enter(identity(provider, proved), visit);
        sessions.keep(entry, provider, proved);
        return finished(row.returnTo(), entry);
    }

    /** Takes what another site's page posted; whoever did is proved by {@link #finish} only. */
    public void keep(SignOnActions.Keep in) {
        flows.keep(saml(in.provider()), in.state().reveal(), in.response());
    }

    public String describe(SignOnActions.Describe in) {
        return saml.describe(saml(in.provider()), origin(in.origin()));
    }

    private Provider saml(String id) {
        return Optional.of(offered(id))
                .filter(each -> each.preset() == Preset.SAML)
                .orElseThrow(() -> Problem.missing(new Ref("identity-provider", id)));
    }

    private static String word(String error) {
        return error.replaceAll("[^A-Za-z0-9_.-]", "?");
    }

    private static SignOnActions.Finished finished(String returnTo, SignOn.Entry entry) {
        if (entry instanceof SignOn.Entry.Begun begun) {
            return new SignOnActions.Finished(returnTo, Optional.of(begun.cookie()));
        }
        SignOn.Entry.Asked asked = (SignOn.Entry.Asked) entry;
        // Behind the #, where no server and no log sees it.
        return new SignOnActions.Finished(
                "/#challenge=" + asked.challenge() + '&'
                        + encoded(asked.expiresAt().toString()) + '&' + encoded(String.join(" ", asked.factors())) + '&'
                        + encoded(asked.email()),
                Optional.empty());
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private SignOn.Identity identity(Provider provider, Proved proved) {
        List<SignOn.Place> places = providers.rules(provider.id()).stream()
                .filter(rule -> proved.groups().contains(rule.groupName()))
                .map(rule -> new SignOn.Place(rule.team(), rule.role()))
                .toList();
        return new SignOn.Identity(
                provider.id(),
                proved.issuer(),
                proved.subject(),
                proved.name(),
                proved.email(),
                proved.secondFactor(),
                provider.newcomers(),
                places);
    }

    /** Links what somebody proved to them. */
    public void confirm(String user, Secret proof, Secret password, String address) {
        people.keeper().link(new Ref("user", user), password, Flows.identity(flows.proof(user, proof)), address);
        flows.spend(proof);
    }

    public List<String> test(String provider) {
        Provider found = providers.get(provider);
        return protocols.of(found).test(found);
    }

    /** @throws Problem INVALID unless it is what a browser sends as {@code Origin} */
    static String origin(String text) {
        if (!text.matches("https?://([A-Za-z0-9.-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:\\d{1,5})?")) {
            throw Problem.invalid("origin", "This is not the panel's address; expected https://panel.example:8443");
        }
        return text;
    }

    /** @throws Problem INVALID unless it is a path of the panel: whatever leads elsewhere is no way back */
    private static String path(String text) {
        boolean own = text.startsWith("/")
                && !text.startsWith("//")
                && !text.startsWith(SignOnDoor.PATH + '/')
                && text.length() <= LONGEST_PATH
                && text.chars().allMatch(c -> c > ' ' && c < 0x7f && c != '\\');
        if (!own) {
            throw Problem.invalid("returnTo", "Only a path of the panel itself is a way back, such as /apps");
        }
        return text;
    }
}
