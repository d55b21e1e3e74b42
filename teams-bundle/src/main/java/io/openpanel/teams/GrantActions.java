package io.openpanel.teams;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Event;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Grants;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Roles on one project, app or other resource. */
@Component(service = Extension.class)
public class GrantActions implements Extension {
    private final Grants grants;

    /** Which grants: all where nothing is given. */
    public record Filter(
            @Param(value = "Only this member's", kind = "member") Optional<Ref> member,
            @Param(value = "Only those on this resource, as kind:id or kind:path", example = "project:shop")
                    Optional<String> resource) {}

    /** Which grant. */
    public record Delete(@Param(value = "The grant", kind = "grant") Ref grant) {}

    /** A grant to be. */
    public record Create(
            @Param(value = "The member, by id or e-mail address", kind = "member") Ref member,
            @Param(value = "What they may do there", kind = "role") Ref role,
            @Param(
                            value = "The resource, as kind:id or kind:path; the role holds for all that belongs to it",
                            example = "project:shop")
                    String resource) {}

    /** A grant to be, by whoever looks after the resource. */
    public record Share(
            @Param(
                            value = "What to share; the role holds for all that belongs to it",
                            kind = "*",
                            example = "project:shop")
                    Ref resource,
            @Param(value = "The e-mail address of a member of the team", example = "ada@example.com", max = 254)
                    String email,
            @Param(
                            value = "What they may do there, by id or name; no more than you may",
                            example = "developer",
                            max = 100)
                    String role) {}

    /** A member's role on a resource. */
    public record Item(
            @Param(kind = "grant") Ref grant,
            @Param(kind = "member") Ref member,
            String memberName,
            String email,
            @Param(kind = "role") Ref role,
            String roleName,
            Ref resource,
            String resourceName,
            Instant createdAt) {}

    /** Grants, the oldest first. */
    public record Items(List<Item> items) {}

    @Activate
    public GrantActions(@Reference Grants grants) {
        this.grants = grants;
    }

    /** Where a resource was, nobody has a role and nobody is invited to one. */
    @On("*.deleted")
    public void deleted(Event event) {
        event.team().flatMap(team -> event.ref()).ifPresent(grants::forget);
    }

    @Action(value = "grant.list", summary = "Lists who has a role on one resource only", effect = READ)
    public Items list(Call call, Filter in) {
        Optional<Ref> resource = in.resource().map(each -> grants.resolved(call, each));
        return new Items(grants.list(call, in.member(), resource));
    }

    @Action(
            value = "grant.create",
            summary = "Gives a member a role on a resource and all that belongs to it",
            effect = CHANGE)
    public Item create(Call call, Create in) {
        return grants.create(call, in);
    }

    @Action(
            value = "grant.share",
            summary = "Gives a member, by their e-mail address, a role on what you look after",
            effect = CHANGE)
    public Item share(Call call, Share in) {
        return grants.share(call, in);
    }

    @Action(
            value = "grant.delete",
            summary = "Takes a member's role on a resource away",
            effect = CHANGE,
            idempotent = true)
    public void delete(Call call, Delete in) {
        grants.delete(call, in.grant());
    }
}
