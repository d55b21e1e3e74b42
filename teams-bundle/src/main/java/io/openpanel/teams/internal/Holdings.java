package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What each principal holds in the team of their call. */
@Component(service = Holdings.class)
public final class Holdings {
    private static final int NAMED = 3;

    private final Rights rights;
    private final ApiKeys keys;
    private final Catalogue catalogue;

    @Activate
    public Holdings(@Reference Rights rights, @Reference ApiKeys keys, @Reference Catalogue catalogue) {
        this.rights = rights;
        this.keys = keys;
        this.catalogue = catalogue;
    }

    Optional<Holding> of(Principal principal) {
        return principal
                .team()
                .flatMap(team -> of(principal.ref(), team.id()))
                .map(each -> rights.isOfTwoFactors(principal.session()) ? each.proven() : each);
    }

    /** What a user or key holds in a team. */
    Optional<Holding> of(Ref who, String team) {
        return switch (who.kind()) {
            case "user" -> of(who.id(), team);
            case "key" -> keys.find(who.id())
                    .filter(key -> key.teamId().equals(team))
                    .flatMap(key -> of(key.owner(), team, Optional.of(key)));
            default -> Optional.empty();
        };
    }

    /** What a person holds by themselves. */
    Optional<Holding> of(String user, String team) {
        return of(user, team, Optional.empty());
    }

    private Optional<Holding> of(String user, String team, Optional<ApiKeys.Row> key) {
        return rights.person(user).flatMap(person -> person.in(team)
                .map(place -> new Holding(
                        place,
                        rights.homeTeam().equals(Optional.of(team)),
                        // A key was made by somebody who had what the team asked for, and no program can type a code.
                        key.isEmpty() && place.secondFactor() && !person.secondFactor(),
                        key,
                        catalogue)));
    }

    /**
     * Nobody gives, or takes from somebody, more than they have themselves.
     *
     * @throws Problem DENIED, naming some of what the caller lacks
     */
    void requireCovers(Call call, Role role) {
        requireCovers(call, role, Optional.empty());
    }

    /** As {@link #requireCovers(Call, Role)}, where it is about a resource: on that one. */
    void requireCoversOn(Call call, Role role, List<Ref> scope) {
        requireCovers(call, role, Optional.of(scope));
    }

    private void requireCovers(Call call, Role role, Optional<List<Ref>> scope) {
        if (call.caller().ref().kind().equals("local")) {
            return;
        }
        Optional<Holding> own = of(call.caller());
        if (own.isEmpty()) {
            throw new Problem(Problem.Kind.DENIED, "Only a member of the team, or a key of one, can do this");
        }
        if (scope.isEmpty() && role.isOwner() && !own.get().place().role().isOwner()) {
            throw new Problem(Problem.Kind.DENIED, "Only an owner can do this to an owner; ask one of them");
        }
        List<String> missing = scope.map(on -> own.get().missing(role, on))
                .orElseGet(() -> own.get().missing(role));
        if (!missing.isEmpty()) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The role " + role.name() + " has more than you do" + (scope.isPresent() ? " there" : "")
                            + ", such as " + String.join(", ", missing.subList(0, Math.min(NAMED, missing.size())))
                            + "; ask an owner of the team");
        }
    }
}
