package io.openpanel.activity.internal;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.spi.Gateway;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Finds what a resource belongs to. */
@Component(service = Lineage.class)
public final class Lineage {
    private final Gateway gateway;

    @Activate
    public Lineage(@Reference Gateway gateway) {
        this.gateway = gateway;
    }

    /** @throws Problem MISSING where the team has no such resource */
    public Place of(Ref ref, Ref team) {
        Principal self = new Principal(new Ref("bundle", "activity"), "activity", Optional.of(team), Optional.empty());
        List<Resource> line = gateway.lineage(self, ref);
        List<Resource> above = line.subList(1, line.size());
        return new Place(
                ref,
                line.get(0).name(),
                above.stream().map(Resource::ref).toList(),
                above.stream().map(Resource::name).toList());
    }

    /** Empty where it is gone. */
    Optional<Place> find(Ref ref, Ref team) {
        try {
            return Optional.of(of(ref, team));
        } catch (Problem gone) {
            if (gone.kind() == Problem.Kind.MISSING) {
                return Optional.empty();
            }
            throw gone;
        }
    }
}
