package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.spi.Catalogue;
import io.openpanel.teams.InvitationActions;
import io.openpanel.teams.TeamEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Ways into a team: for one e-mail address, once, for three days at most. Of the link only a digest is kept. */
@Component(service = Invitations.class)
public final class Invitations {
    static final Duration LONGEST = Duration.ofHours(72);
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final String COLUMNS = "i.team_id, t.name as team_name, i.id, i.email, i.role, i.resource,"
            + " i.resource_name, i.hash, i.created_by, i.created_at, i.expires_at";
    private static final String FROM = " from invitation i join team t on t.id = i.team_id";

    private final Panel panel;
    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Rights rights;
    private final Roles roles;
    private final Grants grants;
    private final Holdings holdings;
    private final Catalogue catalogue;

    /** An invitation; what opens it is not in it. */
    public record Row(
            String teamId,
            String teamName,
            String id,
            String email,
            String role,
            Optional<Ref> resource,
            Optional<String> resourceName,
            String hash,
            Ref createdBy,
            Instant createdAt,
            Instant expiresAt) {
        Ref ref() {
            return new Ref("invitation", id);
        }

        @Override
        public String toString() {
            return "Invitation[" + id + ']';
        }
    }

    /** Who wants in: somebody signed in, or somebody with the password of their account, there already or to be. */
    sealed interface Guest {
        record Known(String user) implements Guest {}

        record Newcomer(People.Newcomer person) implements Guest {}
    }

    @Activate
    public Invitations(
            @Reference Panel panel,
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference Grants grants,
            @Reference Holdings holdings,
            @Reference Catalogue catalogue) {
        this.panel = panel;
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.rights = rights;
        this.roles = roles;
        this.grants = grants;
        this.holdings = holdings;
        this.catalogue = catalogue;
    }

    public List<InvitationActions.Item> list() {
        return panel.database().tx(tx -> tx
                .list(
                        Row.class,
                        "select " + COLUMNS + FROM + " where i.expires_at > ? order by i.created_at, i.id limit 1000",
                        clock.instant())
                .stream()
                .map(row -> item(tx, row))
                .toList());
    }

    /** A new invitation takes the place of a former one for the same address. */
    public InvitationActions.Created create(Call call, InvitationActions.Create in) {
        Duration life = in.expiresIn().orElse(LONGEST);
        if (life.compareTo(SHORTEST) < 0 || life.compareTo(LONGEST) > 0) {
            throw Problem.invalid("expiresIn", "An invitation is good for a minute to 72 hours");
        }
        String email = People.email(in.email());
        Optional<Grants.Target> target = in.resource().map(resource -> grants.target(call, resource));
        RefreshToken token = RefreshToken.create();
        Instant now = clock.instant();
        InvitationActions.Item made = panel.database().tx(tx -> {
            Role role = roles.lock(tx, in.role());
            holdings.requireCovers(call, role);
            requireNoMember(tx, email);
            tx.update("delete from invitation where email = ?", email);
            Ref invitation = Ref.create("invitation");
            tx.update(
                    "insert into invitation (team_id, id, email, role, resource, resource_name, hash, created_by,"
                            + " created_at, expires_at) values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    invitation.id(),
                    email,
                    role.id(),
                    target.map(each -> each.ref().toString()),
                    target.map(Grants.Target::name),
                    token.hash(),
                    call.caller().ref().toString(),
                    now,
                    now.plus(life));
            tx.publish(new TeamEvents.InvitationCreated(invitation, email, role.name()));
            return item(tx, find(tx, invitation));
        });
        return new InvitationActions.Created(
                made.invitation(), email, "/join#" + token.text(), token.text(), made.expiresAt(), false);
    }

    private static void requireNoMember(Database.Tx tx, String email) {
        boolean member = tx.one(
                        Rights.Id.class,
                        "select u.id from membership m join user_account u on u.id = m.user_id where u.email = ?",
                        email)
                .isPresent();
        if (member) {
            throw new Problem(Problem.Kind.CONFLICT, email + " is in the team already; change their role instead");
        }
    }

