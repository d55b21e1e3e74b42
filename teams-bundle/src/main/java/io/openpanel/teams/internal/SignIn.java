package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.SignedIn;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** From a password, or the token of last time, to a pair of tokens. */
@Component(service = SignIn.class)
public final class SignIn {
    private final People people;
    private final Sessions sessions;
    private final AccessTokens tokens;
    private final Rights rights;
    private final SignInLimits limits;

    @Activate
    public SignIn(
            @Reference People people,
            @Reference Sessions sessions,
            @Reference AccessTokens tokens,
            @Reference Rights rights,
            @Reference SignInLimits limits) {
        this.people = people;
        this.sessions = sessions;
        this.tokens = tokens;
        this.rights = rights;
        this.limits = limits;
    }

    public SignedIn withPassword(String email, Secret password, String address, String device) {
        Optional<People.Account> account = checked(email, password, address);
        String user = account.map(People.Account::id)
                .orElseThrow(
                        () -> new Problem(Problem.Kind.UNAUTHENTICATED, "The e-mail address or the password is wrong"));
        return start(user, address, device);
    }

    /** The account, if the password is its own; each try counts. */
    public Optional<People.Account> checked(String email, Secret password, String address) {
        SignInLimits.Attempt attempt = limits.begin(address, email.strip());
        Optional<People.Account> account = people.byEmail(email);
        if (!people.isPassword(account, password.reveal())) {
            return Optional.empty();
        }
        attempt.succeeded();
        return account;
    }

    /** A new session for somebody who proved who they are. */
    public SignedIn start(String user, String address, String device) {
        Rights.Person person = person(user);
        if (person.memberships().isEmpty()) {
            throw new Problem(Problem.Kind.DENIED, "You are in no team any more; ask an owner to add you again");
        }
        return signedIn(person, sessions.start(user, person.memberships().get(0).team(), address, device));
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
                membership.role());
    }
}
