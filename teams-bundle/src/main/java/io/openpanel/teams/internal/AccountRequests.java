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

/**
 * What is to be done about an account after the answer was given. Whether an address has an account is looked up then
 * and not before, so neither the answer nor the time it takes tells a stranger.
 */
@Component(service = AccountRequests.class)
public final class AccountRequests {
    private static final Duration KEPT = Duration.ofDays(1);

    private final Clerk clerk;
    private final InstantSource clock;
    private final Rights rights;

    /** What is to be done. */
    public enum Kind {
        /** Send a link to set a new password to whoever has the address. */
        RESET,
        /** Tell a person that their password was changed. */
        PASSWORD_CHANGED,
        /** Send a link that makes an account, or tell whoever has one. */
        REGISTER,
        /** Tell a person that somebody wanted an account for their address. */
        KNOWN,
        /** Send a link to the address that a person wants to have. */
        CHANGE_ADDRESS,
        /** Tell a person's former address that it is theirs here no more. */
        ADDRESS_CHANGED
    }

    /**
     * A request's row.
     *
     * @param subject whom it is about, else the registration; nothing where that is yet to be found out
     */
    public record Row(String id, Kind kind, String email, Optional<String> subject, Optional<Language> language) {}

    @Activate
    public AccountRequests(@Reference Clerk clerk, @Reference InstantSource clock, @Reference Rights rights) {
        this.clerk = clerk;
        this.clock = clock;
        this.rights = rights;
    }

    /** Done soon, unless the transaction fails; the transaction is one of the panel's own team. */
    void add(Database.Tx tx, Kind kind, String email, Optional<String> subject, Optional<Language> language) {
        Ref request = Ref.create("account-request");
        tx.update(
                "insert into account_request (id, kind, email, subject, language, created_at)"
                        + " values (?, ?, ?, ?, ?, ?)",
                request.id(),
                kind,
                email,
                subject,
                language,
                clock.instant());
        tx.publish(new TeamEvents.AccountRequested(request));
    }

    void add(Kind kind, String email, Optional<String> subject, Optional<Language> language) {
        rights.homeTeam()
                .ifPresent(home -> clerk.in(home, tx -> {
                    add(tx, kind, email, subject, language);
                    return null;
                }));
    }

    /** Tells a person, whatever their account is by then. */
    void tell(Kind kind, People.Account account) {
        add(kind, account.email(), Optional.of(account.id()), Optional.empty());
    }

    Optional<Row> find(Ref request) {
        return clerk.allTeams(tx -> tx.one(
                Row.class,
                "select id, kind, email, subject, language from account_request where id = ?",
                request.id()));
    }

    void done(Row request) {
        clerk.allTeams(tx -> tx.update("delete from account_request where id = ?", request.id));
    }

    /** Forgets what could not be done. */
    void sweep() {
        clerk.allTeams(tx -> tx.update(
                "delete from account_request where created_at < ?",
                clock.instant().minus(KEPT)));
    }
}
