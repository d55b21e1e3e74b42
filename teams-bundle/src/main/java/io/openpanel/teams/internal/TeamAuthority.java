package io.openpanel.teams.internal;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.spi.Authority;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Answers the panel's two questions: who is this, and may they. */
@Component(service = Authority.class)
public final class TeamAuthority implements Authority {
    private static final Ref PANEL = new Ref("panel", "panel");
    static final Set<String> LOOK_AFTER_THE_PANEL = Set.of("owner", "admin");
    private static final Reach NOTHING = new Reach(false, Set.of());

    private final AccessTokens tokens;
    private final ApiKeys keys;
    private final Rights rights;
    private final Revocations revocations;

    /** What a principal may do in their team: a role, cut down to a key where they came with one. */
    private record Grant(String team, String role, Optional<ApiKeys.Row> key) {}

    @Activate
    public TeamAuthority(
            @Reference AccessTokens tokens,
            @Reference ApiKeys keys,
            @Reference Rights rights,
            @Reference Revocations revocations) {
        this.tokens = tokens;
        this.keys = keys;
        this.rights = rights;
        this.revocations = revocations;
    }

    @Override
    public Optional<Principal> authenticate(String token, Optional<Ref> team) {
        return ApiKeyToken.looksLikeOne(token) ? byKey(token, team) : byAccessToken(token, team);
    }

    private Optional<Principal> byAccessToken(String token, Optional<Ref> team) {
        return tokens.verify(token)
                .filter(each -> rights.isAlive(each.session()))
                .flatMap(each -> rights.person(each.user())
                        .map(person -> new Principal(
                                new Ref("user", person.id()),
                                person.name(),
                                team.isPresent() ? team(person, team.get().id()) : first(person, each.team()),
                                Optional.of(new Ref("session", each.session())))));
    }

    private Optional<Principal> byKey(String token, Optional<Ref> team) {
        return keys.authenticate(token)
                .flatMap(key -> rights.person(key.owner()).map(person -> {
                    Optional<Ref> own = team(person, key.teamId())
                            .filter(each -> team.isEmpty() || team.get().equals(each));
                    Ref ref = new Ref("key", key.id());
                    return new Principal(ref, person.name() + " (" + key.name() + ')', own, Optional.of(ref));
                }));
    }

    /** The team if the person is in it: who asks for another one is known, but may do nothing there. */
    private static Optional<Ref> team(Rights.Person person, String team) {
        return person.in(team).map(membership -> new Ref("team", membership.team()));
    }

    private static Optional<Ref> first(Rights.Person person, String preferred) {
        return team(person, preferred)
                .or(() -> person.memberships().stream().findFirst().map(each -> new Ref("team", each.team())));
    }

    @Override
    public boolean may(Principal principal, Operation operation, List<Ref> scope) {
        if (operation.access() == Action.Access.OPEN) {
            return true;
        }
        Optional<Grant> grant = grant(principal);
        if (operation.access() == Action.Access.SIGNED_IN) {
            return grant.isPresent();
        }
        return grant.filter(each -> operation.roles().contains(each.role))
                .filter(each -> isWithin(each, operation, scope))
                .filter(each ->
                        each.key.map(key -> isCovered(key, operation, scope)).orElse(true))
                .isPresent();
    }

    private boolean isWithin(Grant grant, Operation operation, List<Ref> scope) {
        if (scope.isEmpty()) {
            return true;
        }
        if (scope.contains(PANEL)) {
            return rights.homeTeam().equals(Optional.of(grant.team))
                    && (operation.effect() == Action.Effect.READ || LOOK_AFTER_THE_PANEL.contains(grant.role));
        }
        Ref own = new Ref("team", grant.team);
        return scope.contains(own) && scope.stream().allMatch(ref -> !ref.kind().equals("team") || ref.equals(own));
    }

    private static boolean isCovered(ApiKeys.Row key, Operation operation, List<Ref> scope) {
        // A list shows only what the key reaches, so it needs no resource of its own.
        boolean list = scope.isEmpty() && operation.effect() == Action.Effect.READ;
        return key.covers(operation.id()) && (list || key.reaches(scope));
    }

    @Override
    public Reach reach(Principal principal, String kind) {
        Optional<Grant> grant = grant(principal);
        if (grant.isEmpty()) {
            return NOTHING;
        }
        List<String> resources = grant.get().key.map(ApiKeys.Row::resources).orElse(List.of());
        return new Reach(resources.isEmpty(), resources.stream().map(Ref::parse).collect(Collectors.toSet()));
    }

    private Optional<Grant> grant(Principal principal) {
        if (principal.team().isEmpty()) {
            return Optional.empty();
        }
        String team = principal.team().get().id();
        return switch (principal.ref().kind()) {
            case "user" -> role(principal.ref().id(), team).map(role -> new Grant(team, role, Optional.empty()));
            case "key" -> keys.find(principal.ref().id())
                    .filter(key -> key.teamId().equals(team))
                    .flatMap(key -> role(key.owner(), team).map(role -> new Grant(team, role, Optional.of(key))));
            default -> Optional.empty();
        };
    }

    private Optional<String> role(String user, String team) {
        return rights.person(user).flatMap(person -> person.in(team)).map(Rights.Membership::role);
    }

    @Override
    public AutoCloseable onRevoked(Consumer<Ref> listener) {
        return revocations.listen(listener);
    }
}
