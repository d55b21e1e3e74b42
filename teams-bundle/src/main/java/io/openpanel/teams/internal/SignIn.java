package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.PasskeyActions;
import io.openpanel.teams.SessionActions;
import io.openpanel.teams.SignedIn;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** From a password, or the token of last time, to a pair of tokens. */
@Component(service = SignIn.class)
public final class SignIn {
    private static final List<String> PASSWORD = List.of("pwd");
    /** RFC 8176 has no word for it. */
    private static final String IDENTITY = "sso";

    private final People people;
    private final Sessions sessions;
    private final AccessTokens tokens;
    private final Rights rights;
    private final SignInLimits limits;
    private final Factors factors;
    private final Challenges challenges;
    private final Passkeys passkeys;

    @Activate
    public SignIn(
            @Reference People people,
            @Reference Sessions sessions,
            @Reference AccessTokens tokens,
            @Reference Rights rights,
            @Reference SignInLimits limits,
            @Reference Factors factors,
            @Reference Challenges challenges,
            @Reference Passkeys passkeys) {
        this.people = people;
        this.sessions = sessions;
        this.tokens = tokens;
        this.rights = rights;
        this.limits = limits;
        this.factors = factors;
        this.challenges = challenges;
        this.passkeys = passkeys;
    }

    /** A session, or for whoever has a second factor a challenge. */
    public SessionActions.Begun withPassword(String email, Secret password, String address, String device) {
        Optional<People.Account> account = checked(email, password, address);
        String user = account.map(People.Account::id)
                .orElseThrow(
                        () -> new Problem(Problem.Kind.UNAUTHENTICATED, "The e-mail address or the password is wrong"));
        List<String> kinds = factors.kinds(user);
        return kinds.isEmpty()
                ? SessionActions.Begun.of(start(user, address, device, PASSWORD))
                : SessionActions.Begun.of(challenges.open(user, kinds, PASSWORD));
    }

    /** A session for somebody whom another party proved, or a challenge where that is not enough; its id is known before. */
    Entered withIdentity(String user, boolean secondFactor, String address, String device) {
        List<String> kinds = secondFactor ? List.of() : factors.kinds(user);
        List<String> amr = secondFactor ? List.of(IDENTITY, "mfa") : List.of(IDENTITY);
        if (kinds.isEmpty()) {
            Ref session = Ref.create("session");
            return new Entered(session, SessionActions.Begun.of(start(user, session, address, device, amr)));
        }
        SessionActions.Challenge challenge = challenges.open(user, kinds, amr);
        return new Entered(
                Challenges.session(Challenges.hash(Secret.of(challenge.token()))), SessionActions.Begun.of(challenge));
    }

    /** What {@link #withIdentity} begins. */
    record Entered(Ref session, SessionActions.Begun begun) {}

    /** The second step. */
    public SignedIn withCode(Secret challenge, Secret code, String address, String device) {
        Challenges.Proof proof = challenges.answer(challenge, code.reveal(), address);
        return start(proof.user(), proof.session(), address, device, with(proof.before(), proof.method()));
    }

    /** The account, if the password is its own; each try counts. */
    public Optional<People.Account> checked(String email, Secret password, String address) {
        return checked(email, password, limits.begin(address, email.strip()));
    }

    Optional<People.Account> checked(String email, Secret password, SignInLimits.Attempt attempt) {
        Optional<People.Account> account = people.byEmail(email);
        // The password is looked at first: whoever is disabled is answered as, and when, for a wrong one.
        if (!people.isPassword(account, password.reveal())
                || !account.map(People.Account::isEnabled).orElse(false)) {
            return Optional.empty();
        }
        attempt.succeeded();
        return account;
    }

    /** Asks for a passkey: of whom a challenge is for, else of anybody. */
    public PasskeyActions.Asked askForPasskey(Optional<Secret> challenge, String origin, String address) {
        limits.count(address);
        return passkeys.ask(
                challenge.map(challenges::owner),
                challenge.map(Challenges::hash).orElse(""),
                origin);
    }

    /** A passkey that answers a challenge, or stands alone. */
    public SignedIn withPasskey(Secret ceremony, String credential, String origin, String address, String device) {
        Passkeys.Held held = passkeys.prove(ceremony, credential, origin);
        if (rights.person(held.user()).isEmpty()) {
            throw Passkeys.refused(null);
        }
        if (held.challenge().isEmpty()) {
            return start(held.user(), address, device, List.of("pop", "user", "mfa"));
        }
        List<String> before = challenges.spend(held.challenge(), held.user());
        return start(held.user(), Challenges.session(held.challenge()), address, device, with(before, "pop"));
    }

    private static List<String> with(List<String> before, String method) {
        return Stream.concat(before.stream(), Stream.of(method, "mfa")).toList();
    }

    /** @throws Problem STEP_UP where somebody's password alone does not sign them in */
    public void requirePasswordIsEnough(String user) {
        if (!factors.kinds(user).isEmpty()) {
            throw new Problem(
                    Problem.Kind.STEP_UP, "Your account asks for a second factor; sign in first and open this again");
        }
    }

    /** A new session for somebody whose password was right and who has no second factor. */
    public SignedIn start(String user, String address, String device) {
        return start(user, address, device, PASSWORD);
    }

    private SignedIn start(String user, String address, String device, List<String> amr) {
        return start(user, Ref.create("session"), address, device, amr);
    }

    private SignedIn start(String user, Ref session, String address, String device, List<String> amr) {
        Rights.Person person = person(user);
        if (person.memberships().isEmpty()) {
            throw new Problem(Problem.Kind.DENIED, "You are in no team any more; ask an owner to add you again");
        }
        return signedIn(
                person,
                sessions.start(user, session, person.memberships().get(0).team(), address, device, amr));
    }

    public SignedIn withRefreshToken(Secret token, String address) {
        Sessions.Started started = sessions.refresh(new RefreshToken(token.reveal()), address)
                .orElseThrow(() -> new Problem(Problem.Kind.UNAUTHENTICATED, "Your session has ended; sign in again"));
        return signedIn(person(started.user()), started);
    }

    private Rights.Person person(String user) {
        return rights.person(user)
                .orElseThrow(() -> new Problem(Problem.Kind.UNAUTHENTICATED, "Your account does not exist any more"));
    }

    private SignedIn signedIn(Rights.Person person, Sessions.Started started) {
        Rights.Membership membership = person.in(started.homeTeam())
                .or(() -> person.memberships().stream().findFirst())
                .orElseThrow(
                        () -> new Problem(Problem.Kind.DENIED, "You are in no team any more; ask an owner to add you"));
        AccessTokens.Issued access = tokens.issue(person.id(), started.session(), membership.team());
        return new SignedIn(
                access.token(),
                access.expiresAt(),
                started.next().text(),
                new Ref("user", person.id()),
                person.name(),
                person.email(),
                new Ref("team", membership.team()),
                membership.teamName(),
                membership.role().id());
    }
}
