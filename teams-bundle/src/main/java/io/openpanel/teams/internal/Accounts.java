package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.TeamEvents;
import io.openpanel.teams.UserActions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Everybody who has an account, and who of them may come in. One owner of the panel always may. */
@Component(service = Accounts.class)
public final class Accounts {
    private static final String SELECT = "select u.id, u.name, u.email, u.created_at, u.disabled_at,"
            + " array(select t.name from membership m join team t on t.id = m.team_id where m.user_id = u.id"
            + " order by m.created_at, t.id) as teams,"
            + " exists (select 1 from factor f where f.user_id = u.id and f.confirmed_at is not null) as second_factor,"
            + " (select count(*) from session s where s.user_id = u.id and s.ended_at is null and s.ends_at > ?)"
            + " as sessions,"
            + " (select max(s.used_at) from session s where s.user_id = u.id) as used_at from user_account u";

    private final Clerk clerk;
    private final InstantSource clock;
    private final Rights rights;
    private final Sessions sessions;
    private final Members members;

    /** An account's row. */
    public record Row(
            String id,
            String name,
            String email,
            Instant createdAt,
            Optional<Instant> disabledAt,
            List<String> teams,
            boolean secondFactor,
            long sessions,
            Optional<Instant> usedAt) {
        UserActions.Item item() {
            return new UserActions.Item(
                    new Ref("user", id),
                    name,
                    email,
                    teams,
                    disabledAt.isPresent(),
                    secondFactor,
                    (int) sessions,
                    usedAt,
                    createdAt);
        }
    }

    @Activate
    public Accounts(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference Rights rights,
            @Reference Sessions sessions,
            @Reference Members members) {
        this.clerk = clerk;
        this.clock = clock;
        this.rights = rights;
        this.sessions = sessions;
        this.members = members;
    }

    public List<UserActions.Item> list() {
        return clerk
                .allTeams(tx -> tx.list(
                        Row.class,
                        SELECT + " where u.kind = 'person' order by u.created_at, u.id limit 1000",
                        clock.instant()))
                .stream()
                .map(Row::item)
                .toList();
    }

    public UserActions.Item get(Ref user) {
        return clerk.allTeams(tx -> find(tx, user)).item();
    }

    private Row find(Database.Tx tx, Ref user) {
        return tx.one(Row.class, SELECT + " where u.id = ?", clock.instant(), user.id())
                .orElseThrow(() -> Problem.missing(user));
    }

    /**
     * Shuts a person out: at once, everywhere.
     *
     * @throws Problem DENIED for oneself, CONFLICT for the last owner of the panel who may come in
     */
    public UserActions.Item disable(Call call, Ref user) {
        if (call.caller().ref().equals(user)) {
            throw new Problem(Problem.Kind.DENIED, "Nobody disables themselves; another owner of the panel can");
        }
        clerk.in(home(), tx -> {
            requireAnotherOwner(tx, user);
            // Waits for a log-in that is about to store its session, which is then seen below.
            int changed = tx.update(
                    "update user_account set disabled_at = ?, version = version + 1"
                            + " where id = ? and disabled_at is null",
                    clock.instant(),
                    user.id());
            if (changed > 0) {
                tx.publish(new TeamEvents.UserDisabled(user, find(tx, user).name));
            }
            AccountLinks.endAll(tx, user.id());
            return null;
        });
        sessions.endOthers(user.id(), Optional.empty());
        rights.personChanged(user.id(), true);
        return get(user);
    }

    /** The owners are locked first: two of them cannot disable each other at the same moment. */
    private static void requireAnotherOwner(Database.Tx tx, Ref user) {
        List<String> owners = tx
                .list(
                        Rights.Id.class,
                        "select m.user_id as id from membership m where m.role = 'owner' order by m.user_id for update")
                .stream()
                .map(Rights.Id::id)
                .toList();
        if (owners.contains(user.id()) && !hasActiveOwner(tx, Optional.of(user.id()))) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "This is the last owner of the panel who may come in; make somebody else one first");
        }
    }

    /** Whether the transaction's team has an owner who may come in. */
    static boolean hasActiveOwner(Database.Tx tx, Optional<String> without) {
        return tx
                .list(
                        Rights.Id.class,
                        "select m.user_id as id from membership m join user_account u on u.id = m.user_id"
                                + " where m.role = 'owner' and u.kind = 'person' and u.disabled_at is null")
                .stream()
                .anyMatch(each -> !Optional.of(each.id()).equals(without));
    }

    /** Lets a person in again, who then logs in anew; their API keys work on. */
    public UserActions.Item enable(Ref user) {
        clerk.in(home(), tx -> {
            int changed = tx.update(
                    "update user_account set disabled_at = null, version = version + 1"
                            + " where id = ? and disabled_at is not null",
                    user.id());
            if (changed > 0) {
                tx.publish(new TeamEvents.UserEnabled(user, find(tx, user).name));
            }
            return null;
        });
        rights.personChanged(user.id(), true);
        return get(user);
    }

    /**
     * Deletes an account with all that is the person's own: sessions, keys, factors, places in teams. What they did stays
     * in the audit trail and the feed, under the name they had. What breaks off half-way is gone on with by another try.
     *
     * @throws Problem CONFLICT for the last owner of a team who may come in
     */
    public void delete(Ref user) {
        Row account = clerk.allTeams(tx -> find(tx, user));
        List<String> teams = clerk.allTeams(tx -> {
            requireOwnersLeft(tx, user);
            return tx
                    .list(Rights.Id.class, "select team_id as id from membership where user_id = ?", user.id())
                    .stream()
                    .map(Rights.Id::id)
                    .toList();
        });
        sessions.endOthers(user.id(), Optional.empty());
        teams.forEach(team -> clerk.callIn(team, () -> {
            members.remove(new Ref("member", user.id()));
            return null;
        }));
        clerk.in(home(), tx -> {
            if (tx.update("delete from user_account where id = ? and kind = 'person'", user.id()) > 0) {
                tx.publish(new TeamEvents.UserDeleted(user, account.name));
            }
            return null;
        });
        rights.personChanged(user.id(), true);
    }

    /** Deletes the account of somebody else. */
    public void delete(Call call, Ref user) {
        if (call.caller().ref().equals(user)) {
            throw new Problem(Problem.Kind.DENIED, "Your own account is deleted in your profile");
        }
        delete(user);
    }

    private static void requireOwnersLeft(Database.Tx tx, Ref user) {
        tx
                .list(
                        Rights.Id.class,
                        "select t.name as id from membership m join team t on t.id = m.team_id"
                                + " where m.user_id = ? and m.role = 'owner' and not exists (select 1 from membership o"
                                + " join user_account u on u.id = o.user_id where o.team_id = m.team_id"
                                + " and o.user_id <> m.user_id and o.role = 'owner' and u.kind = 'person'"
                                + " and u.disabled_at is null) order by m.created_at",
                        user.id())
                .stream()
                .findFirst()
                .ifPresent(team -> {
                    throw new Problem(
                            Problem.Kind.CONFLICT,
                            "The team " + team.id() + " has no other owner who may come in; make somebody else one, or"
                                    + " delete the team first");
                });
    }

    /** Ends all sessions of a person. */
    public UserActions.Item logOut(Ref user) {
        get(user);
        sessions.endOthers(user.id(), Optional.empty());
        return get(user);
    }

    /** The panel's own team. */
    public String home() {
        return rights.homeTeam()
                .orElseThrow(() -> new Problem(Problem.Kind.CONFLICT, "The panel has no owner yet; set it up first"));
    }
}
