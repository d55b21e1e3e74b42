package io.openpanel.teams.internal;

import io.openpanel.api.Operation;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a member may do: one of the four that each plugin's {@code roles.yaml} speaks of, none of them (a guest, who has
 * what grants give), or one of the team's own.
 *
 * @param base the built-in role it begins with
 * @param allowed actions it has besides; a star stands for any word
 * @param withheld actions it does not have, whatever else says so
 */
public record Role(String id, String name, Optional<String> base, List<String> allowed, List<String> withheld) {
    static final Role OWNER = builtIn("owner");
    static final Role VIEWER = builtIn("viewer");
    static final Role GUEST = new Role("guest", "Guest", Optional.empty(), List.of(), List.of());
    static final List<Role> BUILT_IN = List.of(OWNER, builtIn("admin"), builtIn("developer"), VIEWER, GUEST);
    private static final Set<String> LOOK_AFTER_THE_PANEL = Set.of("owner", "admin");
    private static final Set<String> OWNERS_ALONE = Set.of("owner");

    private static Role builtIn(String id) {
        String name = id.substring(0, 1).toUpperCase(Locale.ROOT) + id.substring(1);
        return new Role(id, name, Optional.of(id), List.of(), List.of());
    }

    /** One of those that every team has, by its id or name. */
    static Optional<Role> builtInFor(String idOrName) {
        String id = idOrName.toLowerCase(Locale.ROOT);
        return BUILT_IN.stream().filter(each -> each.id.equals(id)).findFirst();
    }

    public Ref ref() {
        return new Ref("role", id);
    }

    public boolean isBuiltIn() {
        return builtInFor(id).isPresent();
    }

    /** {@code viewer +deployment.* −*.delete}. */
    String said() {
        return Stream.of(
                        Stream.of(base.orElse("–")),
                        allowed.stream().map(each -> '+' + each),
                        withheld.stream().map(each -> '−' + each))
                .flatMap(each -> each)
                .collect(Collectors.joining(" "));
    }

    boolean isOwner() {
        return id.equals(OWNER.id);
    }

    boolean isGuest() {
        return id.equals(GUEST.id);
    }

    /** Whether who has it in the panel's own team may change what belongs to the panel. */
    boolean looksAfterThePanel() {
        return base.filter(LOOK_AFTER_THE_PANEL::contains).isPresent();
    }

    /** Whether it says of an action that it does not have it. */
    boolean withholds(Operation operation) {
        return withheld.stream().anyMatch(glob -> ActionGlob.matches(glob, operation.id()));
    }

    /** Whether an action is in the role. What owners alone have is given by its full name only, never by a star. */
    public boolean gives(Operation operation) {
        if (withholds(operation)) {
            return false;
        }
        if (base.filter(operation.roles()::contains).isPresent()) {
            return true;
        }
        boolean guarded = OWNERS_ALONE.containsAll(operation.roles());
        return allowed.stream()
                .anyMatch(glob -> guarded ? glob.equals(operation.id()) : ActionGlob.matches(glob, operation.id()));
    }
}
