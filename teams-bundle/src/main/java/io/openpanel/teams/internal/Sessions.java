package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sign-ins, each a family of refresh tokens of which one is good at a time. */
@Component(service = Sessions.class)
public final class Sessions {
    static final Duration IDLE = Duration.ofDays(7);
    static final Duration LIFE = Duration.ofDays(30);
    /** Two tabs that refresh at the same moment both get the same successor. */
    static final Duration SAME_SUCCESSOR = Duration.ofSeconds(10);

    private static final int DEVICE = 200;
    private static final String COLUMNS = "id, user_id, home_team, address, device, amr, created_at, used_at, ends_at";
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private final Clerk clerk;
    private final InstantSource clock;
    private final Rights rights;

    /** A session that goes on, with its next refresh token. */
    record Started(String session, String user, String homeTeam, RefreshToken next) {}

    /** A token with the session it belongs to. */
    public record Token(
            String hash,
            Instant issuedAt,
            Optional<Instant> spentAt,
            Optional<String> salt,
            String sessionId,
            String userId,
            String homeTeam,
            Instant endsAt,
            Optional<Instant> endedAt) {
        boolean isOver(Instant now) {
            return endedAt.isPresent() || !endsAt.isAfter(now);
        }
    }

    /** A session as its owner sees it. */
    public record Row(
            String id,
            String userId,
            String homeTeam,
            String address,
            String device,
            List<String> amr,
            Instant createdAt,
            Instant usedAt,
            Instant endsAt) {}

    private sealed interface Outcome {
        record Renewed(Started started) implements Outcome {}

        record Reused(Token token) implements Outcome {}

        record Unknown() implements Outcome {}
    }

    @Activate
    public Sessions(@Reference Clerk clerk, @Reference InstantSource clock, @Reference Rights rights) {
        this.clerk = clerk;
        this.clock = clock;
        this.rights = rights;
    }

    /** @param amr how the person proved who they are, in the words of RFC 8176 where it has one */
    Started start(String user, Ref session, String homeTeam, String address, String device, List<String> amr) {
        Instant now = clock.instant();
        RefreshToken first = RefreshToken.create();
        String shortDevice = device.length() > DEVICE ? device.substring(0, DEVICE) : device;
        return clerk.in(homeTeam, tx -> {
            // Held until the session is stored: whoever disables the account waits, and then ends this session too.
            tx.one(Rights.Id.class, "select id from user_account where id = ? and disabled_at is null for share", user)
                    .orElseThrow(() ->
                            new Problem(Problem.Kind.UNAUTHENTICATED, "The e-mail address or the password is wrong"));
            tx.update(
                    "insert into session (id, user_id, home_team, address, device, amr, created_at, used_at, ends_at)"
                            + " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    session.id(),
                    user,
                    homeTeam,
                    address,
                    shortDevice,
                    amr,
                    now,
                    now,
                    now.plus(LIFE));
            issue(tx, first, session.id(), now);
            tx.publish(new TeamEvents.SessionCreated(new Ref("user", user), session, address, shortDevice));
            return new Started(session.id(), user, homeTeam, first);
        });
    }

    /** Spends a token for its successor; empty when it is not good (any more). A stolen one ends its session. */
    Optional<Started> refresh(RefreshToken token, String address) {
        Outcome outcome = clerk.allTeams(tx -> spend(tx, token));
        if (outcome instanceof Outcome.Reused reused) {
            endStolen(reused.token, address);
        }
        return outcome instanceof Outcome.Renewed renewed ? Optional.of(renewed.started) : Optional.empty();
    }

    private Outcome spend(Database.Tx tx, RefreshToken token) {
        Instant now = clock.instant();
        Token row = find(tx, token).orElse(null);
        if (row == null || row.isOver(now)) {
            return new Outcome.Unknown();
        }
        RefreshToken current = token;
        while (row.spentAt().isPresent()) {
            if (row.spentAt().get().plus(SAME_SUCCESSOR).isBefore(now)) {
                return new Outcome.Reused(row);
            }
            RefreshToken next = current.successor(row.salt().orElseThrow());
            Token successor = find(tx, next).orElseThrow();
            if (successor.spentAt().isEmpty()) {
                return new Outcome.Renewed(new Started(row.sessionId(), row.userId(), row.homeTeam(), next));
            }
            current = next;
            row = successor;
        }
        if (row.issuedAt().plus(IDLE).isBefore(now)) {
            return new Outcome.Unknown();
        }
        String salt = RefreshToken.random();
        RefreshToken next = current.successor(salt);
        tx.update("update refresh_token set spent_at = ?, salt = ? where hash = ?", now, salt, row.hash());
        tx.update("update session set used_at = ? where id = ?", now, row.sessionId());
        issue(tx, next, row.sessionId(), now);
        return new Outcome.Renewed(new Started(row.sessionId(), row.userId(), row.homeTeam(), next));
    }

