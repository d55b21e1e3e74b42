package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Proofs;
import io.openpanel.teams.internal.RefreshToken;
import io.openpanel.teams.internal.Sessions;
import io.openpanel.teams.internal.SignIn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Signing in and out. */
@Component(service = Extension.class)
public class SessionActions implements Extension {
    private final SignIn signIn;
    private final Sessions sessions;
    private final Proofs proofs;

    /** Who wants in. */
    public record Create(
            @Param(value = "The e-mail address", example = "ana@example.com", max = 320) String email,
            @Param("The password") Secret password,
            @Param(value = "What the person sees in the list of their sessions", max = 1000) Optional<String> device,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** What else is asked for, of somebody whose password was right; prints without its token. */
    public record Challenge(
            @Param("Good for one session, with a code") String token,
            Instant expiresAt,
            @Param("totp for an authenticator app, passkey; a recovery code is always good") List<String> factors) {
        @Override
        public String toString() {
            return "Challenge[expiresAt=" + expiresAt + ']';
        }
    }

    /** The session, or a challenge where the person has a second factor; prints without either. */
    public record Begun(
            Optional<String> accessToken,
            Optional<Instant> expiresAt,
            Optional<String> refreshToken,
            @Param(kind = "user") Optional<Ref> user,
            Optional<String> name,
            Optional<String> email,
            @Param(kind = "team") Optional<Ref> team,
            Optional<String> teamName,
            Optional<String> role,
            @Param("Go on with session.verify") Optional<Challenge> challenge) {
        public static Begun of(SignedIn in) {
            return new Begun(
                    Optional.of(in.accessToken()),
                    Optional.of(in.expiresAt()),
                    Optional.of(in.refreshToken()),
                    Optional.of(in.user()),
                    Optional.of(in.name()),
                    Optional.of(in.email()),
                    Optional.of(in.team()),
                    Optional.of(in.teamName()),
                    Optional.of(in.role()),
                    Optional.empty());
        }

        public static Begun of(Challenge challenge) {
            return new Begun(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(challenge));
        }

        /** The session, where there is one already. */
        public Optional<SignedIn> session() {
            return accessToken.map(token -> new SignedIn(
                    token,
                    expiresAt.orElseThrow(),
                    refreshToken.orElseThrow(),
                    user.orElseThrow(),
                    name.orElseThrow(),
                    email.orElseThrow(),
                    team.orElseThrow(),
                    teamName.orElseThrow(),
                    role.orElseThrow()));
        }

        @Override
        public String toString() {
            return "Begun[user=" + user + ", challenge=" + challenge + ']';
        }
    }

    /** The second step. */
    public record Verify(
            @Param("What session.create answered") Secret challenge,
            @Param("The code that the authenticator app shows, or a recovery code") Secret code,
            @Param(value = "What the person sees in the list of their sessions", max = 1000) Optional<String> device,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** The token of last time. */
    public record Refresh(
            @Param("The refresh token, good once") Secret refreshToken,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** One of the ways to show that it is still oneself: the password, a code, or a passkey. */
    public record Prove(
            @Param("Your password") Optional<Secret> password,
            @Param("A code, of the app or for recovery") Optional<Secret> code,
            @Param("What passkey.ask answered") Optional<Secret> ceremony,
            @Param(value = "The passkey's assertion, as JSON", max = 16384) Optional<String> credential,
            @Param(value = "The panel's address in the browser", example = "https://panel.example:8443", max = 300)
                    Optional<String> origin) {}

    /** Until when nothing more is asked for. */
    public record Proved(Instant until) {}

    /** Which session to end: the current one where nothing is given. */
    public record Delete(@Param("Its refresh token, in place of signing in") Optional<Secret> refreshToken) {}

    /** Which session to end. */
    public record End(@Param(value = "The session", kind = "session") Ref session) {}

    /** A place where a person is signed in. */
    public record Item(
            @Param(kind = "session") Ref session,
            String device,
            String address,
            @Param("How you proved who you are: pwd, otp, pop for a passkey, recovery, sso; mfa where it was two means")
                    List<String> methods,
            Instant createdAt,
            Instant usedAt,
            Instant endsAt,
            boolean current) {}

    /** A person's sessions. */
    public record Items(List<Item> items) {}

    @Activate
    public SessionActions(@Reference SignIn signIn, @Reference Sessions sessions, @Reference Proofs proofs) {
        this.signIn = signIn;
        this.sessions = sessions;
        this.proofs = proofs;
    }

    @Action(
            value = "session.create",
            summary = "Signs in with e-mail address and password",
            effect = CHANGE,
            access = OPEN)
    public Begun create(Call call, Create in) {
        return signIn.withPassword(
                in.email(),
                in.password(),
                Caller.address(call, in.address()),
                in.device().orElse(""));
    }

    @Action(
            value = "session.verify",
            summary = "Signs in with the second factor, after the password",
            effect = CHANGE,
            access = OPEN)
    public SignedIn verify(Call call, Verify in) {
        return signIn.withCode(
                in.challenge(),
                in.code(),
                Caller.address(call, in.address()),
                in.device().orElse(""));
    }

    @Action(
            value = "session.refresh",
            summary = "Exchanges a refresh token for a new pair of tokens",
            effect = CHANGE,
            access = OPEN)
    public SignedIn refresh(Call call, Refresh in) {
        return signIn.withRefreshToken(in.refreshToken(), Caller.address(call, in.address()));
    }

    @Action(value = "session.list", summary = "Lists where you are signed in", effect = READ, access = SIGNED_IN)
    public Items list(Call call) {
        Optional<Ref> current = call.caller().session();
        return new Items(sessions.list(Caller.person(call)).stream()
                .map(row -> item(row, current))
                .toList());
    }

    private static Item item(Sessions.Row row, Optional<Ref> current) {
        Ref session = new Ref("session", row.id());
        return new Item(
                session,
                row.device(),
                row.address(),
                row.amr(),
                row.createdAt(),
                row.usedAt(),
                row.endsAt(),
                current.equals(Optional.of(session)));
    }

    @Action(
            value = "session.delete",
            summary = "Signs out",
            effect = CHANGE,
            access = SIGNED_IN,
            idempotent = true,
            http = "POST /sessions/delete",
            cli = "logout")
    public void delete(Call call, Delete in) {
        if (in.refreshToken().isPresent()) {
            // A token that is not good any more has nothing to end.
            sessions.of(new RefreshToken(in.refreshToken().get().reveal())).ifPresent(sessions::end);
            return;
        }
        sessions.end(current(call).id());
    }

    private static Ref current(Call call) {
        Caller.person(call);
        return call.caller()
                .session()
                .orElseThrow(() -> new Problem(Problem.Kind.CONFLICT, "You are signed in nowhere that could end"));
    }

    @Action(
            value = "session.end",
            summary = "Signs you out somewhere else",
            effect = CHANGE,
            access = SIGNED_IN,
            recent = true,
            idempotent = true)
    public void end(Call call, End in) {
        String person = Caller.person(call);
        sessions.find(in.session().id())
                .filter(row -> row.userId().equals(person))
                .orElseThrow(() -> Problem.missing(in.session()));
        sessions.end(in.session().id());
    }

    @Action(
            value = "session.prove",
            summary = "Shows again that it is you, for what asks for it",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /sessions/prove")
    public Proved prove(Call call, Prove in) {
        return new Proved(
                proofs.take(Caller.person(call), current(call).id(), in, Caller.address(call, Optional.empty())));
    }

    @Every("PT1H")
    public void sweep() {
        sessions.sweep();
    }
}
