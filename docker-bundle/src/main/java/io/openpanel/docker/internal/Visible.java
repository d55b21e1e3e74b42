package io.openpanel.docker.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.docker.internal.engine.ContainerState;
import io.openpanel.docker.internal.engine.ImageState;
import java.util.Optional;
import java.util.function.Predicate;

/** What a caller may see in a list. */
public final class Visible {
    private Visible() {}

    /** Containers of the call's team within reach; those of no team only for who sees the panel's own things. */
    public static Predicate<ContainerState> containers(Call call) {
        Reach reach = call.reach("container");
        return each -> ofTeam(call, each.team())
                && reach.includes(each.ref(), each.app().stream().toArray(Ref[]::new));
    }

    /** As {@link #containers}, for images. */
    public static Predicate<ImageState> images(Call call) {
        Reach reach = call.reach("image");
        return each -> ofTeam(call, each.team()) && reach.includes(each.ref());
    }

    private static boolean ofTeam(Call call, Optional<Ref> owner) {
        return owner.isEmpty() ? call.reach("panel").all() : call.team().isEmpty() || owner.equals(call.team());
    }
}
