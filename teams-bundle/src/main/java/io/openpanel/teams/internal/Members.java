package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.MemberActions;
import io.openpanel.teams.TeamEvents;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who is in the call's team. Nobody changes who has more than they have, and one owner always stays. */
@Component(service = Members.class)
public final class Members {
    private static final String SELECT = "select u.id, u.name, u.email, coalesce(m.role_id, m.role) as role,"
            + " m.created_at, (select count(*) from access_grant g where g.user_id = u.id) as grants,"
            + " exists (select 1 from factor f where f.user_id = u.id and f.confirmed_at is not null) as second_factor,"
            + " u.kind = 'service' as service"
            + " from membership m join user_account u on u.id = m.user_id";

    private final Panel panel;
    private final Rights rights;
    private final Roles roles;
    private final Holdings holdings;
    private final ApiKeys keys;

    /** A member's row. */
    public record Row(
            String id,
            String name,
            String email,
            String role,
            Instant createdAt,
            long grants,
            boolean secondFactor,
            boolean service) {
        Ref ref() {
            return new Ref("member", id);
        }
    }

    @Activate
    public Members(
            @Reference Panel panel,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference Holdings holdings,
            @Reference ApiKeys keys) {
        this.panel = panel;
        this.rights = rights;
        this.roles = roles;
        this.holdings = holdings;
        this.keys = keys;
    }

    /** What the version before reads: one of its four names, the least where the role is none of them. */
    static String column(Role role) {
        return role.isBuiltIn() && !role.isGuest() ? role.id() : Role.VIEWER.id();
    }

    /** The role's id where it is none of the four. */
    static Optional<String> roleId(Role role) {
        return role.isBuiltIn() && !role.isGuest() ? Optional.empty() : Optional.of(role.id());
    }

    public List<MemberActions.Item> list() {
        return panel.database().tx(tx -> {
            Map<String, Role> known = new HashMap<>();
            return tx.list(Row.class, SELECT + " order by m.created_at, u.id limit 1000").stream()
                    .map(row -> item(row, known.computeIfAbsent(row.role, id -> roles.require(tx, id))))
                    .toList();
        });
    }

    public MemberActions.Item get(Ref member) {
        return panel.database().tx(tx -> item(tx, find(tx, member)));
    }

    public MemberActions.Item setRole(Call call, Ref member, Ref wanted) {
        MemberActions.Item changed = panel.database().tx(tx -> {
            Role former = roles.require(tx, lock(tx, member).role);
            Role role = roles.lock(tx, wanted);
            holdings.requireCovers(call, role);
            holdings.requireCovers(call, former);
            tx.update(
                    "update membership set role = ?, role_id = ? where user_id = ?",
                    column(role),
                    roleId(role),
                    member.id());
            requireAnOwner(tx, former);
            Row row = find(tx, member);
            tx.publish(new TeamEvents.MemberUpdated(member, row.name, role.name()));
            return item(tx, row);
        });
        rights.personChanged(member.id(), true);
        return changed;
    }

    public void remove(Call call, Ref member) {
        remove(member, role -> holdings.requireCovers(call, role));
    }

    /** Whoever is signed in goes by themselves; a key is not asked, it would be the last thing it did. */
    public void leave(Call call) {
        if (!call.caller().ref().kind().equals("user")) {
            throw new Problem(Problem.Kind.DENIED, "Sign in to leave a team; a key cannot do that for you");
        }
        remove(new Ref("member", call.caller().ref().id()), role -> {});
    }

    /** Takes somebody out whose account goes. */
    void remove(Ref member) {
        remove(member, role -> {});
    }

    private void remove(Ref member, Consumer<Role> may) {
        List<ApiKeys.Row> lost = panel.database().tx(tx -> {
            Row row = lock(tx, member);
            Role former = roles.require(tx, row.role);
            may.accept(former);
            List<ApiKeys.Row> own = keys.list(tx).stream()
                    .filter(key -> key.owner().equals(member.id()))
                    .toList();
            tx.update("delete from membership where user_id = ?", member.id());
            // A program is nothing outside its team.
            tx.update("delete from user_account where id = ? and kind = 'service'", member.id());
            requireAnOwner(tx, former);
            tx.publish(new TeamEvents.MemberRemoved(member, row.name));
            return own;
        });
        lost.forEach(keys::deleted);
        rights.personChanged(member.id(), true);
    }

    /** All memberships of the team are locked first: two owners cannot demote each other at the same moment. */
    private static Row lock(Database.Tx tx, Ref member) {
        tx.list(Rights.Id.class, "select user_id as id from membership order by user_id for update");
        return find(tx, member);
    }

    static Row find(Database.Tx tx, Ref member) {
        return tx.one(Row.class, SELECT + " where u.id = ?", member.id()).orElseThrow(() -> Problem.missing(member));
    }

    /** One who may come in: whoever is disabled looks after nothing. */
    static void requireAnOwner(Database.Tx tx, Role former) {
        if (former.isOwner() && !Accounts.hasActiveOwner(tx, Optional.empty())) {
            throw new Problem(Problem.Kind.CONFLICT, "A team needs an owner; make somebody else one first");
        }
    }

    private MemberActions.Item item(Database.Tx tx, Row row) {
        return item(row, roles.require(tx, row.role));
    }

    private static MemberActions.Item item(Row row, Role role) {
        return new MemberActions.Item(
                row.ref(),
                row.name,
                row.email,
                role.ref(),
                role.name(),
                (int) row.grants,
                row.secondFactor,
                row.service,
                row.createdAt);
    }
}
