package io.openpanel.teams.internal;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.spi.Authority;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Answers the panel's two questions: who is this, and may they. */
@Component(service = Authority.class)
public final class TeamAuthority implements Authority {
    private static final Reach NOTHING = new Reach(false, Set.of());

    private final AccessTokens tokens;
    private final ApiKeys keys;
    private final Rights rights;
    private final Holdings holdings;
    private final Revocations revocations;
    private final TeamQuotas quotas;

    @Activate
    public TeamAuthority(
            @Reference AccessTokens tokens,
            @Reference ApiKeys keys,
            @Reference Rights rights,
            @Reference Holdings holdings,
            @Reference Revocations revocations,
            @Reference TeamQuotas quotas) {
        this.tokens = tokens;
        this.keys = keys;
        this.rights = rights;
        this.holdings = holdings;
        this.revocations = revocations;
        this.quotas = quotas;
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
                            .filter(each -> team.isEmpty()
                                    || team(person, team.get().id()).equals(Optional.of(each)));
                    Ref ref = new Ref("key", key.id());
                    return new Principal(ref, person.name() + " (" + key.name() + ')', own, Optional.of(ref));
                }));
    }

    /** The team, by its id or name, if the person is in it: who asks for another one is known, but may do nothing there. */
    private static Optional<Ref> team(Rights.Person person, String team) {
        return person.in(team).or(() -> person.named(team)).map(Rights.Membership::ref);
    }

    private static Optional<Ref> first(Rights.Person person, String preferred) {
        return team(person, preferred)
                .or(() -> person.memberships().stream().findFirst().map(Rights.Membership::ref));
    }

    @Override
    public boolean may(Principal principal, Operation operation, List<Ref> scope) {
        return operation.access() == Action.Access.OPEN
                || holdings.of(principal)
                        .map(each -> each.decide(operation, scope).allowed())
                        .orElse(false);
    }

    @Override
    public Optional<Problem> stepUp(Principal principal) {
        return holdings.of(principal)
                .filter(Holding::unproven)
                .map(each -> new Problem(
                        Problem.Kind.STEP_UP,
                        "The team " + each.place().teamName() + " asks for a second factor and you have none yet;"
                                + " add one in your profile, or with openpanel-cli factor create"));
    }

    @Override
    public Optional<Problem> unproven(Principal principal) {
        return rights.isProven(principal.session())
                ? Optional.empty()
                : Optional.of(new Problem(
                        Problem.Kind.UNPROVEN,
                        "You have been signed in for a while; show again that it is you, with your password, a code or a"
                                + " passkey (openpanel-cli session prove), or sign in anew"));
    }

    @Override
    public Optional<Problem> refusal(Principal principal, String address) {
        return holdings.of(principal)
                .map(Holding::place)
                .filter(place ->
                        !place.addresses().isEmpty() && !place.addresses().contains(address))
                .map(place -> new Problem(
                        Problem.Kind.DENIED,
                        "The team " + place.teamName() + " may not be worked in from your address " + address
                                + "; ask its owner, or work in another team"));
    }

    @Override
    public OptionalLong quota(Ref team, String name) {
        return quotas.limit(team, name);
    }

    @Override
    public Reach reach(Principal principal, String kind) {
        return holdings.of(principal).map(each -> each.reach(kind)).orElse(NOTHING);
    }

    @Override
    public AutoCloseable onRevoked(Consumer<Ref> listener) {
        return revocations.listen(listener);
    }
}
