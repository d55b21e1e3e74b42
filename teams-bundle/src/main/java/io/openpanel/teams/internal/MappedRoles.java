package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.SignOn;
import io.openpanel.teams.TeamEvents;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Roles that come with somebody's groups elsewhere. What people gave by hand is never changed. */
@Component(service = MappedRoles.class)
public final class MappedRoles {
    private static final Logger LOG = LoggerFactory.getLogger(MappedRoles.class);

    private final Clerk clerk;
    private final People people;
    private final Rights rights;
    private final Roles roles;
    private final ApiKeys keys;

    /** A team in which groups gave a role. */
    public record Given(String teamId) {}

    /** A membership and what groups gave in it. */
    public record Row(String role, Optional<String> provider, Optional<String> mapped) {
        boolean isOf(String wanted) {
            return provider.equals(Optional.of(wanted)) && mapped.equals(Optional.of(role));
        }
    }

    @Activate
    public MappedRoles(
            @Reference Clerk clerk,
            @Reference People people,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference ApiKeys keys) {
        this.clerk = clerk;
        this.people = people;
        this.rights = rights;
        this.roles = roles;
        this.keys = keys;
    }

    /** Gives what groups give now and takes what they gave before and do not give any more. */
    void apply(String user, String name, String provider, List<SignOn.Place> places) {
        Map<String, String> wanted = new LinkedHashMap<>();
        places.forEach(place -> wanted.putIfAbsent(place.team(), place.role()));
        Set<String> teams = new LinkedHashSet<>(wanted.keySet());
        clerk.allTeams(tx -> tx.list(
                        Given.class,
                        "select team_id from mapped_role where user_id = ? and provider = ?",
                        user,
                        provider))
                .forEach(given -> teams.add(given.teamId));
        for (String team : teams) {
            applyIn(team, user, name, provider, Optional.ofNullable(wanted.get(team)));
        }
    }

    private void applyIn(String team, String user, String name, String provider, Optional<String> wanted) {
        try {
            List<ApiKeys.Row> lost = clerk.in(team, tx -> {
                List<ApiKeys.Row> own = keys.list(tx).stream()
                        .filter(key -> key.owner().equals(user))
                        .toList();
                return change(tx, user, name, provider, wanted) ? own : List.<ApiKeys.Row>of();
            });
            lost.forEach(keys::deleted);
            rights.personChanged(user, true);
        } catch (Problem e) {
            // The last owner stays one, and a role that was deleted is given to nobody; neither keeps a person out.
            LOG.warn("The groups of user {} change nothing in team {}: {}", user, team, e.getMessage());
        }
    }

    /** @return whether the person is in the team no longer */
    boolean change(Database.Tx tx, String user, String name, String provider, Optional<String> wanted) {
        tx.list(Rights.Id.class, "select user_id as id from membership order by user_id for update");
        Optional<Row> there = tx.one(
                Row.class,
                "select coalesce(m.role_id, m.role) as role, r.provider, r.role as mapped from membership m"
                        + " left join mapped_role r on r.team_id = m.team_id and r.user_id = m.user_id"
                        + " where m.user_id = ?",
                user);
        if (there.isEmpty()) {
            if (!isKeptOut(tx, user, provider)) {
                wanted.ifPresent(role -> join(tx, user, name, provider, role));
            }
            return false;
        }
        if (!there.get().isOf(provider)) {
            return false;
        }
        if (wanted.isEmpty()) {
            remove(tx, user, name, there.get().role);
            return true;
        }
        if (!wanted.get().equals(there.get().role)) {
            exchange(tx, user, name, roles.require(tx, there.get().role), wanted.get());
        }
        return false;
    }

    /** Ends somebody's place in the team, whoever gave it; true where there was one. */
    boolean end(Database.Tx tx, String user, String name) {
        tx.list(Rights.Id.class, "select user_id as id from membership order by user_id for update");
        Optional<Rights.Id> role =
                tx.one(Rights.Id.class, "select coalesce(role_id, role) as id from membership where user_id = ?", user);
        role.ifPresent(each -> remove(tx, user, name, each.id()));
        return role.isPresent();
    }

    private void remove(Database.Tx tx, String user, String name, String role) {
        Role former = roles.require(tx, role);
        tx.update("delete from membership where user_id = ?", user);
        Members.requireAnOwner(tx, former);
        tx.publish(new TeamEvents.MemberRemoved(new Ref("member", user), name));
    }

    /** Groups at a provider do not bring back whom the team's directory says to have left. */
    private static boolean isKeptOut(Database.Tx tx, String user, String provider) {
        return tx.one(
                        Rights.Id.class,
                        "select user_id as id from provisioned_member where user_id = ? and directory is not null"
                                + " and directory <> ? and not active",
                        user,
                        provider)
                .isPresent();
    }

    private void join(Database.Tx tx, String user, String name, String provider, String role) {
        TeamQuotas.requireRoom(tx);
        people.join(tx, user, name, roles.lock(tx, new Ref("role", role)));
        tx.update(
                "insert into mapped_role (team_id, user_id, provider, role)"
                        + " values (openpanel.current_team(), ?, ?, ?)",
                user,
                provider,
                role);
    }

    private void exchange(Database.Tx tx, String user, String name, Role former, String wanted) {
        Role role = roles.lock(tx, new Ref("role", wanted));
        tx.update(
                "update membership set role = ?, role_id = ? where user_id = ?",
                Members.column(role),
                Members.roleId(role),
                user);
        tx.update("update mapped_role set role = ? where user_id = ?", wanted, user);
        Members.requireAnOwner(tx, former);
        tx.publish(new TeamEvents.MemberUpdated(new Ref("member", user), name, role.name()));
    }
}
