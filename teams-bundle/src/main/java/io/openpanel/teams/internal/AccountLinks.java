package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Secret;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Links that prove who somebody is, each once, for one address and one purpose. Only a digest of them is kept. */
@Component(service = AccountLinks.class)
public final class AccountLinks {
    /** How long a link in a message is good. */
    static final Duration LIFE = Duration.ofMinutes(30);

    private static final int MOST_AN_HOUR = 3;
    private static final Duration KEPT = Duration.ofHours(1);

    private static final int MOST_KNOWN = 20_000;

    private final Clerk clerk;
    private final InstantSource clock;
    private final Recent<String, Optional<String>> pending;

    /** What a link is for. */
    public enum Purpose {
        /** To set a new password. */
        RESET,
        /** To show that one reads what is sent to an address. */
        EMAIL
    }

    /** A link; what opens it is not in it. */
    public record Row(String hash, String userId, String email, Optional<String> target, Instant expiresAt) {
        @Override
        public String toString() {
            return "Link[" + userId + ']';
        }
    }

    /** A new link. */
    record Made(String token, Instant expiresAt) {
        @Override
        public String toString() {
            return "Link[•••]";
        }
    }

    /** Where a link was sent. */
    public record Pending(String target) {}

    /** How many there are. */
    public record Count(long number) {}

    @Activate
    public AccountLinks(@Reference Clerk clerk, @Reference InstantSource clock) {
        this(clerk, clock, System::nanoTime);
    }

    AccountLinks(Clerk clerk, InstantSource clock, LongSupplier nanos) {
        this.clerk = clerk;
        this.clock = clock;
        this.pending = new Recent<>(MOST_KNOWN, this::loadPending, nanos);
    }

    Made create(Database.Tx tx, People.Account account, Purpose purpose, Optional<String> target, Duration life) {
        RefreshToken token = RefreshToken.create();
        Instant now = clock.instant();
        tx.update(
                "insert into account_link (hash, user_id, purpose, email, target, created_at, expires_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?)",
                token.hash(),
                account.id(),
                purpose,
                account.email(),
                target,
                now,
                now.plus(life));
        return new Made(token.text(), now.plus(life));
    }

    /** A link for a message; none where the person got several within the hour, so that nobody floods them. */
    Optional<Made> createSparingly(People.Account account, Purpose purpose, Optional<String> target) {
        Optional<Made> made = clerk.allTeams(tx -> {
            // Two deliveries at the same moment count one after the other.
            tx.one(Rights.Id.class, "select id from user_account where id = ? for update", account.id());
            long recent = tx.one(
                            Count.class,
                            "select count(*) as number from account_link where user_id = ? and purpose = ?"
                                    + " and created_at > ?",
                            account.id(),
                            purpose,
                            clock.instant().minus(KEPT))
                    .map(Count::number)
                    .orElse(0L);
            return recent >= MOST_AN_HOUR ? Optional.empty() : Optional.of(create(tx, account, purpose, target, LIFE));
        });
        changed(account.id());
        return made;
    }

    /** To be called once a link of a person's was made or spent in the database. */
    void changed(String user) {
        pending.forget(user);
    }

    /** What a token opens now: nothing where the person has another address by now, or may not come in. */
    Optional<Row> find(Secret token, Purpose purpose) {
        return clerk.allTeams(tx -> tx.one(
                Row.class,
                "select l.hash, l.user_id, l.email, l.target, l.expires_at from account_link l"
                        + " join user_account u on u.id = l.user_id"
                        + " where l.hash = ? and l.purpose = ? and l.expires_at > ? and u.disabled_at is null"
                        + " and u.email = l.email",
                hash(token.reveal()),
                purpose,
                clock.instant()));
    }

    /** The address that a person has yet to show that they read; asked with each look at a profile. */
    Optional<String> pendingAddress(String user) {
        return pending.get(user);
    }

    private Optional<String> loadPending(String user) {
        return clerk.allTeams(tx -> tx.one(
                        Pending.class,
                        "select target from account_link where user_id = ? and purpose = ? and expires_at > ?"
                                + " order by created_at desc limit 1",
                        user,
                        Purpose.EMAIL,
                        clock.instant()))
                .map(Pending::target);
    }

    static String hash(String token) {
        return new RefreshToken(token).hash();
    }

    /** Spends a link and all others of the person for the same; false where it was spent meanwhile. */
    boolean spend(Database.Tx tx, Row link, Purpose purpose) {
        if (tx.update("delete from account_link where hash = ?", link.hash) == 0) {
            return false;
        }
        tx.update("delete from account_link where user_id = ? and purpose = ?", link.userId, purpose);
        return true;
    }

    /**
     * Ends what was begun with a former password: links of any purpose, and log-ins that wait for a code. Whoever knew it
     * may have asked for another address.
     */
    static void endAll(Database.Tx tx, String user) {
        tx.update("delete from account_link where user_id = ?", user);
        tx.update("delete from challenge where user_id = ?", user);
    }

    /** As {@link #endAll(Database.Tx, String)}, in a transaction of its own. */
    void endAll(String user) {
        clerk.allTeams(tx -> {
            endAll(tx, user);
            return null;
        });
        changed(user);
    }

    /** Takes a link back that reached nobody. */
    void withdraw(String token) {
        clerk.allTeams(tx -> tx.update("delete from account_link where hash = ?", hash(token)));
    }

    /** Forgets links that are good no more, once they are not counted any more either. */
    void sweep() {
        Instant now = clock.instant();
        clerk.allTeams(tx ->
                tx.update("delete from account_link where expires_at < ? and created_at < ?", now, now.minus(KEPT)));
    }
}
