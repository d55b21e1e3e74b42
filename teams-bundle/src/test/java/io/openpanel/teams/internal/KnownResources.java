package io.openpanel.teams.internal;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.spi.Gateway;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Resources as other plugins would know them: what belongs to what. */
final class KnownResources implements Gateway {
    private final Map<Ref, Resource> resources = new ConcurrentHashMap<>();

    Ref add(String kind, Optional<Ref> parent, Ref team) {
        Ref ref = Ref.create(kind);
        resources.put(ref, new Resource(ref, "the " + kind, parent, Optional.of(team), "1"));
        return ref;
    }

    @Override
    public List<Resource> lineage(Principal principal, Ref ref) {
        List<Resource> lineage = new ArrayList<>();
        Optional<Resource> each = Optional.ofNullable(resources.get(ref));
        while (each.isPresent()) {
            lineage.add(each.get());
            each = each.get().parent().map(resources::get);
        }
        if (lineage.isEmpty() || !lineage.get(0).team().equals(principal.team())) {
            throw Problem.missing(ref);
        }
        return lineage;
    }

    @Override
    public Reply call(Invocation invocation) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Principal check(Invocation invocation) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Principal> authenticate(Caller caller) {
        return Optional.empty();
    }
}
