package io.openpanel.teams.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.Language;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * A new password for somebody who forgot theirs: whoever has a link sets it. Whether an address has an account shows in
 * no answer, and a second factor is asked for as before.
 */
@Component(service = PasswordResets.class)
public final class PasswordResets {
    private static final AccountLinks.Purpose RESET = AccountLinks.Purpose.RESET;
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(24);
    private static final Duration BY_HAND = Duration.ofHours(1);

    private final Panel panel;
    private final Clerk clerk;
    private final People people;
    private final Passwords passwords;
    private final Rights rights;
    private final Sessions sessions;
    private final SignInLimits limits;
    private final AccountLinks links;
    private final AccountRequests requests;
    private final AccountMail mail;

    /** A link to hand on. */
    public record Link(String email, String token, Instant expiresAt) {
        @Override
        public String toString() {
            return "Link[•••]";
        }
    }

    @Activate
    public PasswordResets(
            @Reference Panel panel,
            @Reference Clerk clerk,
            @Reference People people,
            @Reference Passwords passwords,
            @Reference Rights rights,
            @Reference Sessions sessions,
            @Reference SignInLimits limits,
            @Reference AccountLinks links,
            @Reference AccountRequests requests,
            @Reference AccountMail mail) {
        this.panel = panel;
        this.clerk = clerk;
        this.people = people;
        this.passwords = passwords;
        this.rights = rights;
        this.sessions = sessions;
        this.limits = limits;
        this.links = links;
        this.requests = requests;
        this.mail = mail;
    }

    public boolean isByMail() {
        return mail.sendsLinks();
    }

    /**
     * Writes down that somebody wants a link; who has the address is looked up later.
     *
     * @throws Problem LIMITED where there were many such requests, CONFLICT where no e-mail is sent
     */
    public void request(String email, Optional<Language> language, String from) {
        String address = People.email(email);
        limits.begin(from, "reset of " + address);
        if (!isByMail()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "This panel sends no e-mail; ask an owner of the panel for a link to set a new password");
        }
        requests.add(AccountRequests.Kind.RESET, address, Optional.empty(), language);
    }

    /** @return the address that a link is for */
    public String open(Secret token, String from) {
        return find(token, from).email();
    }

    private AccountLinks.Row find(Secret token, String from) {
        return links.find(token, RESET).orElseThrow(() -> {
            limits.count(from);
            return spent();
        });
    }

    private static Problem spent() {
        return new Problem(Problem.Kind.DENIED, "This link is not good any more; ask for a new one");
    }

    /** Sets a new password and ends all sessions; the person is told. */
    public void complete(Secret token, Secret password, String from) {
        AccountLinks.Row link = find(token, from);
        People.Account account = people.get(link.userId());
        String plain = password.reveal();
        PasswordRules.check(
                "password",
                plain,
                rights.person(link.userId()).orElseThrow(PasswordResets::spent).words());
        String hash = passwords.hash(plain);
        boolean done = clerk.in(rights.homeTeam().orElseThrow(), tx -> {
            if (!links.spend(tx, link, RESET)) {
                return false;
            }
            tx.update("update user_account set password = ?, version = version + 1 where id = ?", hash, account.id());
            AccountLinks.endAll(tx, account.id());
            requests.add(
                    tx,
                    AccountRequests.Kind.PASSWORD_CHANGED,
                    account.email(),
                    Optional.of(account.id()),
                    Optional.empty());
            tx.publish(new TeamEvents.PasswordReset(new Ref("user", account.id()), account.name()));
            return true;
        });
        if (!done) {
            throw spent();
        }
        links.changed(account.id());
        sessions.endOthers(account.id(), Optional.empty());
    }

    /** A link to hand to somebody. */
    public Link create(Ref user, Optional<Duration> expiresIn) {
        Duration life = expiresIn.orElse(BY_HAND);
        if (life.compareTo(SHORTEST) < 0 || life.compareTo(LONGEST) > 0) {
            throw Problem.invalid("expiresIn", "A link is good for a minute to 24 hours");
        }
        People.Account account = people.get(user.id());
        if (!account.isEnabled()) {
            throw new Problem(Problem.Kind.CONFLICT, account.name() + " is disabled; enable them first");
        }
        AccountLinks.Made made = panel.database().tx(tx -> links.create(tx, account, RESET, Optional.empty(), life));
        return new Link(account.email(), made.token(), made.expiresAt());
    }
}
