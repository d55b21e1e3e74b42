package io.openpanel.activity.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** What one person is told, as its row. */
public record Notification(
        String id,
        NotificationKind kind,
        Instant at,
        String actorName,
        Optional<Ref> subject,
        String subjectName,
        List<String> above,
        List<String> aboveNames,
        String detail,
        Optional<Instant> readAt) {
    /** Where it happened, for what only those are told of who may see it. */
    Optional<Place> place() {
        return switch (kind) {
            case INVITATION_ACCEPTED, ROLE_CHANGED -> Optional.empty();
            default -> subject.map(ref ->
                    new Place(ref, subjectName, above.stream().map(Ref::parse).toList(), aboveNames));
        };
    }

    public boolean isSeenBy(Call call) {
        return place().map(place -> place.isIn(call.reach(place.ref().kind()))).orElse(true);
    }

    public Ref ref() {
        return new Ref("notification", id);
    }
}
