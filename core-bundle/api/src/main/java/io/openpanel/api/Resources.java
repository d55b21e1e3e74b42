package io.openpanel.api;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/** Finds the resources of one kind; published as a service by the plugin that owns the kind. */
@ConsumerType
public interface Resources {
    /** {@code app}. */
    String kind();

    /** {@code apps}: the path below {@code /api/v1}. */
    String plural();

    /** The resource with this id, or with this path of names ({@code shop/web}), as far as the call's team can see it. */
    Optional<Resource> find(String idOrPath);

    /** How many of them a team may have, or how much of what they take; nothing where a team may have any number. */
    default List<Quota> quotas() {
        return List.of();
    }
}
