package io.openpanel.teams;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Members;
import io.openpanel.teams.internal.Teams;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Teams: each has its own projects, members and roles, and sees nothing of another. */
@Component(service = Extension.class)
public class TeamActions implements Extension {
    private final Teams teams;
    private final Members members;

    /** Which team. */
    public record Get(@Param(value = "The team", kind = "team") Ref team) {}

    /** A team to be. */
    public record Create(@Param(value = "What its members see", example = "Shop", min = 1, max = 100) String name) {}

    /** What to change. */
    public record Update(
            @Param(value = "The team", kind = "team") Ref team,
            @Param(value = "What its members see", min = 1, max = 100) Optional<String> name,
            @Param("Whether who has no second factor may do nothing here but add one")
                    Optional<Boolean> secondFactor) {}

    /** From where. */
    public record Restrict(
            @Param(value = "The team", kind = "team") Ref team,
            @Param(
                            value = "Addresses and networks; from everywhere where none is given",
                            example = "203.0.113.0/24",
                            max = 200)
                    Optional<List<String>> addresses) {}

    /** A team and one's own place in it. */
    public record Item(
            @Param(kind = "team") Ref team,
            String name,
            @Param(kind = "role") Optional<Ref> role,
            Optional<String> roleName,
            @Param("Whether this call works in it") boolean current,
            @Param("Whether its owners and admins look after the panel") boolean home,
            @Param("Whether it asks its members for a second factor") boolean secondFactor,
            @Param("Whether you must add a second factor before you can work in it") boolean stepUp,
            @Param("From where alone its members and keys may work in it; from everywhere where none is named")
                    List<String> addresses,
            Instant createdAt) {}

    /** Teams, the oldest first. */
    public record Items(List<Item> items) {}

    @Activate
    public TeamActions(@Reference Teams teams, @Reference Members members) {
        this.teams = teams;
        this.members = members;
    }

    @Action(
            value = "team.list",
            summary = "Lists the teams you are in",
            effect = READ,
            access = SIGNED_IN,
            cli = "teams")
    public Items list(Call call) {
        return new Items(teams.list(call));
    }

    @Action(value = "team.get", summary = "Shows the team you work in", effect = READ)
    public Item get(Call call, Get in) {
        return teams.get(call, in.team());
    }

    @Action(value = "team.create", summary = "Makes a team, with you as its owner", effect = CHANGE, access = PANEL)
    public Item create(Call call, Create in) {
        return teams.create(call, in.name());
    }

    @Action(
            value = "team.update",
            summary = "Changes the team's name, or whether it asks for a second factor",
            effect = CHANGE,
            idempotent = true)
    public Item update(Call call, Update in) {
        return teams.update(call, in);
    }

    @Action(
            value = "team.restrict",
            summary = "Sets from which addresses the team may be worked in",
            effect = CHANGE,
            idempotent = true)
    public Item restrict(Call call, Restrict in) {
        return teams.restrict(call, in);
    }

    @Action(
            value = "team.leave",
            summary = "Takes you out of the team you work in, with your API keys and roles there",
            effect = DESTROY,
            access = SIGNED_IN)
    public void leave(Call call, Get in) {
        members.leave(call);
    }

    @Action(
            value = "team.delete",
            summary = "Deletes a team that has no projects, with its members' places and keys",
            effect = DESTROY,
            recent = true)
    public void delete(Call call, Get in) {
        teams.delete(call, in.team());
    }
}
