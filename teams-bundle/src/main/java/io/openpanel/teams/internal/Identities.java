package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.spi.SignOn;
import io.openpanel.teams.SessionActions;
import io.openpanel.teams.TeamEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** People as other parties know them, by issuer and subject; an e-mail address alone opens nobody's account. */
@Component(service = {SignOn.class, Identities.class})
public final class Identities implements SignOn {
    private static final String COLUMNS = "id, issuer, subject, user_id, provider, name, created_at, used_at";

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Profiles profiles;
    private final Rights rights;
    private final Roles roles;
    private final MappedRoles mapped;
    private final SignIn signIn;
    private final Challenges challenges;
    private final Sessions sessions;
    private final RegistrationMode mode;
    private final Provisioned provisioned;

    /** An identity of somebody. */
    public record Row(
            String id,
            String issuer,
            String subject,
            String userId,
            String provider,
            String name,
            Instant createdAt,
            Optional<Instant> usedAt) {
        public Ref ref() {
            return new Ref("identity", id);
        }
    }

    @Activate
    public Identities(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Profiles profiles,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference MappedRoles mapped,
            @Reference SignIn signIn,
            @Reference Challenges challenges,
            @Reference Sessions sessions,
            @Reference RegistrationMode mode,
            @Reference Provisioned provisioned) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.profiles = profiles;
        this.rights = rights;
        this.roles = roles;
        this.mapped = mapped;
        this.signIn = signIn;
        this.challenges = challenges;
        this.sessions = sessions;
        this.mode = mode;
        this.provisioned = provisioned;
    }

    @Override
    public Entry enter(Identity identity, Visit visit) {
        String user = find(identity).map(Row::userId).orElseGet(() -> newcomer(identity));
        People.Account account = people.get(user);
        mapped.apply(user, account.name(), identity.provider(), identity.places());
        clerk.allTeams(tx -> tx.update(
                "update user_identity set used_at = ?, provider = ?, name = ? where issuer = ? and subject = ?",
                clock.instant(),
                identity.provider(),
                shown(identity),
                identity.issuer(),
                identity.subject()));
        SignIn.Entered entered = signIn.withIdentity(user, identity.secondFactor(), visit.address(), visit.device());
        Ref person = new Ref("user", user);
        SessionActions.Begun begun = entered.begun();
        return begun.challenge()
                .<Entry>map(each -> new Entry.Asked(
                        person, entered.session(), each.token(), each.expiresAt(), each.factors(), account.email()))
                .orElseGet(() -> new Entry.Begun(
                        person,
                        entered.session(),
                        RefreshCookie.set(visit.secure(), begun.refreshToken().orElseThrow())));
    }

    @Override
    public void end(Ref user, Ref session) {
        challenges.end(user.id(), session);
        sessions.find(session.id())
                .filter(row -> row.userId().equals(user.id()))
                .ifPresent(row -> sessions.end(row.id()));
    }

    private Optional<Row> find(Identity identity) {
        return clerk.allTeams(tx -> tx.one(
                Row.class,
                "select " + COLUMNS + " from user_identity where issuer = ? and subject = ?",
                identity.issuer(),
                identity.subject()));
    }

    /** Somebody who was never here. Nobody is made who would be in no team: an invitation would then ask for a password. */
    private String newcomer(Identity identity) {
        String email = identity.email()
                .orElseThrow(() -> new Problem(
                        Problem.Kind.DENIED,
                        "The provider gives no verified e-mail address of yours, so no account can be made"));
        String address = People.email(email);
        Optional<People.Account> there = people.byEmail(address);
        Optional<String> team = there.flatMap(each -> provisioned.opensTo(each.id(), identity.provider()));
        if (team.isPresent()) {
            return bind(team.get(), there.get().id(), identity);
        }
        if (there.isPresent()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "There is an account with this e-mail address already; log in to it in its own way first and link"
                            + " the provider in your profile");
        }
        if (!identity.newcomers() || identity.places().isEmpty()) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "You have no account here, and your groups at the provider give you none; ask an owner of the"
                            + " panel");
        }
        mode.requireNotClosed();
        People.Newcomer person = people.newcomerWithoutPassword(address, identity.name());
        Place first = identity.places().get(0);
        return clerk.in(first.team(), tx -> {
            Role role = roles.lock(tx, new Ref("role", first.role()));
            String user = people.add(tx, person, role).id();
            tx.update(
                    "insert into mapped_role (team_id, user_id, provider, role)"
                            + " values (openpanel.current_team(), ?, ?, ?)",
                    user,
                    identity.provider(),
                    role.id());
            insert(tx, user, identity);
            return user;
        });
    }

    private void insert(Database.Tx tx, String user, Identity identity) {
        int made = tx.update(
                "insert into user_identity (id, issuer, subject, user_id, provider, name, created_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?) on conflict (issuer, subject) do nothing",
                Ref.create("identity").id(),
                identity.issuer(),
                identity.subject(),
                user,
                identity.provider(),
                shown(identity),
                clock.instant());
        if (made == 0) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "This account of the provider is linked already; unlink it there first");
        }
    }

    private static String shown(Identity identity) {
        String name = identity.email().orElse(identity.name());
        return Written.visible(name.substring(0, Math.min(name.length(), 254)));
    }

    @Override
    public void link(Ref user, Secret password, Identity identity, String address) {
        profiles.requirePassword(user.id(), "password", password, address);
        String team = rights.person(user.id())
                .flatMap(person -> person.memberships().stream().findFirst())
                .orElseThrow(() -> new Problem(Problem.Kind.DENIED, "You are in no team any more"))
                .team();
        bind(team, user.id(), identity);
    }

    private String bind(String team, String user, Identity identity) {
        return clerk.in(team, tx -> {
            insert(tx, user, identity);
            tx.publish(new TeamEvents.IdentityLinked(new Ref("user", user), identity.issuer(), shown(identity)));
            return user;
        });
    }

    @Override
    public Place place(String team, String role) {
        String found = clerk
                .allTeams(tx -> tx.list(
                        Rights.Id.class,
                        "select id from team where id = ? or name = ? order by id = ? desc limit 2",
                        bare(team),
                        team,
                        bare(team)))
                .stream()
                .findFirst()
                .orElseThrow(() -> Problem.invalid("rules", "There is no team '" + team + "'"))
                .id();
        String id =
                clerk.in(found, tx -> Role.builtInFor(bare(role)).map(Role::id).orElseGet(() -> tx.one(
                                Rights.Id.class,
                                "select id from custom_role where id = ? or lower(name) = lower(?)",
                                bare(role),
                                role)
                        .orElseThrow(() -> Problem.invalid(
                                "rules",
                                "There is no role '" + role + "' in that team; there are owner, admin, developer,"
                                        + " viewer and its own"))
                        .id()));
        return new Place(found, id);
    }

    private static String bare(String ref) {
        return ref.substring(ref.indexOf(':') + 1);
    }

    /** A person's identities. */
    public List<Row> list(String user) {
        return new ArrayList<>(clerk.allTeams(tx -> tx.list(
                Row.class,
                "select " + COLUMNS + " from user_identity where user_id = ? order by created_at, id limit 100",
                user)));
    }

    /** Unlinks an identity. Whoever has no password has no other way in, and cannot give one here. */
    public void unlink(String user, Ref identity, Secret password, String address) {
        Row row = list(user).stream()
                .filter(each -> each.ref().equals(identity))
                .findFirst()
                .orElseThrow(() -> Problem.missing(identity));
        profiles.requirePassword(user, "password", password, address);
        mapped.apply(user, people.get(user).name(), row.provider, List.of());
        clerk.allTeams(tx -> tx.update("delete from user_identity where id = ? and user_id = ?", row.id, user));
    }
}
