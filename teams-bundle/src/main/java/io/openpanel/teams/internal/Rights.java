package io.openpanel.teams.internal;

import io.openpanel.api.Ref;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who is in which team with which role, and which sessions are alive: at most 5 seconds old, at once after a change here. */
@Component(service = Rights.class)
public final class Rights {
    private static final int MOST = 20_000;

    private final Clerk clerk;
    private final InstantSource clock;
    private final AccessTokens tokens;
    private final Revocations revocations;
    private final Recent<String, Optional<Person>> people;
    private final Recent<String, Boolean> sessions;
    private volatile Optional<String> homeTeam = Optional.empty();

    /** A person and the teams they are in, the first one first. */
    record Person(String id, String name, String email, List<Membership> memberships) {
        Optional<Membership> in(String team) {
            return memberships.stream().filter(each -> each.team.equals(team)).findFirst();
        }
    }

    /** A place in a team. */
    public record Membership(String team, String teamName, String role) {}

    /** An account's row. */
    public record Account(String id, String name, String email) {}

    /** Whether a session may go on. */
    public record Alive(boolean alive) {}

    /** A home team's row. */
    public record Home(String homeTeam) {}

    /** An id. */
    public record Id(String id) {}

    @Activate
    public Rights(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference AccessTokens tokens,
            @Reference Revocations revocations) {
        this(clerk, clock, tokens, revocations, System::nanoTime);
    }

    Rights(Clerk clerk, InstantSource clock, AccessTokens tokens, Revocations revocations, LongSupplier nanos) {
        this.clerk = clerk;
        this.clock = clock;
        this.tokens = tokens;
        this.revocations = revocations;
        this.people = new Recent<>(MOST, this::loadPerson, nanos);
        this.sessions = new Recent<>(MOST, this::loadSession, nanos);
    }

    Optional<Person> person(String user) {
        return people.get(user);
    }

    boolean isAlive(String session) {
        return sessions.get(session);
    }

    /** The first team, whose owners and admins look after the panel itself. */
    Optional<String> homeTeam() {
        if (homeTeam.isEmpty()) {
            homeTeam = clerk.allTeams(tx -> tx.one(Home.class, "select home_team from setup"))
                    .map(Home::homeTeam);
        }
        return homeTeam;
    }

    /** To be called once a session has ended in the database. */
    void sessionEnded(String session) {
        sessions.forget(session);
        tokens.forgetSession(session);
        revocations.revoked(new Ref("session", session));
    }

    /** To be called once a person's name or roles have changed in the database; {@code rights} when roles have. */
    void personChanged(String user, boolean rights) {
        people.forget(user);
        if (rights) {
            alive(user).forEach(session -> revocations.revoked(new Ref("session", session.id())));
            clerk.allTeams(tx -> tx.list(Id.class, "select id from api_key where owner = ?", user))
                    .forEach(key -> revocations.revoked(new Ref("key", key.id())));
        }
    }

    private List<Id> alive(String user) {
        return clerk.allTeams(tx -> tx.list(
                Id.class,
                "select id from session where user_id = ? and ended_at is null and ends_at > ?",
                user,
                clock.instant()));
    }

    private Optional<Person> loadPerson(String user) {
        return clerk.allTeams(tx -> tx.one(Account.class, "select id, name, email from user_account where id = ?", user)
                .map(account -> new Person(
                        account.id,
                        account.name,
                        account.email,
                        tx.list(
                                Membership.class,
                                "select m.team_id as team, t.name as team_name, m.role from membership m"
                                        + " join team t on t.id = m.team_id where m.user_id = ? order by m.created_at, t.id",
                                user))));
    }

    private boolean loadSession(String session) {
        Instant now = clock.instant();
        return clerk.allTeams(tx -> tx.one(
                        Alive.class,
                        "select ended_at is null and ends_at > ? as alive from session where id = ?",
                        now,
                        session))
                .map(Alive::alive)
                .orElse(false);
    }
}
