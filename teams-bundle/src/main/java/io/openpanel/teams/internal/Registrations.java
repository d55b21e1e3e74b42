package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.Language;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * From a wish to an account. There is none until the link in the message was opened and the password given again: so
 * nobody makes one for the address of somebody else, and no answer tells whether an address has one.
 */
@Component(service = Registrations.class)
public final class Registrations {
    private static final Duration KEPT = Duration.ofHours(1);
    private static final int MOST_AN_HOUR = 3;

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Passwords passwords;
    private final Rights rights;
    private final SignInLimits limits;
    private final RegistrationMode mode;
    private final AccountMail mail;
    private final AccountRequests requests;

    /** A wish's row. */
    public record Row(String id, String email, String name, String password) {
        @Override
        public String toString() {
            return "Registration[" + id + ']';
        }
    }

    @Activate
    public Registrations(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Passwords passwords,
            @Reference Rights rights,
            @Reference SignInLimits limits,
            @Reference RegistrationMode mode,
            @Reference AccountMail mail,
            @Reference AccountRequests requests) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.passwords = passwords;
        this.rights = rights;
        this.limits = limits;
        this.mode = mode;
        this.mail = mail;
        this.requests = requests;
    }

    public boolean isOpen() {
        return mode.isOpen() && mail.sendsLinks();
    }

    private void requireOpen() {
        if (!isOpen()) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "Nobody registers on this panel by themselves; ask an owner for an invitation");
        }
    }

    /** Writes down who wants an account; whether the address has one is looked up later. */
    public void request(String email, String name, Secret password, Optional<Language> language, String from) {
        requireOpen();
        String address = People.email(email);
        limits.begin(from, "registration of " + address);
        People.Newcomer person = people.newcomer(address, Optional.of(name), password, "");
        Instant now = clock.instant();
        clerk.in(rights.homeTeam().orElseThrow(), tx -> {
            Ref wish = Ref.create("registration");
            tx.update(
                    "insert into registration (id, email, name, password, created_at, expires_at)"
                            + " values (?, ?, ?, ?, ?, ?)",
                    wish.id(),
                    person.email(),
                    person.name(),
                    person.passwordHash(),
                    now,
                    now.plus(AccountLinks.LIFE));
            requests.add(tx, AccountRequests.Kind.REGISTER, person.email(), Optional.of(wish.id()), language);
            return null;
        });
    }

    /** Sends the link, or tells whoever has an account that somebody tried to make another one. */
    void answer(AccountRequests.Row request) {
        String wish = request.subject().orElseThrow();
        Optional<People.Account> known = people.byEmail(request.email());
        RefreshToken token = RefreshToken.create();
        if (!mayTell(request.email(), wish, known.isPresent() ? Optional.empty() : Optional.of(token.hash()))) {
            return;
        }
        boolean sent = false;
        try {
            sent = known.isPresent()
                    ? mail.send(
                            AccountRequests.Kind.KNOWN,
                            request.email(),
                            known.map(People.Account::id),
                            Optional.empty(),
                            request.language())
                    : mail.send(
                            AccountRequests.Kind.REGISTER,
                            request.email(),
                            Optional.empty(),
                            Optional.of(token.text()),
                            request.language());
        } finally {
            if (!sent) {
                clerk.allTeams(tx -> tx.update("update registration set told = false, hash = null where id = ?", wish));
            }
        }
    }

    /** Marks a wish as answered; false where there were several for its address within the hour. */
    private boolean mayTell(String email, String wish, Optional<String> hash) {
        return clerk.allTeams(tx -> {
            tx.list(Rights.Id.class, "select id from registration where email = ? order by id for update", email);
            long told = tx.one(
                            AccountLinks.Count.class,
                            "select count(*) as number from registration where email = ? and told and created_at > ?",
                            email,
                            clock.instant().minus(KEPT))
                    .map(AccountLinks.Count::number)
                    .orElse(0L);
            return told < MOST_AN_HOUR
                    && tx.update("update registration set told = true, hash = ? where id = ?", hash, wish) > 0;
        });
    }

    /** @return the address that a link is for */
    public String open(Secret token, String from) {
        return find(token, from).email();
    }

    private Row find(Secret token, String from) {
        return clerk.allTeams(tx -> tx.one(
                        Row.class,
                        "select id, email, name, password from registration where hash = ? and expires_at > ?",
                        AccountLinks.hash(token.reveal()),
                        clock.instant()))
                .orElseThrow(() -> {
                    limits.count(from);
                    return spent();
                });
    }

    private static Problem spent() {
        return new Problem(Problem.Kind.DENIED, "This link is not good any more; register again");
    }

    /** Makes the account, with a team of its own. */
    public void confirm(Secret token, Secret password, String from) {
        requireOpen();
        Row wish = find(token, from);
        SignInLimits.Attempt attempt = limits.begin(from, "registration " + wish.id);
        if (!passwords.verify(password.reveal(), wish.password)) {
            throw Problem.invalid("password", "This is not the password you registered with");
        }
        attempt.succeeded();
        Ref team = Ref.create("team");
        Ref user = clerk.in(team.id(), tx -> make(tx, wish, team));
        rights.personChanged(user.id(), true);
    }

    private Ref make(Database.Tx tx, Row wish, Ref team) {
        if (tx.update("delete from registration where id = ?", wish.id) == 0) {
            throw spent();
        }
        tx.update("delete from registration where email = ?", wish.email);
        tx.update("insert into team (id, name, created_at) values (?, ?, ?)", team.id(), wish.name, clock.instant());
        try {
            Ref user = people.add(tx, new People.Newcomer(wish.email, wish.name, wish.password), Role.OWNER);
            tx.publish(new TeamEvents.TeamCreated(team, wish.name));
            return user;
        } catch (Problem taken) {
            // They came in by an invitation meanwhile.
            throw spent();
        }
    }

    /** Forgets wishes that nobody confirmed, once they are not counted any more either. */
    void sweep() {
        clerk.allTeams(tx -> tx.update(
                "delete from registration where created_at < ?", clock.instant().minus(KEPT)));
    }
}
