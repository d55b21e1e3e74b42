package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Ref;
import io.openpanel.spi.Networks;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who is in which team with which role, and which sessions are alive: at most 5 seconds old, at once after a change here. */
@Component(service = Rights.class)
public final class Rights {
    private static final int MOST = 20_000;
    private static final String OWN_ROLE = ", r.name as role_name, r.base, coalesce(r.allowed, '{}') as allowed,"
            + " coalesce(r.withheld, '{}') as withheld";

    /** So long a proof of who one is counts for what asks for a recent one. */
    static final Duration PROVEN = Duration.ofHours(1);

    private final Clerk clerk;
    private final InstantSource clock;
    private final AccessTokens tokens;
    private final Revocations revocations;
    private final Recent<String, Optional<Person>> people;
    private final Recent<String, Alive> sessions;
    private volatile Optional<String> homeTeam = Optional.empty();

    /**
     * A person and the teams they are in, the first one first.
     *
     * @param secondFactor whether they have one
     */
    record Person(String id, String name, String email, boolean secondFactor, List<Membership> memberships) {
        Optional<Membership> in(String team) {
            return memberships.stream().filter(each -> each.team.equals(team)).findFirst();
        }

        /** What their password must not be made of. */
        String[] words() {
            return Stream.concat(Stream.of(email, name), memberships.stream().map(Membership::teamName))
                    .toArray(String[]::new);
        }

        /** The one team of theirs with a name. */
        Optional<Membership> named(String name) {
            List<Membership> found = memberships.stream()
                    .filter(each -> each.teamName.equalsIgnoreCase(name))
                    .toList();
            return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
        }
    }

    /**
     * A place in a team.
     *
     * @param secondFactor whether the team asks its members for one
     * @param addresses from where alone the team may be worked in; from everywhere where there is none
     */
    record Membership(
            String team, String teamName, boolean secondFactor, Networks addresses, Role role, List<Grant> grants) {
        Ref ref() {
            return new Ref("team", team);
        }
    }

    /** A role on one resource and all that belongs to it. */
    record Grant(Ref resource, Role role) {}

    /** A row that names a role: with what the role is, where it is one of the team's own. */
    public record Held(
            String team,
            String name,
            boolean secondFactor,
            List<String> addresses,
            String role,
            Optional<String> roleName,
            Optional<String> base,
            List<String> allowed,
            List<String> withheld) {
        Role what() {
            return Role.builtInFor(role)
                    .orElseGet(() -> roleName.map(known -> new Role(role, known, base, allowed, withheld))
                            .orElse(Role.GUEST));
        }
    }

    /** An account's row. */
    public record Account(String id, String name, String email, boolean secondFactor) {}

    /** Whether a session may go on, whether it began by two means elsewhere, and when its owner last proved themselves. */
    public record Alive(boolean alive, boolean twoFactors, Instant provedAt) {}

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

    /** A person who may come in: whoever is disabled is nobody. */
    Optional<Person> person(String user) {
        return people.get(user);
    }

    boolean isAlive(String session) {
        return sessions.get(session).alive;
    }

    /** Whether the session began at a provider that saw two means. Factors of ours count only while they are there. */
    boolean isOfTwoFactors(Optional<Ref> session) {
        return session.filter(each -> each.kind().equals("session"))
                .map(each -> sessions.get(each.id()).twoFactors)
                .orElse(false);
    }

    /** Whether who is signed in there proved lately who they are; what is no session, such as a key, is not asked. */
    boolean isProven(Optional<Ref> session) {
        return session.filter(each -> each.kind().equals("session"))
                .map(each -> sessions.get(each.id()).provedAt.plus(PROVEN).isAfter(clock.instant()))
                .orElse(true);
    }

    /** To be called once somebody proved again who they are. */
    void sessionProved(String session) {
        sessions.forget(session);
    }

    /** Whether somebody is in a team, also where they may not come in. */
    boolean isMember(String user, String team) {
        return clerk.allTeams(tx -> tx.one(
                        Id.class, "select user_id as id from membership where user_id = ? and team_id = ?", user, team))
                .isPresent();
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

    /** To be called once a role has changed in the database, with those who have it. */
    void roleChanged(List<String> users) {
        people.forgetAll();
        users.forEach(user -> personChanged(user, true));
    }

    /** To be called once a person's name or roles have changed in the database; {@code rights} when roles have. */
    void personChanged(String user, boolean rights) {
        people.forget(user);
        if (rights) {
            revocations.revoked(new Ref("user", user));
            clerk.allTeams(tx -> tx.list(Id.class, "select id from api_key where owner = ?", user))
                    .forEach(key -> revocations.revoked(new Ref("key", key.id())));
        }
    }

    private Optional<Person> loadPerson(String user) {
        return clerk.allTeams(tx -> tx.one(
                        Account.class,
                        "select u.id, u.name, u.email, exists (select 1 from factor f where f.user_id = u.id"
                                + " and f.confirmed_at is not null) as second_factor from user_account u"
                                + " where u.id = ? and u.disabled_at is null",
                        user)
                .map(account -> new Person(
                        account.id, account.name, account.email, account.secondFactor, memberships(tx, user))));
    }

    private static List<Membership> memberships(Database.Tx tx, String user) {
        List<Held> grants = tx.list(
                Held.class,
                "select g.team_id as team, g.resource as name, false as second_factor, '{}'::text[] as addresses,"
                        + " g.role" + OWN_ROLE
                        + " from access_grant g left join custom_role r on r.team_id = g.team_id and r.id = g.role"
                        + " where g.user_id = ? order by g.created_at, g.id",
                user);
        return tx
                .list(
                        Held.class,
                        "select m.team_id as team, t.name, t.second_factor, t.addresses, coalesce(m.role_id, m.role) as role"
                                + OWN_ROLE
                                + " from membership m join team t on t.id = m.team_id"
                                + " left join custom_role r on r.team_id = m.team_id and r.id = m.role_id"
                                + " where m.user_id = ? order by m.created_at, t.id",
                        user)
                .stream()
                .map(held -> new Membership(
                        held.team,
                        held.name,
                        held.secondFactor,
                        Networks.of(held.addresses),
                        held.what(),
                        grants(held.team, grants)))
                .toList();
    }

    private static List<Grant> grants(String team, List<Held> all) {
        return all.stream()
                .filter(each -> each.team.equals(team))
                .map(each -> new Grant(Ref.parse(each.name), each.what()))
                .toList();
    }

    private Alive loadSession(String session) {
        Instant now = clock.instant();
        return clerk.allTeams(tx -> tx.one(
                        Alive.class,
                        "select ended_at is null and ends_at > ? as alive, amr = '{sso,mfa}' as two_factors,"
                                + " coalesce(proved_at, created_at) as proved_at"
                                + " from session where id = ?",
                        now,
                        session))
                .orElse(new Alive(false, false, Instant.EPOCH));
    }
}
