package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Passkeys;
import io.openpanel.teams.internal.Profiles;
import io.openpanel.teams.internal.Sessions;
import io.openpanel.teams.internal.SignIn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Passkeys: beside the password, or in place of it. They are listed and removed like other factors. */
@Component(service = Extension.class)
public class PasskeyActions implements Extension {
    private final Passkeys passkeys;
    private final Profiles profiles;
    private final Sessions sessions;
    private final SignIn signIn;

    /** A passkey to be. */
    public record Create(
            @Param(value = "What you call it", example = "Laptop", min = 1, max = 60) String name,
            @Param("Your password") Secret password,
            @Param(value = "The panel's address in your browser", example = "https://panel.example:8443", max = 300)
                    String origin) {}

    /** What the browser is asked; prints without its token. */
    public record Asked(
            @Param("Good for one answer") String ceremony,
            @Param(value = "WebAuthn's options, as JSON", max = 16384) String options,
            Instant expiresAt) {
        @Override
        public String toString() {
            return "Asked[expiresAt=" + expiresAt + ']';
        }
    }

    /** What the browser made. */
    public record Confirm(
            @Param("What passkey.create answered") Secret ceremony,
            @Param(value = "The new credential, as JSON", max = 16384) String credential) {}

    /** Whose passkey to ask for. */
    public record Ask(
            @Param("What session.create answered; without it, any passkey that verifies its owner")
                    Optional<Secret> challenge,
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    String origin,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** What the passkey answered. */
    public record Prove(
            @Param("What passkey.ask answered") Secret ceremony,
            @Param(value = "The assertion, as JSON", max = 16384) String credential,
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    String origin,
            @Param(value = "What the person sees in the list of their sessions", max = 1000) Optional<String> device,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    @Activate
    public PasskeyActions(
            @Reference Passkeys passkeys,
            @Reference Profiles profiles,
            @Reference Sessions sessions,
            @Reference SignIn signIn) {
        this.passkeys = passkeys;
        this.profiles = profiles;
        this.sessions = sessions;
        this.signIn = signIn;
    }

    @Action(
            value = "passkey.create",
            summary = "Begins with a passkey, which the browser then makes",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /passkeys")
    public Asked create(Call call, Create in) {
        String user = Caller.person(call);
        profiles.requirePassword(user, "password", in.password(), Caller.address(call, Optional.empty()));
        return passkeys.begin(user, in.name(), in.origin());
    }

    @Action(
            value = "passkey.confirm",
            summary = "Makes a passkey a second factor and signs you out everywhere else",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /passkeys/confirm")
    public FactorActions.RecoveryCodes confirm(Call call, Confirm in) {
        String user = Caller.person(call);
        List<String> codes = passkeys.confirm(user, in.ceremony(), in.credential());
        Optional<String> current = call.caller().session().map(Ref::id);
        sessions.endOthers(user, current);
        current.ifPresent(session -> sessions.proved(session, "pop"));
        return new FactorActions.RecoveryCodes(codes);
    }

    @Action(
            value = "passkey.ask",
            summary = "Begins to sign in with a passkey",
            effect = CHANGE,
            access = OPEN,
            http = "POST /passkeys/ask")
    public Asked ask(Call call, Ask in) {
        return signIn.askForPasskey(in.challenge(), in.origin(), Caller.address(call, in.address()));
    }

    @Action(
            value = "passkey.prove",
            summary = "Signs in with a passkey",
            effect = CHANGE,
            access = OPEN,
            http = "POST /passkeys/prove")
    public SignedIn prove(Call call, Prove in) {
        return signIn.withPasskey(
                in.ceremony(),
                in.credential(),
                in.origin(),
                Caller.address(call, in.address()),
                in.device().orElse(""));
    }

    @Every("PT1H")
    public void sweep() {
        passkeys.sweep();
    }
}
