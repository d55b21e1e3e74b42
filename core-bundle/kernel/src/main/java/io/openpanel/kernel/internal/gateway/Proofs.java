package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Action;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.gateway.Admission.Rights;
import io.openpanel.spi.Authority;
import java.util.Optional;
import java.util.function.Supplier;

/** What a caller must have shown of who they are, whatever they may do. */
final class Proofs {
    private final Supplier<Optional<Authority>> authority;

    Proofs(Supplier<Optional<Authority>> authority) {
        this.authority = authority;
    }

    void require(Entry entry, Principal principal, Rights rights) {
        requireIdentity(entry, principal);
        requireOwnerOfMachine(entry, principal, rights);
        requireFactor(entry, principal, rights);
    }

    private static void requireIdentity(Entry entry, Principal principal) {
        if (entry.operation().access() != Action.Access.OPEN
                && principal.ref().kind().equals("anonymous")) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "Sign in first: " + entry.id() + " needs a valid token");
        }
    }

    private static void requireOwnerOfMachine(Entry entry, Principal principal, Rights rights) {
        boolean there = principal.ref().kind().equals("local") && rights == Rights.PRINCIPAL;
        if (entry.operation().access() == Action.Access.LOCAL && !there) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "Only whoever owns the machine may do this, by the panel's socket on it: openpanel-cli --local");
        }
    }

    private void requireFactor(Entry entry, Principal principal, Rights rights) {
        boolean counts = Admission.RIGHT_NEEDED.contains(entry.operation().access()) && rights == Rights.PRINCIPAL;
        if (counts && Admission.isPerson(principal)) {
            authority.get().flatMap(each -> each.stepUp(principal)).ifPresent(problem -> {
                throw problem;
            });
        }
    }

    /** Asked last: nobody types a password for what they may not do or got wrong. */
    void requireRecent(Entry entry, Principal principal, Rights rights) {
        if (entry.operation().recent() && rights == Rights.PRINCIPAL && Admission.isPerson(principal)) {
            authority.get().flatMap(each -> each.unproven(principal)).ifPresent(problem -> {
                throw problem;
            });
        }
    }
}
