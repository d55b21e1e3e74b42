package io.openpanel.activity.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** What happened in each team, the newest first. */
@Component(service = Feed.class)
public final class Feed {
    static final Duration KEPT = Duration.ofDays(400);
    private static final int CHUNK = 200;
    private static final int MOST_CHUNKS = 10;
    private static final String COLUMNS =
            "id, at, topic, actor, actor_name, subject, subject_name, above, above_names, detail";

    private final Panel panel;
    private final InstantSource clock;
    private final Live<Told> live = new Live<>();

    /** An entry and the team it is of. */
    record Told(Ref team, Entry entry) {}

    /** Which entries: all where nothing is given. */
    public record Wanted(
            Optional<Ref> resource,
            Optional<String> noun,
            Optional<String> actor,
            Optional<Instant> since,
            Optional<Instant> until) {
        boolean matches(Entry entry) {
            return resource.map(ref -> entry.place()
                                    .filter(place -> place.whole().contains(ref))
                                    .isPresent())
                            .orElse(true)
                    && noun.map(each -> entry.topic().startsWith(each + '.')).orElse(true)
                    && actor.map(each -> entry.actor().toString().equals(each)).orElse(true);
        }
    }

    /** Some of the entries, and where the rest begins. */
    public record Part(List<Entry> items, Optional<String> next) {}

    @Activate
    public Feed(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    @Deactivate
    public void close() {
        live.close();
    }

    /** False where it was heard before. */
    boolean add(Database.Tx tx, Entry entry) {
        return tx.update(
                        "insert into entry (team_id, " + COLUMNS + ") values (openpanel.current_team(), ?, ?, ?, ?, ?,"
                                + " ?, ?, ?, ?, ?) on conflict do nothing",
                        entry.id(),
                        entry.at(),
                        entry.topic(),
                        entry.actor(),
                        entry.actorName(),
                        entry.subject(),
                        entry.subjectName(),
                        entry.above(),
                        entry.aboveNames(),
                        entry.detail())
                > 0;
    }

    void tell(Ref team, Entry entry) {
        live.tell(new Told(team, entry));
    }

    public <R> Flow.Publisher<R> watch(Ref team, Wanted wanted, Predicate<Entry> seen, Function<Entry, R> as) {
        return live.publisher(
                told -> told.team().equals(team) && wanted.matches(told.entry()) && seen.test(told.entry()),
                told -> as.apply(told.entry()));
    }

    /** The newest entries that the reader may see; where they are rare, a part may be short and the rest still to come. */
    public Part part(Wanted wanted, Predicate<Entry> seen, int limit, Optional<String> cursor) {
        Optional<Cursor> after = cursor.filter(each -> !each.isEmpty()).map(Cursor::parse);
        List<Entry> found = new ArrayList<>();
        for (int chunk = 0; chunk < MOST_CHUNKS; chunk++) {
            List<Entry> rows = rows(wanted, after);
            for (Entry row : rows) {
                if (found.size() == limit) {
                    return new Part(found, after.map(Cursor::toString));
                }
                after = Optional.of(new Cursor(row.at(), row.id()));
                if (seen.test(row)) {
                    found.add(row);
                }
            }
            if (rows.size() < CHUNK) {
                return new Part(found, Optional.empty());
            }
        }
        return new Part(found, after.map(Cursor::toString));
    }

    private List<Entry> rows(Wanted wanted, Optional<Cursor> after) {
        Optional<String> resource = wanted.resource.map(Ref::toString);
        return panel.database()
                .tx(tx -> tx.list(
                        Entry.class,
                        "select " + COLUMNS
                                + " from entry where (?::text is null or subject = ? or above @> array[?]::text[])"
                                + " and (?::text is null or split_part(topic, '.', 1) = ?)"
                                + " and (?::text is null or actor = ?)"
                                + " and (?::timestamptz is null or at >= ?) and (?::timestamptz is null or at < ?)"
                                + " and (?::timestamptz is null or (at, id) < (?, ?))"
                                + " order by at desc, id desc limit " + CHUNK,
                        resource,
                        resource,
                        resource,
                        wanted.noun,
                        wanted.noun,
                        wanted.actor,
                        wanted.actor,
                        wanted.since,
                        wanted.since,
                        wanted.until,
                        wanted.until,
                        after.map(Cursor::at),
                        after.map(Cursor::at),
                        after.map(Cursor::id)));
    }

    /** Where something was when it was last told of. */
    Optional<Place> lastPlace(Ref ref) {
        return panel.database()
                .tx(tx -> tx.one(
                        Entry.class,
                        "select " + COLUMNS + " from entry where subject = ? order by at desc, id desc limit 1",
                        ref))
                .flatMap(Entry::place);
    }

    /** Who caused something. */
    Optional<Ref> actorOf(String topic, Ref subject) {
        return panel.database()
                .tx(tx -> tx.one(
                        Entry.class,
                        "select " + COLUMNS + " from entry where subject = ? and topic = ? order by at limit 1",
                        subject,
                        topic))
                .map(Entry::actor);
    }

    public void sweep() {
        Instant old = clock.instant().minus(KEPT);
        panel.database().allTeams(tx -> tx.update("delete from entry where at < ?", old));
    }

    private record Cursor(Instant at, String id) {
        static Cursor parse(String text) {
            int end = text.indexOf('_');
            try {
                return new Cursor(Instant.parse(text.substring(0, Math.max(0, end))), text.substring(end + 1));
            } catch (DateTimeParseException e) {
                throw Problem.invalid("cursor", "This is no cursor of a former page; begin without one");
            }
        }

        @Override
        public String toString() {
            return at + "_" + id;
        }
    }
}
