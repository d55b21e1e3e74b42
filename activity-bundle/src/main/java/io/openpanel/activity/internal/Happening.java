package io.openpanel.activity.internal;

import io.openpanel.api.Event;
import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Turns what the panel tells into an entry of the feed and what people are told of it. */
@Component(service = Happening.class)
public final class Happening {
    private static final int LONGEST_DETAIL = 500;
    /** What an event says beside the resource, the first it has. */
    private static final List<String> TELLING =
            List.of("reason", "text", "message", "role", "host", "email", "branch", "address");

    private final Panel panel;
    private final Feed feed;
    private final Lineage lineage;
    private final People people;
    private final Notifier notifier;

    @Activate
    public Happening(
            @Reference Panel panel,
            @Reference Feed feed,
            @Reference Lineage lineage,
            @Reference People people,
            @Reference Notifier notifier) {
        this.panel = panel;
        this.feed = feed;
        this.lineage = lineage;
        this.people = people;
        this.notifier = notifier;
    }

    /** What belongs to the panel itself and to no team is in no feed. */
    public void heard(Event event) {
        event.team().ifPresent(team -> heard(event, team));
    }

    private void heard(Event event, Ref team) {
        People.Members members = people.members();
        Optional<Place> place = subject(event).map(ref -> place(event, ref, team));
        Entry entry = new Entry(
                event.id(),
                event.at(),
                event.topic(),
                event.caller(),
                members.of(event.caller())
                        .map(People.Member::name)
                        .orElse(event.caller().id()),
                place.map(Place::ref),
                place.map(Place::name).orElse(""),
                place.map(Place::aboveTexts).orElse(List.of()),
                place.map(Place::aboveNames).orElse(List.of()),
                detail(event.data()));
        Notifier.Plan plan = notifier.plan(event, entry, members, team);
        boolean first = panel.database().tx(tx -> {
            if (!feed.add(tx, entry)) {
                return false;
            }
            notifier.carryOut(tx, plan);
            return true;
        });
        if (first) {
            feed.tell(team, entry);
            notifier.tell(team, plan);
        }
    }

    /** A comment happens to what it is about. */
    private static Optional<Ref> subject(Event event) {
        return event.topic().startsWith("comment.")
                ? Optional.of(Ref.parse(String.valueOf(event.data().get("resource"))))
                : event.ref();
    }

    /** What is gone is where it was when it was last told of. */
    private Place place(Event event, Ref ref, Ref team) {
        return lineage.find(ref, team)
                .or(() -> feed.lastPlace(ref))
                .orElseGet(() -> new Place(ref, name(event.data(), ref), List.of(), List.of()));
    }

    private static String name(Map<String, Object> data, Ref ref) {
        return List.of("name", "host", "email").stream()
                .map(data::get)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .orElse(ref.id());
    }

    private static String detail(Map<String, Object> data) {
        return TELLING.stream()
                .map(data::get)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .map(text -> text.length() > LONGEST_DETAIL ? text.substring(0, LONGEST_DETAIL) + '…' : text)
                .orElse("");
    }
}
