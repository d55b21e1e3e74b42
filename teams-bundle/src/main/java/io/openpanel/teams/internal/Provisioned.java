package io.openpanel.teams.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Provisioning;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Members that a team's directory keeps. An account is the team's to name and to shut only while nobody else has it. */
@Component(service = {Provisioning.class, Provisioned.class})
public final class Provisioned implements Provisioning {
    /** The account was made for a directory of the team, and no other team has the person. */
    private static final String ALONE = " exists (select 1 from provisioned_member p where p.user_id = u.id"
            + " and p.team_id = ? and p.made) and not exists (select 1 from membership o where o.user_id = u.id"
            + " and o.team_id <> ?)";

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Rights rights;
    private final Roles roles;
    private final MappedRoles mapped;
    private final ApiKeys keys;
    private final Sessions sessions;
    private final RegistrationMode mode;

    /** What is known of somebody in a team. */
    public record Row(Optional<String> directory, boolean made) {}

    @Activate
    public Provisioned(
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference MappedRoles mapped,
            @Reference ApiKeys keys,
            @Reference Sessions sessions,
            @Reference RegistrationMode mode) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.rights = rights;
        this.roles = roles;
        this.mapped = mapped;
        this.keys = keys;
        this.sessions = sessions;
        this.mode = mode;
    }

    @Override
    public Ref identify(Entry entry) {
        String user = people.byEmail(People.email(entry.email()))
                .map(known -> known(entry, known.id()))
                .orElseGet(() -> newcomer(entry));
        return new Ref("user", user);
    }

    @Override
    public void keep(Entry entry) {
        apply(entry, entry.user().orElseThrow().id(), Optional.of(entry.directory()));
    }

    @Override
    public void drop(Entry entry) {
        entry.user().ifPresent(user -> apply(entry, user.id(), Optional.empty()));
    }

    @Override
    public void forget(Ref team, String directory) {
        clerk.in(team.id(), tx -> {
            tx.update("delete from mapped_role where provider = ?", directory);
            return tx.update("update provisioned_member set directory = null where directory = ?", directory);
        });
    }

    /** Somebody who is here: only members, and those whom the team had made, are the directory's to keep. */
    private String known(Entry entry, String user) {
        Optional<Row> row = clerk.in(entry.team().id(), tx -> find(tx, user));
        boolean member = rights.isMember(user, entry.team().id());
        if (!member && row.filter(Row::made).isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "This address belongs to somebody whom the team did not bring here; invite them, and provision"
                            + " them once they have joined");
        }
        if (row.flatMap(Row::directory)
                .filter(other -> !other.equals(entry.directory()))
                .isPresent()) {
            throw new Problem(Problem.Kind.CONFLICT, "Another directory of the team keeps this person already");
        }
        return user;
    }

    private String newcomer(Entry entry) {
        mode.requireNotClosed();
        People.Newcomer person = people.newcomerWithoutPassword(entry.email(), entry.name());
        return clerk.in(entry.team().id(), tx -> {
            String user = people.account(tx, person).id();
            tx.update(
                    "insert into provisioned_member (team_id, user_id, directory, provider, active, made)"
                            + " values (openpanel.current_team(), ?, ?, ?, ?, true)",
                    user,
                    entry.directory(),
                    entry.provider(),
                    entry.active());
            return user;
        });
    }

    private void apply(Entry entry, String user, Optional<String> directory) {
        boolean active = entry.active() && directory.isPresent();
        String team = entry.team().id();
        if (active) {
            reopen(team, user);
        }
        String name = rename(team, user, entry.name());
        List<ApiKeys.Row> lost = clerk.in(team, tx -> {
            List<ApiKeys.Row> own = keys.list(tx).stream()
                    .filter(key -> key.owner().equals(user))
                    .toList();
            note(tx, user, directory, entry.provider(), active);
            return place(tx, entry, user, name, active) ? own : List.<ApiKeys.Row>of();
        });
        lost.forEach(keys::deleted);
        if (!active) {
            shut(team, user);
        }
        rights.personChanged(user, true);
    }

    /** @return whether the person is in the team no longer */
    private boolean place(Database.Tx tx, Entry entry, String user, String name, boolean active) {
        try {
            return active
                    ? mapped.change(tx, user, name, entry.directory(), Optional.of(entry.role()))
                    : mapped.end(tx, user, name);
        } catch (Problem refused) {
            if (refused.kind() == Problem.Kind.MISSING) {
                throw new Problem(
                        Problem.Kind.DENIED,
                        "The role that the directory gives is no more; an owner of the team has to name another one",
                        refused);
            }
            if (refused.kind() != Problem.Kind.CONFLICT) {
                throw refused;
            }
            throw new Problem(
                    Problem.Kind.DENIED,
                    name + " is the last owner of the team, whom no directory takes out or gives less; make somebody"
                            + " else an owner first",
                    refused);
        }
    }

    private static Optional<Row> find(Database.Tx tx, String user) {
        return tx.one(Row.class, "select directory, made from provisioned_member where user_id = ?", user);
    }

    private static void note(
            Database.Tx tx, String user, Optional<String> directory, Optional<String> provider, boolean active) {
        tx.update(
                "insert into provisioned_member (team_id, user_id, directory, provider, active, made)"
                        + " values (openpanel.current_team(), ?, ?, ?, ?, false) on conflict (team_id, user_id)"
                        + " do update set directory = excluded.directory, provider = excluded.provider,"
                        + " active = excluded.active",
                user,
                directory,
                provider,
                active);
    }

    /** The name they have from now on, which is the one they had where they are not the team's alone. */
    private String rename(String team, String user, String wanted) {
        String name = People.shown(wanted);
        int changed = name.isEmpty()
                ? 0
                : clerk.allTeams(tx -> tx.update(
                        "update user_account u set name = ?, version = version + 1 where u.id = ? and u.name <> ? and"
                                + ALONE,
                        name,
                        user,
                        name,
                        team,
                        team));
        return changed > 0 ? name : people.get(user).name();
    }

    /** Whoever an owner of the panel has shut out stays out. */
    private void reopen(String team, String user) {
        clerk.allTeams(tx -> {
            int mine = tx.update(
                    "update provisioned_member set shut = false where team_id = ? and user_id = ? and shut",
                    team,
                    user);
            return mine == 0
                    ? 0
                    : tx.update("update user_account set disabled_at = null, version = version + 1 where id = ?", user);
        });
    }

    private void shut(String team, String user) {
        boolean done = clerk.allTeams(tx -> {
            // Holds up whoever is about to join another team, so that they are seen or see it.
            tx.list(Rights.Id.class, "select id from user_account where id = ? for update", user);
            int changed = tx.update(
                    "update user_account u set disabled_at = ?, version = version + 1 where u.id = ?"
                            + " and u.disabled_at is null and" + ALONE,
                    clock.instant(),
                    user,
                    team,
                    team);
            if (changed > 0) {
                tx.update("update provisioned_member set shut = true where team_id = ? and user_id = ?", team, user);
                AccountLinks.endAll(tx, user);
            }
            return changed > 0;
        });
        if (done) {
            sessions.endOthers(user, Optional.empty());
        }
    }

    /**
     * The account that a provider's verified address opens without being linked: one that was made for a directory which
     * names that provider, that no other team has, and that nobody opens in such a way yet.
     *
     * @return the team it was made for
     */
    Optional<String> opensTo(String user, String provider) {
        return clerk.allTeams(tx -> tx.one(
                        Rights.Id.class,
                        "select p.team_id as id from provisioned_member p where p.user_id = ? and p.made and p.active"
                                + " and p.directory is not null and p.provider = ?"
                                + " and not exists (select 1 from user_identity i where i.user_id = p.user_id)"
                                + " and not exists (select 1 from membership o where o.user_id = p.user_id"
                                + " and o.team_id <> p.team_id)",
                        user,
                        provider))
                .map(Rights.Id::id);
    }
}
