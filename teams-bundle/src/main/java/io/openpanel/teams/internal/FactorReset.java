package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.TeamEvents;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Helps a member who lost all they prove themselves with. Nobody does this to themselves, or to who has more. */
@Component(service = FactorReset.class)
public final class FactorReset {
    private final Panel panel;
    private final Rights rights;
    private final Roles roles;
    private final Holdings holdings;
    private final Factors factors;
    private final Sessions sessions;

    @Activate
    public FactorReset(
            @Reference Panel panel,
            @Reference Rights rights,
            @Reference Roles roles,
            @Reference Holdings holdings,
            @Reference Factors factors,
            @Reference Sessions sessions) {
        this.panel = panel;
        this.rights = rights;
        this.roles = roles;
        this.holdings = holdings;
        this.factors = factors;
        this.sessions = sessions;
    }

    /** Takes a member's factors away and signs them out everywhere. */
    public void reset(Call call, Ref member) {
        requireAnother(call, member);
        requireOnlyHere(call, member);
        panel.database().tx(tx -> {
            Members.Row row = Members.find(tx, member);
            holdings.requireCovers(call, roles.require(tx, row.role()));
            tx.publish(new TeamEvents.FactorReset(member, row.name()));
            return null;
        });
        factors.clear(member.id());
        sessions.endOthers(member.id(), Optional.empty());
    }

    private static void requireAnother(Call call, Ref member) {
        if (call.caller().ref().id().equals(member.id())) {
            throw new Problem(
                    Problem.Kind.DENIED, "Your own factors are removed in your profile, with your password and a code");
        }
    }

    /** An admin of one team must not open a person's way into another; who looks after the panel may. */
    private void requireOnlyHere(Call call, Ref member) {
        Ref team = call.team().orElseThrow();
        boolean local = call.caller().ref().kind().equals("local");
        boolean home = rights.homeTeam().equals(Optional.of(team.id()));
        boolean elsewhere = rights.person(member.id())
                .map(person -> person.memberships().size() > 1)
                // Nothing is known here of somebody who is disabled.
                .orElse(true);
        if (elsewhere && !home && !local) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "They are in another team too; an owner of the panel's own team can do it for its members, and for"
                            + " everybody whoever owns the machine: openpanel-cli --local --team ID factor reset MEMBER");
        }
    }
}
