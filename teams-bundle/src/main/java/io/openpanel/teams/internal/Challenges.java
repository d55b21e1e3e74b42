package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.SessionActions;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The step between the right password and the session: open for five minutes, five tries and one success. */
@Component(service = Challenges.class)
public final class Challenges {
    static final Duration LIFE = Duration.ofMinutes(5);
    private static final int TRIES = 5;

    private final Clerk clerk;
    private final InstantSource clock;
    private final Factors factors;
    private final Rights rights;
    private final SignInLimits limits;

    /** A challenge's row. */
    public record Row(String userId, int tries, List<String> amr) {}

    /** Who proved themselves, and how, and how before. */
    record Proof(String user, String method, List<String> before, Ref session) {}

    /** A challenge's digest. */
    public record Hash(String hash) {}

    private record Tried(Row row, Optional<String> method) {}

    @Activate
    public Challenges(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference Factors factors,
            @Reference Rights rights,
            @Reference SignInLimits limits) {
        this.clerk = clerk;
        this.clock = clock;
        this.factors = factors;
        this.rights = rights;
        this.limits = limits;
    }

    /** Asks somebody for more than what they gave already. */
    SessionActions.Challenge open(String user, List<String> kinds, List<String> amr) {
        RefreshToken token = RefreshToken.create();
        Instant now = clock.instant();
        Instant end = now.plus(LIFE);
        clerk.allTeams(tx -> tx.update(
                "insert into challenge (hash, user_id, amr, created_at, expires_at) values (?, ?, ?, ?, ?)",
                token.hash(),
                user,
                amr,
                now,
                end));
        return new SessionActions.Challenge(token.text(), end, kinds);
    }

    /**
     * Answers a challenge with a code of an authenticator or a recovery code.
     *
     * @throws Problem UNAUTHENTICATED where there is no such challenge any more, INVALID where the code is wrong
     */
    Proof answer(Secret token, String code, String address) {
        String hash = hash(token);
        String user = owner(token);
        SignInLimits.Attempt attempt = limits.begin(address, account(user));
        Tried tried = tryOnce(hash, code);
        if (tried.method.isEmpty()) {
            if (tried.row.tries == TRIES) {
                tellOwner(user, address);
            }
            throw Factors.wrong();
        }
        attempt.succeeded();
        return new Proof(tried.row.userId, tried.method.get(), tried.row.amr, session(hash));
    }

    static String hash(Secret token) {
        return new RefreshToken(token.reveal()).hash();
    }

    /**
     * The session that begins with the answer: it has its id before, so that whoever says that it has ended can say so.
     *
     * @param hash of the challenge, which lets one session in
     */
    static Ref session(String hash) {
        return new Ref("session", Digest.of("session of " + hash).hex().substring(0, 16));
    }

    /** Ends the challenge that a session was to begin with. */
    void end(String user, Ref session) {
        clerk.allTeams(
                tx -> tx.list(Hash.class, "select hash from challenge where user_id = ? limit 1000", user).stream()
                        .filter(each -> session(each.hash).equals(session))
                        .mapToInt(each -> tx.update("delete from challenge where hash = ?", each.hash))
                        .sum());
    }

    /** Who is to answer a challenge. */
    String owner(Secret token) {
        return clerk.allTeams(tx -> tx.one(
                        Row.class,
                        "select user_id, tries, amr from challenge where hash = ? and tries < ? and expires_at > ?",
                        hash(token),
                        TRIES,
                        clock.instant()))
                .map(Row::userId)
                .orElseThrow(Challenges::over);
    }

    /**
     * Ends a challenge that was answered by other means than a code.
     *
     * @return how the person had proved themselves before
     */
    List<String> spend(String hash, String user) {
        return clerk.allTeams(tx -> tx.one(
                        Row.class,
                        "delete from challenge where hash = ? and user_id = ? and tries < ? and expires_at > ?"
                                + " returning user_id, tries, amr",
                        hash,
                        user,
                        TRIES,
                        clock.instant()))
                .map(Row::amr)
                .orElseThrow(Challenges::over);
    }

    /** The try is counted first, in the same transaction: many at once are no more than five. */
    private Tried tryOnce(String hash, String code) {
        return clerk.allTeams(tx -> {
            Row row = tx.one(
                            Row.class,
                            "update challenge set tries = tries + 1 where hash = ? and tries < ? and expires_at > ?"
                                    + " returning user_id, tries, amr",
                            hash,
                            TRIES,
                            clock.instant())
                    .orElseThrow(Challenges::over);
            Optional<String> method = factors.spend(tx, row.userId, code);
            method.ifPresent(any -> tx.update("delete from challenge where hash = ?", hash));
            return new Tried(row, method);
        });
    }

    private void tellOwner(String user, String address) {
        rights.person(user)
                .flatMap(person -> person.memberships().stream().findFirst())
                .ifPresent(place -> clerk.in(place.team(), tx -> {
                    tx.publish(new TeamEvents.FactorRefused(new Ref("user", user), address));
                    return null;
                }));
    }

    /**
     * Asks somebody who is signed in for a code.
     *
     * @throws Problem naming the field, unless the code is good, which it was just once
     */
    public void requireCode(String user, String code, String address) {
        SignInLimits.Attempt attempt = limits.begin(address, account(user));
        if (clerk.allTeams(tx -> factors.spend(tx, user, code)).isEmpty()) {
            throw Factors.wrong();
        }
        attempt.succeeded();
    }

    /** Codes are counted apart from passwords: the right password must not make a wrong code forgotten. */
    private static String account(String user) {
        return "code of " + user;
    }

    private static Problem over() {
        return new Problem(
                Problem.Kind.UNAUTHENTICATED, "This log-in took too long or had too many wrong codes; begin it again");
    }

    /** Forgets challenges that ended, and authenticators that were never confirmed. */
    public void sweep() {
        Instant now = clock.instant();
        clerk.allTeams(tx -> tx.update("delete from challenge where expires_at < ?", now)
                + tx.update(
                        "delete from factor where confirmed_at is null and created_at < ?",
                        now.minus(Factors.TO_CONFIRM)));
    }
}
