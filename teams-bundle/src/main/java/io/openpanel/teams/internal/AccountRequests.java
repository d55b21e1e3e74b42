package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import io.openpanel.teams.Language;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done about an account after the answer was given. Whether an address has an account is looked up here and
 * not before, so neither the answer nor the time it takes tells a stranger.
 */
@Component(service = AccountRequests.class)
public final class AccountRequests {
    private static final Logger LOG = LoggerFactory.getLogger(AccountRequests.class);
    private static final Duration KEPT = Duration.ofDays(1);

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Rights rights;
    private final AccountLinks links;
    private final AccountMail mail;

    /** What is to be done. */
    public enum Kind {
        /** Send a link to set a new password to whoever has the address. */
        RESET,
        /** Tell a person that their password was changed. */
        PASSWORD_CHANGED
    }

    /** A request's row. */
    public record Row(String id, Kind kind, String email, Optional<String> userId, Optional<Language> language) {}

    @Activate
    public AccountRequests(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Rights rights,
            @Reference AccountLinks links,
            @Reference AccountMail mail) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.rights = rights;
        this.links = links;
        this.mail = mail;
    }

    /** Done soon, unless the transaction fails; the transaction is one of the panel's own team. */
    void add(Database.Tx tx, Kind kind, String email, Optional<String> user, Optional<Language> language) {
        Ref request = Ref.create("account-request");
        tx.update(
                "insert into account_request (id, kind, email, user_id, language, created_at)"
                        + " values (?, ?, ?, ?, ?, ?)",
                request.id(),
                kind,
                email,
                user,
                language,
                clock.instant());
        tx.publish(new TeamEvents.AccountRequested(request));
    }

    void add(Kind kind, String email, Optional<String> user, Optional<Language> language) {
        rights.homeTeam().ifPresent(home -> clerk.in(home, tx -> {
            add(tx, kind, email, user, language);
            return null;
        }));
    }

    /** Tells a person, whatever their account is by then. */
    void tell(Kind kind, People.Account account) {
        add(kind, account.email(), Optional.of(account.id()), Optional.empty());
    }

    /** Does what was asked for; what fails is tried again by whoever delivers it. */
    public void carryOut(Ref request) {
        Optional<Row> found = clerk.allTeams(tx -> tx.one(
                Row.class, "select id, kind, email, user_id, language from account_request where id = ?", request.id()));
        found.ifPresent(row -> {
            switch (row.kind) {
                case RESET -> sendReset(row);
                default -> mail.send(row.kind, row.email, row.userId, Optional.empty(), row.language);
            }
            clerk.allTeams(tx -> tx.update("delete from account_request where id = ?", row.id));
        });
    }

    private void sendReset(Row row) {
        Optional<People.Account> account = people.byEmail(row.email).filter(People.Account::isEnabled);
        account.ifPresent(person -> links.createSparingly(
                        person.id(), AccountLinks.Purpose.RESET, person.email())
                .ifPresentOrElse(
                        made -> send(row, person, made),
                        () -> LOG.info("{} got several links within the hour; no further one is sent", person.id())));
    }

    private void send(Row row, People.Account person, AccountLinks.Made made) {
        boolean sent = false;
        try {
            sent = mail.send(row.kind, person.email(), Optional.of(person.id()), Optional.of(made.token()), row.language);
        } finally {
            if (!sent) {
                links.withdraw(made.token());
            }
        }
    }

    /** Forgets what could not be done, and links that are good no more. */
    public void sweep() {
        clerk.allTeams(tx -> tx.update(
                "delete from account_request where created_at < ?", clock.instant().minus(KEPT)));
        links.sweep();
    }
}