    private static Row find(Database.Tx tx, Ref invitation) {
        return tx.one(Row.class, "select " + COLUMNS + FROM + " where i.id = ?", invitation.id())
                .orElseThrow(() -> Problem.missing(invitation));
    }

    public void delete(Ref invitation) {
        panel.database().tx(tx -> {
            Row row = find(tx, invitation);
            tx.update("delete from invitation where id = ?", invitation.id());
            tx.publish(new TeamEvents.InvitationDeleted(invitation, row.email));
            return null;
        });
    }

    /** Forgets what is too old to be accepted. */
    public void sweep() {
        clerk.allTeams(tx -> tx.update("delete from invitation where expires_at < ?", clock.instant()));
    }

    /** The invitation that a token opens now; empty also where whoever made it may not give its role any more. */
    Optional<Row> open(Secret token) {
        String hash = new RefreshToken(token.reveal()).hash();
        return clerk.allTeams(tx -> tx.one(
                        Row.class,
                        "select " + COLUMNS + FROM + " where i.hash = ? and i.expires_at > ?",
                        hash,
                        clock.instant()))
                .filter(this::mayItsMakerStill);
    }

    private boolean mayItsMakerStill(Row row) {
        if (row.createdBy.kind().equals("local")) {
            return true;
        }
        Role role = clerk.in(row.teamId, tx -> roles.require(tx, row.role));
        return holdings.of(row.createdBy, row.teamId)
                .map(holding -> mayInvite(holding, row) && holding.missing(role).isEmpty())
                .orElse(false);
    }

    /** Whoever invited had what the team asked for then, as with a key. */
    private boolean mayInvite(Holding holding, Row row) {
        List<Ref> scope = List.of(new Ref("role", row.role), new Ref("team", row.teamId));
        return catalogue
                .operation("invitation.create")
                .map(operation -> holding.proven().decide(operation, scope).allowed())
                .orElse(false);
    }

    String roleName(Row row) {
        return clerk.in(row.teamId, tx -> roles.require(tx, row.role).name());
    }

    /**
     * Spends the invitation; of many at the same moment one is let in.
     *
     * @return the new member's id; empty when it was spent meanwhile
     */
    Optional<String> accept(Row row, Guest guest) {
        Optional<String> user = clerk.in(row.teamId, tx -> {
            if (tx.update("delete from invitation where id = ? and hash = ?", row.id, row.hash) == 0) {
                return Optional.<String>empty();
            }
            Role role = roles.require(tx, row.role);
            Role place = row.resource.isPresent() ? Role.GUEST : role;
            Ref member = new Ref("member", join(tx, guest, place));
            row.resource.ifPresent(resource -> grants.add(
                    tx,
                    row.createdBy.toString(),
                    member,
                    role,
                    new Grants.Target(resource, row.resourceName.orElse(""))));
            tx.publish(new TeamEvents.InvitationAccepted(row.ref(), member, row.email));
            return Optional.of(member.id());
        });
        user.ifPresent(id -> rights.personChanged(id, true));
        return user;
    }

    private String join(Database.Tx tx, Guest guest, Role role) {
        if (guest instanceof Guest.Newcomer newcomer) {
            return people.add(tx, newcomer.person, role).id();
        }
        String user = ((Guest.Known) guest).user;
        if (!people.join(tx, user, people.get(user).name(), role)) {
            throw new Problem(Problem.Kind.CONFLICT, "You are in this team already");
        }
        return user;
    }

    private InvitationActions.Item item(Database.Tx tx, Row row) {
        Role role = roles.require(tx, row.role);
        return new InvitationActions.Item(
                row.ref(),
                row.email,
                role.ref(),
                role.name(),
                row.resource,
                row.resourceName,
                row.createdAt,
                row.expiresAt);
    }
}
