package io.openpanel.sso;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Secret;
import io.openpanel.sso.internal.Caller;
import io.openpanel.sso.internal.Flows;
import io.openpanel.sso.internal.LogOuts;
import io.openpanel.sso.internal.ProviderSessions;
import io.openpanel.sso.internal.SamlKeys;
import io.openpanel.sso.internal.SignOns;
import java.net.URI;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Signing in with an account elsewhere, and linking one. Browsers come by {@code /sso}. */
@Component(service = Extension.class)
public class SignOnActions implements Extension {
    private final SignOns signOns;
    private final Flows flows;
    private final SamlKeys keys;
    private final LogOuts logOuts;
    private final ProviderSessions sessions;

    /** Who is asked, and where the browser comes back to. */
    public record Begin(
            @Param(value = "An id of identity-provider.offered", max = 60) String provider,
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    String origin,
            @Param(value = "A path of the panel to go to afterwards", example = "/apps", max = 500)
                    Optional<String> returnTo,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** Where to send the browser; prints without either. */
    public record Begun(
            @Param("The provider's page to log in at") String url,
            @Param("Kept by the browser until it comes back") Optional<String> browser) {
        @Override
        public String toString() {
            return "Begun[]";
        }
    }

    /** What the browser brings back. */
    public record Finish(
            @Param(value = "The provider it was sent to", max = 60) String provider,
            @Param("What single-sign-on.begin answered") Optional<Secret> browser,
            Optional<Secret> state,
            Optional<Secret> code,
            @Param(value = "Who answered, as RFC 9207 says", max = 4096) Optional<String> issuer,
            @Param(value = "Why nobody was let in", max = 4096) Optional<String> error,
            @Param(value = "What the person sees in the list of their sessions", max = 1000) Optional<String> device,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address,
            @Param("Whether the browser came by HTTPS") boolean secure) {}

    /** Where the browser goes on, and what signs it in; prints without either. */
    public record Finished(
            @Param("A path of the panel") String location,
            @Param("For Set-Cookie; without it, a second factor is asked for there") Optional<String> cookie) {
        @Override
        public String toString() {
            return "Finished[]";
        }
    }

    /** What a SAML provider's page posted. */
    public record Keep(
            @Param(value = "The provider it came from", max = 60) String provider,
            @Param("RelayState, as single-sign-on.begin sent it along") Secret state,
            @Param("SAMLResponse, as it was posted") Secret response) {}

    /** A provider's word that sessions have ended. */
    public record End(
            @Param(value = "The provider it came from", max = 60) String provider,
            @Param("OpenID Connect's logout_token") Optional<Secret> token,
            @Param("SAML's SAMLRequest, as it was sent") Optional<Secret> request,
            @Param(value = "SAML's RelayState, to be given back", max = 4096) Optional<String> relayState,
            @Param(value = "SAML's SigAlg, of a request in an address", max = 200) Optional<String> algorithm,
            @Param(value = "SAML's Signature, of a request in an address", max = 4096) Optional<String> signature,
            @Param("Whether the request was posted, and so holds its signature") boolean posted,
            @Param(value = "The panel's address, as it was sent to", example = "https://panel.example:8443", max = 300)
                    String origin) {}

    /** Where the browser that brought it goes on. */
    public record Ended(@Param("Back at the provider") Optional<String> url) {}

    /** Where the browser is. */
    public record Leave(
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    String origin) {}

    /** Where to log out; prints without it. */
    public record Left(
            @Param(value = "The provider's page to log out at; nothing where it is not to be told", max = 10_000)
                    Optional<String> url) {
        @Override
        public String toString() {
            return "Left[]";
        }
    }

    /** To whom the panel is described. */
    public record Describe(
            @Param(value = "A SAML provider, by an id of identity-provider.offered", max = 60) String provider,
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    String origin) {}

    /** SAML metadata. */
    public record Described(@Param(max = 50_000) String xml) {}

    /** Whose account to link. */
    public record Link(
            @Param(value = "An id of identity-provider.offered", max = 60) String provider,
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    String origin) {}

    /** What was proved, and that it is you. */
    public record Confirm(
            @Param("What the browser came back with") Secret proof, @Param("Your password here") Secret password) {}

    @Activate
    public SignOnActions(
            @Reference SignOns signOns,
            @Reference Flows flows,
            @Reference SamlKeys keys,
            @Reference LogOuts logOuts,
            @Reference ProviderSessions sessions) {
        this.signOns = signOns;
        this.flows = flows;
        this.keys = keys;
        this.logOuts = logOuts;
        this.sessions = sessions;
    }

    @Action(
            value = "single-sign-on.begin",
            summary = "Begins to sign in with an account elsewhere",
            effect = CHANGE,
            access = OPEN,
            http = "POST /single-sign-on/begin")
    public Begun begin(Call call, Begin in) {
        return signOns.begin(in, Caller.address(call, in.address()));
    }

    @Action(
            value = "single-sign-on.finish",
            summary = "Signs in whom a provider proved",
            effect = CHANGE,
            access = OPEN,
            http = "POST /single-sign-on/finish")
    public Finished finish(Call call, Finish in) {
        return signOns.finish(in, Caller.address(call, in.address()));
    }

    @Action(
            value = "single-sign-on.keep",
            summary = "Keeps a SAML provider's answer until the browser that asked for it comes",
            effect = CHANGE,
            access = OPEN,
            http = "POST /single-sign-on/keep")
    public void keep(Keep in) {
        signOns.keep(in);
    }

    @Action(
            value = "single-sign-on.describe",
            summary = "Shows the panel's SAML metadata, for a provider",
            effect = READ,
            access = OPEN,
            http = "GET /single-sign-on/describe")
    public Described describe(Describe in) {
        return new Described(signOns.describe(in));
    }

    @Action(
            value = "single-sign-on.end",
            summary = "Ends the sessions here that a provider proves to have ended",
            effect = CHANGE,
            access = OPEN,
            http = "POST /single-sign-on/end")
    public Ended end(End in) {
        return new Ended(logOuts.end(in).map(URI::toString));
    }

    @Action(
            value = "single-sign-on.leave",
            summary = "Says where to log out at the provider that signed you in, where it is to be told",
            effect = READ,
            access = SIGNED_IN,
            http = "GET /single-sign-on/leave")
    public Left leave(Call call, Leave in) {
        return new Left(call.caller()
                .session()
                .flatMap(session -> logOuts.leave(session, in.origin()))
                .map(URI::toString));
    }

    @Action(
            value = "identity.link",
            summary = "Begins to link an account elsewhere to your own",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /identities/link")
    public Begun link(Call call, Link in) {
        return signOns.beginLink(Caller.person(call), in, Caller.address(call, Optional.empty()));
    }

    @Action(
            value = "identity.confirm",
            summary = "Links the account elsewhere that you just proved to have",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /identities/confirm")
    public void confirm(Call call, Confirm in) {
        signOns.confirm(Caller.person(call), in.proof(), in.password(), Caller.address(call, Optional.empty()));
    }

    @Every("PT10M")
    public void sweep() {
        flows.sweep();
        keys.sweep();
        sessions.sweep();
    }
}
