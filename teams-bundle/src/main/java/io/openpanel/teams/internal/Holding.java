package io.openpanel.teams.internal;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.spi.Catalogue;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What somebody holds in a team: a role, grants on some resources, all cut down to a key where they came with one.
 *
 * @param home whether it is the panel's own team
 * @param unproven whether the team asks for a second factor that they do not have: until then, all of it rests
 */
record Holding(
        Rights.Membership place, boolean home, boolean unproven, Optional<ApiKeys.Row> key, Catalogue catalogue) {
    static final Ref PANEL = new Ref("panel", "panel");

    /** An answer and what it rests on. */
    record Verdict(boolean allowed, Reason reason, Optional<Role> role, Optional<Ref> on) {
        static Verdict no(Reason reason) {
            return new Verdict(false, reason, Optional.empty(), Optional.empty());
        }

        static Verdict yes(Reason reason) {
            return new Verdict(true, reason, Optional.empty(), Optional.empty());
        }
    }

    /** The same for somebody whose session began by two means. */
    Holding proven() {
        return new Holding(place, home, false, key, catalogue);
    }

    Verdict decide(Operation operation, List<Ref> scope) {
        if (operation.access() == Action.Access.OPEN) {
            return Verdict.yes(Reason.OPEN);
        }
        if (operation.access() == Action.Access.SIGNED_IN) {
            return Verdict.yes(Reason.SIGNED_IN);
        }
        if (unproven) {
            return Verdict.no(Reason.SECOND_FACTOR);
        }
        Verdict verdict = scope.contains(PANEL) ? onThePanel(operation) : inTheTeam(operation, scope);
        return verdict.allowed
                ? key.map(each -> cutDown(each, operation, scope, verdict)).orElse(verdict)
                : verdict;
    }

    private Verdict onThePanel(Operation operation) {
        Role role = place.role();
        if (!role.gives(operation)) {
            return lacking(operation);
        }
        return home && (operation.effect() == Action.Effect.READ || role.looksAfterThePanel())
                ? new Verdict(true, Reason.ROLE, Optional.of(role), Optional.empty())
                : Verdict.no(Reason.OF_THE_PANEL);
    }

    private Verdict inTheTeam(Operation operation, List<Ref> scope) {
        if (!scope.isEmpty() && !isOwn(scope)) {
            return Verdict.no(Reason.OTHER_TEAM);
        }
        if (place.role().gives(operation)) {
            return new Verdict(true, Reason.ROLE, Optional.of(place.role()), Optional.empty());
        }
        return place.grants().stream()
                .filter(grant -> grant.role().gives(operation) && covers(grant, operation, scope))
                .findFirst()
                .map(grant -> new Verdict(true, Reason.GRANT, Optional.of(grant.role()), Optional.of(grant.resource())))
                .orElseGet(() -> lacking(operation));
    }

    private Verdict lacking(Operation operation) {
        if (place.role().withholds(operation)) {
            return new Verdict(false, Reason.WITHHELD, Optional.of(place.role()), Optional.empty());
        }
        return Verdict.no(operation.roles().isEmpty() ? Reason.NO_ROLE_LINE : Reason.LACKING);
    }

    private boolean isOwn(List<Ref> scope) {
        return scope.contains(place.ref())
                && scope.stream().allMatch(ref -> !ref.kind().equals("team") || ref.equals(place.ref()));
    }

    private boolean covers(Rights.Grant grant, Operation operation, List<Ref> scope) {
        return grant.resource().equals(place.ref())
                || scope.contains(grant.resource())
                || (scope.isEmpty() && isDecidedLater(operation));
    }

    /** What cannot be called without a resource is asked about again with it; a list shows what its caller reaches. */
    private boolean isDecidedLater(Operation operation) {
        boolean list = operation.effect() == Action.Effect.READ
                && (operation.form() == Operation.Form.STREAM
                        || catalogue.kinds().containsKey(operation.noun()));
        return list || operation.refs().stream().anyMatch(ref -> ref.required() && !ref.many());
    }

    private static Verdict cutDown(ApiKeys.Row key, Operation operation, List<Ref> scope, Verdict verdict) {
        if (!key.covers(operation.id())) {
            return Verdict.no(Reason.KEY_ACTION);
        }
        // A list shows only what the key reaches, so it needs no resource of its own.
        boolean list = scope.isEmpty() && operation.effect() == Action.Effect.READ;
        return list || key.reaches(scope) ? verdict : Verdict.no(Reason.KEY_RESOURCE);
    }

    Reach reach(String kind) {
        if (unproven) {
            return new Reach(false, Set.of());
        }
        Reach own = kind.equals(PANEL.kind())
                ? new Reach(home && !place.role().isGuest(), Set.of())
                : ofThePerson(readers(kind));
        List<String> only = key.map(ApiKeys.Row::resources).orElse(List.of());
        if (only.isEmpty()) {
            return own;
        }
        return new Reach(
                false,
                only.stream()
                        .map(Ref::parse)
                        .filter(ref -> own.all() || own.refs().contains(ref))
                        .collect(Collectors.toSet()));
    }

    private Reach ofThePerson(Predicate<Role> reads) {
        boolean all = reads.test(place.role())
                || place.grants().stream()
                        .anyMatch(grant -> grant.resource().equals(place.ref()) && reads.test(grant.role()));
        return new Reach(
                all,
                all
                        ? Set.of()
                        : place.grants().stream()
                                .filter(grant -> reads.test(grant.role()))
                                .map(Rights.Grant::resource)
                                .collect(Collectors.toSet()));
    }

    /** Whoever may show or list a kind sees it; of a kind that nobody shows or lists, whoever has any role. */
    private Predicate<Role> readers(String kind) {
        List<Operation> reading = Stream.of(kind + ".get", kind + ".list")
                .flatMap(id -> catalogue.operation(id).stream())
                .toList();
        return role -> reading.isEmpty() ? !role.isGuest() : reading.stream().anyMatch(role::gives);
    }

    /** The actions of a role that this holding lacks on a resource, whose scope is given as {@link #decide} takes it. */
    List<String> missing(Role role, List<Ref> scope) {
        return catalogue.operations().stream()
                .filter(role::gives)
                .filter(operation -> operation.access() == Action.Access.PERMISSION)
                .filter(operation -> !decide(operation, scope).allowed())
                .map(Operation::id)
                .toList();
    }

    /** The actions of a role that this holding lacks in the whole team. */
    List<String> missing(Role role) {
        return catalogue.operations().stream()
                .filter(role::gives)
                .filter(operation ->
                        operation.access() == Action.Access.PERMISSION || operation.access() == Action.Access.PANEL)
                .filter(operation -> !place.role().gives(operation)
                        || key.filter(each -> !each.covers(operation.id())).isPresent())
                .map(Operation::id)
                .toList();
    }
}
