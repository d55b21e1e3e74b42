package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.TeamEvents;
import io.openpanel.teams.UserActions;
import io.openpanel.teams.UserActions.Role;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who is in the call's team. Only an owner makes, demotes or removes owners, and one always stays. */
@Component(service = Members.class)
public final class Members {
    private static final String SELECT = "select u.id, u.name, u.email, m.role, m.created_at from membership m"
            + " join user_account u on u.id = m.user_id";

    private final Panel panel;
    private final People people;
    private final Rights rights;
    private final ApiKeys keys;

    /** A member's row. */
    public record Row(String id, String name, String email, String role, Instant createdAt) {}

    @Activate
    public Members(
            @Reference Panel panel, @Reference People people, @Reference Rights rights, @Reference ApiKeys keys) {
        this.panel = panel;
        this.people = people;
        this.rights = rights;
        this.keys = keys;
    }

    public List<UserActions.Item> list() {
        return panel
                .database()
                .tx(tx -> tx.list(Row.class, SELECT + " order by m.created_at, u.id limit 1000"))
                .stream()
                .map(Members::item)
                .toList();
    }

    public UserActions.Item get(Ref user) {
        return item(panel.database().tx(tx -> find(tx, user)));
    }

    public UserActions.Item create(Call call, UserActions.Create in) {
        requireOwner(call, in.role());
        People.Newcomer person = people.newcomer(in.email(), in.name(), in.password(), "");
        return item(panel.database().tx(tx -> find(tx, people.add(tx, person, text(in.role())))));
    }

    public UserActions.Item setRole(Call call, Ref user, Role role) {
        Row changed = panel.database().tx(tx -> {
            Row row = lock(tx, user);
            requireOwner(call, role);
            requireOwner(call, role(row));
            tx.update("update membership set role = ? where user_id = ?", text(role), user.id());
            requireAnOwner(tx);
            tx.publish(new TeamEvents.UserUpdated(user, text(role)));
            return find(tx, user);
        });
        rights.personChanged(user.id(), true);
        return item(changed);
    }

    public void remove(Call call, Ref user) {
        List<ApiKeys.Row> lost = panel.database().tx(tx -> {
            requireOwner(call, role(lock(tx, user)));
            List<ApiKeys.Row> own = keys.list(tx).stream()
                    .filter(key -> key.owner().equals(user.id()))
                    .toList();
            tx.update("delete from membership where user_id = ?", user.id());
            requireAnOwner(tx);
            tx.publish(new TeamEvents.UserDeleted(user));
            return own;
        });
        lost.forEach(keys::deleted);
        rights.personChanged(user.id(), true);
    }

    /** All memberships of the team are locked first: two owners cannot demote each other at the same moment. */
    private static Row lock(Database.Tx tx, Ref user) {
        tx.list(Rights.Id.class, "select user_id as id from membership order by user_id for update");
        return find(tx, user);
    }

    private static Row find(Database.Tx tx, Ref user) {
        return tx.one(Row.class, SELECT + " where u.id = ?", user.id()).orElseThrow(() -> Problem.missing(user));
    }

    private static void requireAnOwner(Database.Tx tx) {
        if (tx.list(Rights.Id.class, "select user_id as id from membership where role = 'owner'")
                .isEmpty()) {
            throw new Problem(Problem.Kind.CONFLICT, "A team needs an owner; make somebody else one first");
        }
    }

    private void requireOwner(Call call, Role role) {
        if (role != Role.OWNER || call.caller().ref().kind().equals("local")) {
            return;
        }
        Optional<String> own = rights.person(call.caller().ref().id())
                .flatMap(person -> call.team().flatMap(team -> person.in(team.id())))
                .map(Rights.Membership::role);
        if (!own.equals(Optional.of("owner"))) {
            throw new Problem(Problem.Kind.DENIED, "Only an owner can do this to an owner; ask one of them");
        }
    }

    private static UserActions.Item item(Row row) {
        return new UserActions.Item(new Ref("user", row.id), row.name, row.email, role(row), row.createdAt);
    }

    private static Role role(Row row) {
        return Role.valueOf(row.role.toUpperCase(Locale.ROOT));
    }

    private static String text(Role role) {
        return role.name().toLowerCase(Locale.ROOT);
    }
}
