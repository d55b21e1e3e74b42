package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.spi.Gateway;
import io.openpanel.teams.GrantActions;
import io.openpanel.teams.TeamEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Roles that members have on one resource of the team, and so on all that belongs to it. */
@Component(service = Grants.class)
public final class Grants {
    private static final String SELECT = "select g.id, g.user_id, u.name, u.email, g.role, g.resource, g.resource_name,"
            + " g.created_at from access_grant g join user_account u on u.id = g.user_id";

    private final Panel panel;
    private final InstantSource clock;
    private final Gateway gateway;
    private final Rights rights;
    private final Roles roles;
    private final Holdings holdings;

    /** A grant's row. */
    public record Row(
            String id,
            String userId,
            String name,
            String email,
            String role,
            Ref resource,
            String resourceName,
            Instant createdAt) {
        Ref ref() {
            return new Ref("grant", id);
        }

        Ref member() {
            return new Ref("member", userId);
        }
    }

    /** Whoever was invited to a resource. */
    public record Invited(String id, String email) {}

    /** A resource that a role is given on. */
    record Target(Ref ref, String name) {}

    @Activate
    public Grants(
            @Reference Panel panel,
            @Reference InstantSource clock,
            @Reference Gateway gateway,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference Holdings holdings) {
        this.panel = panel;
        this.clock = clock;
        this.gateway = gateway;
        this.rights = rights;
        this.roles = roles;
        this.holdings = holdings;
    }

    public List<GrantActions.Item> list(Call call, Optional<Ref> member, Optional<Ref> resource) {
        return panel
                .database()
                .tx(tx -> {
                    Map<String, Role> known = new HashMap<>();
                    return tx
                            .list(
                                    Row.class,
                                    SELECT
                                            + " where (?::text is null or g.user_id = ?) and (?::text is null or g.resource = ?)"
                                            + " order by g.created_at, g.id limit 1000",
                                    member.map(Ref::id),
                                    member.map(Ref::id),
                                    resource.map(Ref::toString),
                                    resource.map(Ref::toString))
                            .stream()
                            .map(row -> item(row, known.computeIfAbsent(row.role, id -> roles.require(tx, id))))
                            .toList();
                })
                .stream()
                .filter(item -> call.reach("grant").includes(item.grant(), item.resource()))
                .toList();
    }

    /** A resource of the call's team, by id or by its path of names; all that is the team's may be granted. */
    Target target(Call call, String resource) {
        Ref wanted = Ref.parse(resource);
        Resource found = gateway.lineage(call.caller(), wanted).get(0);
        if (found.team().isEmpty()) {
            throw Problem.invalid("resource", "It belongs to the panel itself; grants are for what a team has");
        }
        return new Target(found.ref(), found.name());
    }

    /** The Ref behind what somebody wrote, by id or by its path of names. */
    public Ref resolved(Call call, String resource) {
        return gateway.lineage(call.caller(), Ref.parse(resource)).get(0).ref();
    }

    public GrantActions.Item create(Call call, GrantActions.Create in) {
        Target target = target(call, in.resource());
        GrantActions.Item made = panel.database().tx(tx -> {
            Role role = roles.lock(tx, in.role());
            requireUseful(role);
            holdings.requireCovers(call, role);
            return item(tx, add(tx, call.caller().ref().toString(), in.member(), role, target));
        });
        rights.personChanged(in.member().id(), true);
        return made;
    }

    /** As {@link #create}, by whoever looks after the resource and perhaps nothing else: a role of no more than they have there. */
    public GrantActions.Item share(Call call, GrantActions.Share in) {
        List<Resource> lineage = gateway.lineage(call.caller(), in.resource());
        Target target = new Target(in.resource(), lineage.get(0).name());
        List<Ref> scope = scope(call, lineage.stream().map(Resource::ref).toList());
        GrantActions.Item made = panel.database().tx(tx -> {
            Ref member = member(tx, in.email());
            Role role = roles.lock(tx, roles.named(tx, in.role()).ref());
            requireUseful(role);
            holdings.requireCoversOn(call, role, scope);
            return item(tx, add(tx, call.caller().ref().toString(), member, role, target));
        });
        rights.personChanged(made.member().id(), true);
        return made;
    }