    private static Optional<Token> find(Database.Tx tx, RefreshToken token) {
        return tx.one(
                Token.class,
                "select r.hash, r.issued_at, r.spent_at, r.salt, r.session_id, s.user_id,"
                        + " s.home_team, s.ends_at, s.ended_at from refresh_token r join session s on s.id = r.session_id"
                        + " where r.hash = ? for update",
                token.hash());
    }

    private static void issue(Database.Tx tx, RefreshToken token, String session, Instant now) {
        tx.update(
                "insert into refresh_token (hash, session_id, issued_at) values (?, ?, ?)", token.hash(), session, now);
    }

    private void endStolen(Token token, String address) {
        LOG.warn(
                "A spent refresh token of session {} was shown again by {}; the session was ended",
                token.sessionId(),
                address);
        clerk.in(token.homeTeam(), tx -> {
            if (markEnded(tx, token.sessionId())) {
                tx.publish(new TeamEvents.SessionReused(
                        new Ref("user", token.userId()), new Ref("session", token.sessionId()), address));
            }
            return null;
        });
        rights.sessionEnded(token.sessionId());
    }

    /** Writes down how else whoever is signed in there proved who they are. */
    public void proved(String session, String method) {
        clerk.allTeams(tx -> tx.update(
                "update session set amr = amr || ?::text[] where id = ? and not 'mfa' = any (amr)",
                List.of(method, "mfa"),
                session));
    }

    /** Writes down that whoever is signed in there proved again, just now, who they are. */
    public void provedAgain(String session) {
        clerk.allTeams(tx -> tx.update("update session set proved_at = ? where id = ?", clock.instant(), session));
        rights.sessionProved(session);
    }

    /** The session a refresh token belongs to, while it lives. */
    public Optional<String> of(RefreshToken token) {
        return clerk.allTeams(tx -> find(tx, token))
                .filter(row -> !row.isOver(clock.instant()))
                .map(Token::sessionId);
    }

    /** A living session. */
    public Optional<Row> find(String session) {
        return clerk.allTeams(tx -> tx.one(
                Row.class,
                "select " + COLUMNS + " from session where id = ? and ended_at is null and ends_at > ?",
                session,
                clock.instant()));
    }

    /** The living sessions of a person, the one used last first. */
    public List<Row> list(String user) {
        return clerk.allTeams(tx -> tx.list(
                Row.class,
                "select " + COLUMNS
                        + " from session where user_id = ? and ended_at is null and ends_at > ? order by used_at desc, id limit 1000",
                user,
                clock.instant()));
    }

    /** Ends a session, and with it all its tokens. */
    public void end(String session) {
        clerk.allTeams(tx -> markEnded(tx, session));
        rights.sessionEnded(session);
    }

    /** Ends the sessions of a person but the one given, however many there are. */
    public void endOthers(String user, Optional<String> kept) {
        List<String> ended = new ArrayList<>();
        clerk.allTeams(tx -> {
            tx.each(
                    Rights.Id.class,
                    row -> ended.add(row.id()),
                    "update session set ended_at = ? where user_id = ? and ended_at is null"
                            + " and id is distinct from ?::text returning id",
                    clock.instant(),
                    user,
                    kept);
            return null;
        });
        ended.forEach(rights::sessionEnded);
    }

    private boolean markEnded(Database.Tx tx, String session) {
        return tx.update("update session set ended_at = ? where id = ? and ended_at is null", clock.instant(), session)
                > 0;
    }

    /** Forgets sessions that ended long ago, and tokens too old for anybody to try. */
    public void sweep() {
        Instant old = clock.instant().minus(LIFE);
        clerk.allTeams(tx -> tx.update("delete from session where ends_at < ? or ended_at < ?", old, old));
    }
}
