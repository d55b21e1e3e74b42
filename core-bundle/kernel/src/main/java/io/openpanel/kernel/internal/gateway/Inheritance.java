package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.LongSupplier;

/**
 * Who reaches a resource reaches what is below it, however deep: a list need not know more than its own rows. What
 * belongs to what is remembered for a few seconds, since live lists and events ask again and again.
 */
final class Inheritance {
    /** So many resources above one another are followed at most. */
    static final int DEEPEST = 8;

    private static final long MEMORY = TimeUnit.SECONDS.toNanos(5);
    private static final int MOST = 20_000;

    private final BiFunction<Ref, Principal, Optional<Ref>> parent;
    private final LongSupplier nanos;
    private final Map<Asked, Known> known = new ConcurrentHashMap<>();

    private record Asked(Ref ref, Optional<Ref> team) {}

    private record Known(Optional<Ref> parent, long at) {}

    Inheritance(BiFunction<Ref, Principal, Optional<Ref>> parent, LongSupplier nanos) {
        this.parent = parent;
        this.nanos = nanos;
    }

    /** The resources, and for {@code contains} all that is below them. */
    Set<Ref> below(Set<Ref> resources, Principal principal) {
        return new Below(resources, principal);
    }

    private Optional<Ref> parentOf(Ref ref, Principal principal) {
        Asked asked = new Asked(ref, principal.team());
        long now = nanos.getAsLong();
        Known found = known.get(asked);
        if (found != null && now - found.at < MEMORY) {
            return found.parent;
        }
        Optional<Ref> above = parent.apply(ref, principal);
        if (known.size() >= MOST) {
            known.clear();
        }
        known.put(asked, new Known(above, now));
        return above;
    }

    private final class Below extends AbstractSet<Ref> {
        private final Set<Ref> resources;
        private final Principal principal;

        Below(Set<Ref> resources, Principal principal) {
            this.resources = Set.copyOf(resources);
            this.principal = principal;
        }

        @Override
        public boolean contains(Object wanted) {
            Optional<Ref> ref =
                    wanted instanceof Ref each && !resources.isEmpty() ? Optional.of(each) : Optional.empty();
            for (int up = 0; ref.isPresent() && up < DEEPEST; up++) {
                if (resources.contains(ref.get())) {
                    return true;
                }
                ref = parentOf(ref.get(), principal);
            }
            return false;
        }

        @Override
        public Iterator<Ref> iterator() {
            return resources.iterator();
        }

        @Override
        public int size() {
            return resources.size();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Below below && below.resources.equals(resources);
        }

        @Override
        public int hashCode() {
            return resources.hashCode();
        }
    }
}
