package io.openpanel.teams;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Role;
import io.openpanel.teams.internal.Roles;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What members may do: the roles that every team has and its own. */
@Component(service = Extension.class)
public class RoleActions implements Extension {
    private final Roles roles;

    /** What a role begins with. */
    public enum Base {
        /** Nothing. */
        NONE,
        /** What owners may do. */
        OWNER,
        /** What admins may do. */
        ADMIN,
        /** What developers may do. */
        DEVELOPER,
        /** What viewers may do. */
        VIEWER;

        /** The built-in role's id. */
        public Optional<String> role() {
            return this == NONE ? Optional.empty() : Optional.of(name().toLowerCase(Locale.ROOT));
        }
    }

    /** Which role. */
    public record Get(@Param(value = "The role, by id or name", kind = "role") Ref role) {}

    /** A role to be. */
    public record Create(
            @Param(value = "How members know it", example = "Release manager", min = 1, max = 60) String name,
            @Param("The built-in role it begins with; none where left out") Optional<Base> base,
            @Param(value = "Actions it has besides; * stands for any word", example = "deployment.*", max = 200)
                    Optional<List<String>> allowed,
            @Param(value = "Actions it does not have, whatever else says so", example = "*.delete", max = 200)
                    Optional<List<String>> withheld) {}

    /** What to change; what is left out stays. */
    public record Update(
            @Param(value = "The role, by id or name", kind = "role") Ref role,
            @Param(value = "How members know it", min = 1, max = 60) Optional<String> name,
            @Param("The built-in role it begins with") Optional<Base> base,
            @Param(value = "Actions it has besides; * stands for any word", max = 200) Optional<List<String>> allowed,
            @Param(value = "Actions it does not have, whatever else says so", max = 200)
                    Optional<List<String>> withheld) {}

    /** A role. */
    public record Item(
            @Param(kind = "role") Ref role,
            String name,
            @Param("Whether every team has it") boolean builtIn,
            Optional<String> base,
            List<String> allowed,
            List<String> withheld,
            @Param("How many members have it, in the whole team or on a resource") int members) {}

    /** Roles, the built-in ones first. */
    public record Items(List<Item> items) {}

    @Activate
    public RoleActions(@Reference Roles roles) {
        this.roles = roles;
    }

    @Action(value = "role.list", summary = "Lists the roles that members can have", effect = READ)
    public Items list(Call call) {
        Map<String, Integer> holders = roles.holders();
        return new Items(roles.list().stream()
                .filter(role -> call.reach("role").includes(role.ref()))
                .map(role -> item(role, holders))
                .toList());
    }

    @Action(value = "role.get", summary = "Shows a role", effect = READ)
    public Item get(Get in) {
        return item(roles.get(in.role()));
    }

    @Action(value = "role.create", summary = "Makes a role for the team", effect = CHANGE)
    public Item create(Call call, Create in) {
        return item(roles.create(call, in));
    }

    @Action(
            value = "role.update",
            summary = "Changes what a role of the team may do, at once for all who have it",
            effect = CHANGE,
            idempotent = true)
    public Item update(Call call, Update in) {
        return item(roles.update(call, in));
    }

    @Action(
            value = "role.delete",
            summary = "Deletes a role of the team that nobody has",
            effect = CHANGE,
            idempotent = true)
    public void delete(Get in) {
        roles.delete(in.role());
    }

    private Item item(Role role) {
        return item(role, roles.holders());
    }

    private static Item item(Role role, Map<String, Integer> holders) {
        return new Item(
                role.ref(),
                role.name(),
                role.isBuiltIn(),
                role.base(),
                role.allowed(),
                role.withheld(),
                holders.getOrDefault(role.id(), 0));
    }
}
