package io.openpanel.teams;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Members;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The people of a team. */
@Component(service = Extension.class)
public class UserActions implements Extension {
    private final Members members;

    /** What a person may do in the team. */
    public enum Role {
        /** Everything. */
        OWNER,
        /** Everything but making owners. */
        ADMIN,
        /** Works on projects and apps. */
        DEVELOPER,
        /** Looks. */
        VIEWER
    }

    /** Somebody new. */
    public record Create(
            @Param(value = "Their e-mail address", example = "ana@example.com", max = 254) String email,
            @Param("A first password, 12 to 128 characters, for them to change") Secret password,
            @Param("What they may do") Role role,
            @Param(value = "Their name", max = 100) Optional<String> name) {}

    /** Which person. */
    public record Get(@Param(value = "The person", kind = "user") Ref user) {}

    /** A new role. */
    public record Update(@Param(value = "The person", kind = "user") Ref user, @Param("What they may do") Role role) {}

    /** A person of the team. */
    public record Item(@Param(kind = "user") Ref user, String name, String email, Role role, Instant createdAt) {}

    /** The people of the team, the first one first. */
    public record Items(List<Item> items) {}

    @Activate
    public UserActions(@Reference Members members) {
        this.members = members;
    }

    @Action(value = "user.list", summary = "Lists the people of the team", effect = READ)
    public Items list(Call call) {
        return new Items(members.list().stream()
                .filter(item -> call.reach("user").includes(item.user()))
                .toList());
    }

    @Action(value = "user.get", summary = "Shows a person of the team", effect = READ)
    public Item get(Get in) {
        return members.get(in.user());
    }

    @Action(value = "user.create", summary = "Makes an account for somebody and adds them to the team", effect = CHANGE)
    public Item create(Call call, Create in) {
        return members.create(call, in);
    }

    @Action(
            value = "user.update",
            summary = "Changes what a person may do in the team",
            effect = CHANGE,
            idempotent = true)
    public Item update(Call call, Update in) {
        return members.setRole(call, in.user(), in.role());
    }

    @Action(value = "user.delete", summary = "Takes a person out of the team, with their API keys", effect = DESTROY)
    public void delete(Call call, Get in) {
        members.remove(call, in.user());
    }
}
