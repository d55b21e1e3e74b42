package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.InstantSource;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Members that are programs: without a password and without sessions, and so with nothing but keys. */
@Component(service = ServiceAccounts.class)
public final class ServiceAccounts {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    private final Panel panel;
    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Passwords passwords;
    private final Rights rights;
    private final Roles roles;
    private final Holdings holdings;

    @Activate
    public ServiceAccounts(
            @Reference Panel panel,
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Passwords passwords,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference Holdings holdings) {
        this.panel = panel;
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.passwords = passwords;
        this.rights = rights;
        this.roles = roles;
        this.holdings = holdings;
    }

    /** @throws Problem naming what is wrong, DENIED where the role has more than the caller */
    public Ref create(Call call, String name, Ref wanted) {
        if (!NAME.matcher(name).matches()) {
            throw Problem.invalid(
                    "name",
                    "A service account is named by 1 to 40 small letters, digits and dashes, such as ci-deploy");
        }
        // The version before knows accounts with a password only: this one is known to nobody.
        String password = passwords.hash(RefreshToken.random());
        Ref member = Ref.create("member");
        panel.database().tx(tx -> {
            Role role = roles.lock(tx, wanted);
            holdings.requireCovers(call, role);
            int made = tx.update(
                    "insert into user_account (id, email, name, password, kind, created_at)"
                            + " values (?, ? || '.' || openpanel.current_team() || '@service.invalid', ?, ?, 'service', ?)"
                            + " on conflict (email) do nothing",
                    member.id(),
                    name,
                    name,
                    password,
                    clock.instant());
            if (made == 0) {
                throw new Problem(Problem.Kind.CONFLICT, "There is a service account named " + name + " already");
            }
            people.join(tx, member.id(), name, role);
            return null;
        });
        rights.personChanged(member.id(), true);
        return member;
    }

    /**
     * Whoever makes a key for a service account could do with it all that the account may.
     *
     * @throws Problem DENIED for a person, and where the account has more than the caller
     */
    public void requireMayHaveKeys(Call call, Ref member) {
        Role role = panel.database().tx(tx -> {
            Members.Row row = Members.find(tx, member);
            if (!row.service()) {
                throw new Problem(
                        Problem.Kind.DENIED, row.name() + " is a person; people make and rotate their own keys");
            }
            return roles.require(tx, row.role());
        });
        holdings.requireCovers(call, role);
        call.team()
                .flatMap(team -> rights.person(member.id()).flatMap(person -> person.in(team.id())))
                .ifPresent(place -> place.grants().forEach(grant -> holdings.requireCovers(call, grant.role())));
    }

    /** Forgets those whose team is gone. */
    void sweep() {
        clerk.allTeams(tx -> tx.update("delete from user_account u where u.kind = 'service'"
                + " and not exists (select 1 from membership m where m.user_id = u.id)"));
    }
}
