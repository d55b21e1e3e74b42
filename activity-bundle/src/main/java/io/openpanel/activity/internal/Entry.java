package io.openpanel.activity.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** One thing that happened, as its row. */
public record Entry(
        String id,
        Instant at,
        String topic,
        Ref actor,
        String actorName,
        Optional<Ref> subject,
        String subjectName,
        List<String> above,
        List<String> aboveNames,
        String detail) {
    /** Where it happened; empty where it named no resource. */
    Optional<Place> place() {
        return subject.map(ref ->
                new Place(ref, subjectName, above.stream().map(Ref::parse).toList(), aboveNames));
    }

    /** Whether the caller may know of it. */
    public boolean isSeenBy(Call call) {
        return place().map(place -> place.isIn(call.reach(place.ref().kind()))).orElse(true);
    }
}
