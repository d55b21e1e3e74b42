package io.openpanel.activity.internal;

import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import java.util.ArrayList;
import java.util.List;

/**
 * A resource as it was when something happened to it: what it belonged to then still says who may know of it.
 *
 * @param above the resources it belongs to, the nearest first
 */
public record Place(Ref ref, String name, List<Ref> above, List<String> aboveNames) {
    /** It and all that it belongs to. */
    List<Ref> whole() {
        List<Ref> whole = new ArrayList<>(List.of(ref));
        whole.addAll(above);
        return whole;
    }

    boolean isIn(Reach reach) {
        return reach.includes(ref, above.toArray(Ref[]::new));
    }

    List<String> aboveTexts() {
        return above.stream().map(Ref::toString).toList();
    }
}