    private static List<Ref> scope(Call call, List<Ref> lineage) {
        return Stream.concat(lineage.stream(), call.team().stream()).toList();
    }

    private static Ref member(Database.Tx tx, String email) {
        return tx.one(
                        Rights.Id.class,
                        "select u.id from membership m join user_account u on u.id = m.user_id"
                                + " where u.email = lower(?) and u.kind = 'person'",
                        email.strip())
                .map(found -> new Ref("member", found.id()))
                .orElseThrow(() -> Problem.invalid(
                        "email", "Nobody of your team has this address; ask an owner or admin of it to invite them"));
    }

    private static void requireUseful(Role role) {
        if (role.isGuest()) {
            throw Problem.invalid("role", "A guest may do nothing; choose a role that may do something");
        }
    }

    /** Makes a grant in the transaction's team. */
    Row add(Database.Tx tx, String by, Ref member, Role role, Target target) {
        Ref grant = Ref.create("grant");
        int made = tx.update(
                "insert into access_grant (team_id, id, user_id, role, resource, resource_name, created_by, created_at)"
                        + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?)"
                        + " on conflict (team_id, user_id, resource) do nothing",
                grant.id(),
                member.id(),
                role.id(),
                target.ref.toString(),
                target.name,
                by,
                clock.instant());
        if (made == 0) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "They have a role on " + target.name + " already; delete that grant first");
        }
        Row row = find(tx, grant);
        tx.publish(new TeamEvents.GrantCreated(grant, member, row.name, role.name(), target.ref.toString()));
        return row;
    }

    private static Row find(Database.Tx tx, Ref grant) {
        return tx.one(Row.class, SELECT + " where g.id = ?", grant.id()).orElseThrow(() -> Problem.missing(grant));
    }

    public void delete(Call call, Ref grant) {
        List<Ref> scope = scopeOf(call, panel.database().tx(tx -> find(tx, grant)).resource);
        Row row = panel.database().tx(tx -> {
            Row found = find(tx, grant);
            holdings.requireCoversOn(call, roles.require(tx, found.role), scope);
            tx.update("delete from access_grant where id = ?", grant.id());
            tx.publish(new TeamEvents.GrantDeleted(grant, found.member(), found.name, found.resource.toString()));
            return found;
        });
        rights.personChanged(row.userId, true);
    }

    /** Drops the roles on a resource that is gone, and the invitations to one. */
    public void forget(Ref resource) {
        List<Row> lost = panel.database().tx(tx -> {
            List<Row> rows = tx.list(Row.class, SELECT + " where g.resource = ?", resource);
            rows.forEach(row ->
                    tx.publish(new TeamEvents.GrantDeleted(row.ref(), row.member(), row.name, resource.toString())));
            tx.update("delete from access_grant where resource = ?", resource);
            tx.list(Invited.class, "delete from invitation where resource = ? returning id, email", resource)
                    .forEach(each ->
                            tx.publish(new TeamEvents.InvitationDeleted(new Ref("invitation", each.id), each.email)));
            return rows;
        });
        lost.forEach(row -> rights.personChanged(row.userId, true));
    }

    /** Where the resource was deleted, its own rights are all there is to ask for. */
    private List<Ref> scopeOf(Call call, Ref resource) {
        try {
            return scope(
                    call,
                    gateway.lineage(call.caller(), resource).stream()
                            .map(Resource::ref)
                            .toList());
        } catch (Problem gone) {
            return scope(call, List.of(resource));
        }
    }

    private GrantActions.Item item(Database.Tx tx, Row row) {
        return item(row, roles.require(tx, row.role));
    }

    private static GrantActions.Item item(Row row, Role role) {
        return new GrantActions.Item(
                row.ref(),
                row.member(),
                row.name,
                row.email,
                role.ref(),
                role.name(),
                row.resource,
                row.resourceName,
                row.createdAt);
    }
}
