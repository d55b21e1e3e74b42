package io.openpanel.spi;

import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ConsumerType;

/** Knows people and their rights. One service; while there is none, only the local door and OPEN actions work. */
@ConsumerType
public interface Authority {
    /** The principal behind a bearer token, in the wanted team or their own first one; empty when the token is not good (any more). Must be fast: called for each request. */
    Optional<Principal> authenticate(String token, Optional<Ref> team);

    /**
     * Whether the principal may run the operation.
     *
     * @param scope the resource, what it belongs to, …, its team; empty for an action without a resource, which is then
     *     decided on the principal's team; {@code panel:panel} stands for resources of the panel itself
     */
    boolean may(Principal principal, Operation operation, List<Ref> scope);

    /**
     * What a principal has to prove before anything is open to them but what is for everybody who is signed in: a
     * {@link Problem.Kind#STEP_UP} to be told, empty where nothing is missing. {@link #may} says no for as long.
     */
    default Optional<Problem> stepUp(Principal principal) {
        return Optional.empty();
    }

    /**
     * Why the principal's last proof of who they are is too long ago for an action that asks for a recent one: a
     * {@link Problem.Kind#UNPROVEN} to be told, empty where it is not.
     */
    default Optional<Problem> unproven(Principal principal) {
        return Optional.empty();
    }

    /**
     * Why the principal may not work in their team from an address, though they may from another: a
     * {@link Problem.Kind#DENIED} to be told. What is for everybody who is signed in is not asked about.
     */
    default Optional<Problem> refusal(Principal principal, String address) {
        return Optional.empty();
    }

    /** How much a team may have of what a {@link io.openpanel.api.Quota} counts; empty for any amount. Must be fast. */
    default OptionalLong quota(Ref team, String name) {
        return OptionalLong.empty();
    }

    /** What the principal may see of a kind of resource. */
    Reach reach(Principal principal, String kind);

    /**
     * Runs with a session whose tokens ended, or with a user or key whose rights changed. What is open for that user or
     * key is then asked about anew, by {@link #may}.
     */
    AutoCloseable onRevoked(java.util.function.Consumer<Ref> listener);
}
