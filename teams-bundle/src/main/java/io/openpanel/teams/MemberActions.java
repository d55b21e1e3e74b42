package io.openpanel.teams;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Members;
import java.time.Instant;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The people of a team. */
@Component(service = Extension.class)
public class MemberActions implements Extension {
    private final Members members;

    /** Which member. */
    public record Get(@Param(value = "The member, by id or e-mail address", kind = "member") Ref member) {}

    /** A new role. */
    public record Update(
            @Param(value = "The member, by id or e-mail address", kind = "member") Ref member,
            @Param(value = "What they may do in the whole team; guest for nothing but what grants give", kind = "role")
                    Ref role) {}

    /** A member of the team. */
    public record Item(
            @Param(kind = "member") Ref member,
            String name,
            String email,
            @Param(kind = "role") Ref role,
            String roleName,
            @Param("How many resources they have a role on besides") int grants,
            @Param("Whether they have a second factor") boolean secondFactor,
            @Param("Whether it is a program, which has API keys and nothing else") boolean service,
            Instant createdAt) {}

    /** The members of the team, the first one first. */
    public record Items(List<Item> items) {}

    @Activate
    public MemberActions(@Reference Members members) {
        this.members = members;
    }

    @Action(value = "member.list", summary = "Lists the members of the team", effect = READ, cli = "members")
    public Items list(Call call) {
        return new Items(members.list().stream()
                .filter(item -> call.reach("member").includes(item.member()))
                .toList());
    }

    @Action(value = "member.get", summary = "Shows a member of the team", effect = READ)
    public Item get(Get in) {
        return members.get(in.member());
    }

    @Action(
            value = "member.update",
            summary = "Changes what a member may do in the team",
            effect = CHANGE,
            idempotent = true)
    public Item update(Call call, Update in) {
        return members.setRole(call, in.member(), in.role());
    }

    @Action(
            value = "member.remove",
            summary = "Takes a member out of the team, with their API keys",
            effect = DESTROY,
            http = "DELETE /members/{member}")
    public void remove(Call call, Get in) {
        members.remove(call, in.member());
    }
}
