package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import io.openpanel.teams.RoleActions;
import io.openpanel.teams.TeamEvents;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The roles of the call's team: those that every team has and its own. */
@Component(service = Roles.class)
public final class Roles {
    private static final String SELECT = "select id, name, base, allowed, withheld from custom_role";
    /** Who has a role, whether for the whole team or on one resource. */
    private static final String HOLDERS = "select user_id as id from membership where coalesce(role_id, role) = ?"
            + " union select user_id from access_grant where role = ?";

    private final Panel panel;
    private final InstantSource clock;
    private final Rights rights;
    private final Holdings holdings;
    private final Catalogue catalogue;

    /** How many have a role. */
    public record Held(String role, long members) {}

    @Activate
    public Roles(
            @Reference Panel panel,
            @Reference InstantSource clock,
            @Reference Rights rights,
            @Reference Holdings holdings,
            @Reference Catalogue catalogue) {
        this.panel = panel;
        this.clock = clock;
        this.rights = rights;
        this.holdings = holdings;
        this.catalogue = catalogue;
    }

    /** All roles of the team, the built-in ones first. */
    public List<Role> list() {
        return panel.database().tx(tx -> Stream.concat(
                        Role.BUILT_IN.stream(),
                        tx.list(Role.class, SELECT + " order by lower(name) limit 1000").stream())
                .toList());
    }

    public Role get(Ref role) {
        return panel.database().tx(tx -> require(tx, role.id()));
    }

    /** How many members have each role, for the whole team or on a resource; of what nobody has there is none. */
    public Map<String, Integer> holders() {
        return panel.database().tx(tx -> tx
                .list(
                        Held.class,
                        "select role, count(*) as members from ("
                                + "select user_id, coalesce(role_id, role) as role from membership"
                                + " union select user_id, role from access_grant) held group by role")
                .stream()
                .collect(Collectors.toMap(Held::role, held -> (int) held.members())));
    }

    private static List<Rights.Id> holders(Database.Tx tx, String role) {
        return tx.list(Rights.Id.class, HOLDERS, role, role);
    }

    Role require(Database.Tx tx, String id) {
        return Role.builtInFor(id)
                .or(() -> tx.one(Role.class, SELECT + " where id = ?", id))
                .orElseThrow(() -> Problem.missing(new Ref("role", id)));
    }

    /** A role by its id or name. */
    Role named(Database.Tx tx, String wanted) {
        String text = wanted.startsWith("role:") ? wanted.substring("role:".length()) : wanted.strip();
        return Role.builtInFor(text)
                .or(() -> tx.one(Role.class, SELECT + " where id = ? or lower(name) = lower(?)", text, text))
                .orElseThrow(() -> Problem.invalid(
                        "role",
                        "There is no role '" + text + "' here; there are admin, developer, viewer and the team's own"));
    }

    /** A role that somebody is about to get: it is not deleted meanwhile. */
    Role lock(Database.Tx tx, Ref role) {
        return Role.builtInFor(role.id())
                .or(() -> tx.one(Role.class, SELECT + " where id = ? for share", role.id()))
                .orElseThrow(() -> Problem.missing(role));
    }

    public Role create(Call call, RoleActions.Create in) {
        Role role = checked(
                call,
                new Role(
                        Ref.create("role").id(),
                        Written.composed(in.name()),
                        in.base().flatMap(RoleActions.Base::role),
                        in.allowed().orElse(List.of()),
                        in.withheld().orElse(List.of())));
        panel.database().tx(tx -> {
            requireFree(tx, role);
            tx.update(
                    "insert into custom_role (team_id, id, name, base, allowed, withheld, created_at)"
                            + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?)",
                    role.id(),
                    role.name(),
                    role.base(),
                    role.allowed(),
                    role.withheld(),
                    clock.instant());
            tx.publish(new TeamEvents.RoleCreated(role.ref(), role.name()));
            return null;
        });
        return role;
    }

    public Role update(Call call, RoleActions.Update in) {
        Role former = own(in.role());
        holdings.requireCovers(call, former);
        Role role = checked(
                call,
                new Role(
                        former.id(),
                        in.name().map(Written::composed).orElse(former.name()),
                        in.base().isPresent() ? in.base().get().role() : former.base(),
                        in.allowed().orElse(former.allowed()),
                        in.withheld().orElse(former.withheld())));
        List<Rights.Id> holders = panel.database().tx(tx -> {
            requireFree(tx, role);
            int done = tx.update(
                    "update custom_role set name = ?, base = ?, allowed = ?, withheld = ?, version = version + 1"
                            + " where id = ?",
                    role.name(),
                    role.base(),
                    role.allowed(),
                    role.withheld(),
                    role.id());
            if (done == 0) {
                throw Problem.missing(in.role());
            }
            tx.publish(new TeamEvents.RoleUpdated(role.ref(), role.name(), former.said() + " → " + role.said()));
            return holders(tx, role.id());
        });
        rights.roleChanged(holders.stream().map(Rights.Id::id).toList());
        return role;
    }

    public void delete(Ref ref) {
        Role role = own(ref);
        panel.database().tx(tx -> {
            tx.list(Rights.Id.class, "select id from custom_role where id = ? for update", role.id());
            requireUnused(tx, role);
            if (tx.update("delete from custom_role where id = ?", role.id()) > 0) {
                tx.publish(new TeamEvents.RoleDeleted(ref, role.name()));
            }
            return null;
        });
    }

    private static void requireUnused(Database.Tx tx, Role role) {
        int holders = holders(tx, role.id()).size();
        int invited = tx.list(Rights.Id.class, "select id from invitation where role = ?", role.id())
                .size();
        if (holders + invited > 0) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    holders + " members have the role " + role.name() + ", and " + invited
                            + " invitations promise it; give them another one first");
        }
    }

    private Role own(Ref ref) {
        Role role = get(ref);
        if (role.isBuiltIn()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Every team has the role " + role.name() + ", and plugins say what it may do; make one of your own"
                            + " that begins with it");
        }
        return role;
    }

    private static void requireFree(Database.Tx tx, Role role) {
        boolean taken = Role.builtInFor(role.name()).isPresent()
                || tx.one(
                                Rights.Id.class,
                                "select id from custom_role where lower(name) = lower(?) and id <> ?",
                                role.name(),
                                role.id())
                        .isPresent();
        if (taken) {
            throw new Problem(Problem.Kind.CONFLICT, "There is a role named " + role.name() + " already");
        }
    }

    private Role checked(Call call, Role role) {
        if (role.name().isEmpty() || !Written.isVisible(role.name())) {
            throw Problem.invalid("name", "A role needs a name without line breaks and invisible characters");
        }
        if (!Written.isUnmistakable(role.name())) {
            throw Problem.invalid(
                    "name", "This name has letters that look like others, so that it may be taken for another role's");
        }
        role.allowed().forEach(glob -> requireGlob("allowed", glob));
        role.withheld().forEach(glob -> requireGlob("withheld", glob));
        holdings.requireCovers(call, role);
        return role;
    }

    private void requireGlob(String field, String glob) {
        if (!ActionGlob.isValid(glob)) {
            throw Problem.invalid(
                    field, "'" + glob + "' names no actions; expected deployment.start, deployment.*, *.list or *");
        }
        if (field.equals("allowed")) {
            ActionGlob.requireKnown(catalogue, field, glob);
        }
    }
}
