package io.openpanel.kernel.internal.event;

import io.openpanel.api.Database;
import io.openpanel.api.Event;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands durable events to their subscribers: at least once, in order per resource, ten tries, then set aside as dead. */
final class Deliveries {
    private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration CLAIM = Duration.ofMinutes(2);
    private static final Duration KEPT = Duration.ofDays(7);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(300);
    private static final int MOST_TRIES = 10;

    private final KernelDatabase database;
    private final InstantSource clock;
    private final BiConsumer<Long, Event> died;
    private final Map<String, Consumer<Event>> hearers = new ConcurrentHashMap<>();
    private final Set<String> busy = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService poller = Executors.newSingleThreadScheduledExecutor(daemon("events"));
    private final ExecutorService workers = Executors.newCachedThreadPool(daemon("event-hearer"));

    /** @param died is told of each delivery that is set aside */
    Deliveries(KernelDatabase database, InstantSource clock, BiConsumer<Long, Event> died) {
        this.database = database;
        this.clock = clock;
        this.died = died;
    }

    private static java.util.concurrent.ThreadFactory daemon(String name) {
        return work -> {
            Thread thread = new Thread(work, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    public record Subscriber(String subscriber) {}

    public record Claimed(
            long id,
            int tries,
            String eventId,
            String topic,
            Instant at,
            String caller,
            Optional<String> teamId,
            Optional<Ref> ref,
            String data) {}

    /** What a panel that died was about to hand over is due at once; a hearer may hear it twice. */
    void start() {
        database.tx(tx -> tx.update("update delivery set claimed_until = null where claimed_until is not null"));
        poller.scheduleWithFixedDelay(this::poll, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
        poller.scheduleWithFixedDelay(this::dropOld, 1, 60, TimeUnit.MINUTES);
    }

    void write(Database.Tx tx, Event event, String data) {
        tx.update(
                """
                insert into kernel.event (id, topic, at, team_id, caller, ref, data) values (?, ?, ?, ?, ?, ?, ?::jsonb)
                """,
                event.id(),
                event.topic(),
                event.at(),
                KernelDatabase.id(event.team()),
                event.caller().toString(),
                event.ref(),
                data);
        tx.update(
                """
                insert into kernel.delivery (event_id, subscriber, ordering_key, due_at)
                select ?, subscriber, ?, ? from kernel.subscription where ? ~ topic_regex
                """,
                event.id(),
                event.ref().map(Ref::toString).orElse(event.id()),
                event.at(),
                event.topic());
    }

    AutoCloseable subscribe(String subscriber, String pattern, Consumer<Event> hearer) {
        String regex = Topics.regex(pattern);
        database.tx(tx -> tx.update(
                """
                insert into subscription (subscriber, pattern, topic_regex) values (?, ?, ?)
                on conflict (subscriber) do update set pattern = excluded.pattern, topic_regex = excluded.topic_regex
                """,
                subscriber,
                pattern,
                regex));
        hearers.put(subscriber, hearer);
        wake();
        return () -> hearers.remove(subscriber, hearer);
    }

    void forget(String subscriber) {
        database.tx(tx -> tx.update("delete from subscription where subscriber = ?", subscriber));
    }

    void forgetAll(String prefix) {
        database.tx(tx -> tx.update("delete from subscription where starts_with(subscriber, ?)", prefix));
    }

    /** Whether a subscriber is there now. */
    boolean hears(String subscriber) {
        return hearers.containsKey(subscriber);
    }

    /** Looks for due deliveries at once instead of at the next poll. */
    void wake() {
        if (!poller.isShutdown()) {
            poller.execute(this::poll);
        }
    }

    /** After the clock was put back: what is due later than any failure makes it is due now. */
    void pullForward() {
        Instant now = clock.instant();
        database.tx(tx ->
                tx.update("update delivery set due_at = ? where not dead and due_at > ?", now, now.plus(LONGEST_WAIT)));
    }

    private void poll() {
        try {
            List<Subscriber> due = database.tx(tx -> tx.list(
                    Subscriber.class,
                    """
                    select distinct subscriber from delivery
                    where not dead and due_at <= ? and (claimed_until is null or claimed_until < ?)
                    """,
                    clock.instant(),
                    clock.instant()));
            for (Subscriber each : due) {
                Consumer<Event> hearer = hearers.get(each.subscriber());
                if (hearer != null && busy.add(each.subscriber())) {
                    workers.execute(() -> work(each.subscriber(), hearer));
                }
            }
        } catch (RuntimeException e) {
            LOG.debug("Events wait: {}", e.getMessage());
        }
    }

    private void work(String subscriber, Consumer<Event> hearer) {
        try {
            Optional<Claimed> next = claim(subscriber);
            while (next.isPresent()) {
                deliver(subscriber, hearer, next.get());
                next = hearers.get(subscriber) == hearer ? claim(subscriber) : Optional.empty();
            }
        } catch (RuntimeException e) {
            LOG.debug("{} waits for its events: {}", subscriber, e.getMessage());
        } finally {
            busy.remove(subscriber);
        }
    }

    private Optional<Claimed> claim(String subscriber) {
        Instant now = clock.instant();
        return database.tx(tx -> tx.one(
                Claimed.class,
                """
                with claimed as (
                    update delivery set claimed_until = ?, tries = tries + 1 where id = (
                        select d.id from delivery d
                        where d.subscriber = ? and not d.dead and d.due_at <= ?
                          and (d.claimed_until is null or d.claimed_until < ?)
                          and not exists (select from delivery e where e.subscriber = d.subscriber
                              and e.ordering_key = d.ordering_key and e.id < d.id and not e.dead)
                        order by d.id limit 1 for update skip locked)
                    returning id, tries, event_id)
                select c.id, c.tries, e.id as event_id, e.topic, e.at, e.caller, e.team_id, e.ref, e.data::text as data
                from claimed c join event e on e.id = c.event_id
                """,
                now.plus(CLAIM),
                subscriber,
                now,
                now));
    }

    @SuppressWarnings("unchecked")
    private void deliver(String subscriber, Consumer<Event> hearer, Claimed claimed) {
        Map<String, Object> data =
                (Map<String, Object>) Json.plain(Json.parse(claimed.data().getBytes(StandardCharsets.UTF_8)));
        Event event = new Event(
                claimed.eventId(),
                claimed.topic(),
                claimed.at(),
                Ref.parse(claimed.caller()),
                KernelDatabase.team(claimed.teamId()),
                claimed.ref(),
                data);
        try {
            Failpoints.hit(Failpoint.EVENT_AFTER_CLAIM);
            hearer.accept(event);
            Failpoints.hit(Failpoint.EVENT_AFTER_HEARD);
            database.tx(tx -> tx.update("delete from delivery where id = ?", claimed.id()));
            Failpoints.hit(Failpoint.EVENT_AFTER_ACKNOWLEDGE);
        } catch (RuntimeException e) {
            boolean dead = claimed.tries() >= MOST_TRIES;
            Instant due = clock.instant()
                    .plus(Duration.ofSeconds(Math.min(LONGEST_WAIT.toSeconds(), 1L << Math.min(claimed.tries(), 9))));
            LOG.warn(
                    "{} failed to hear {} (try {} of {}){}",
                    subscriber,
                    event.topic(),
                    claimed.tries(),
                    MOST_TRIES,
                    dead ? "; it is set aside" : "",
                    e instanceof Problem ? null : e);
            database.tx(tx -> tx.update(
                    "update delivery set claimed_until = null, due_at = ?, dead = ?, failed_at = ?, error = ? where id = ?",
                    due,
                    dead,
                    clock.instant(),
                    String.valueOf(e.getMessage()),
                    claimed.id()));
            if (dead) {
                died.accept(claimed.id(), event);
            }
        }
    }

    private void dropOld() {
        try {
            database.tx(tx -> tx.update(
                    "delete from event e where at < ? and not exists"
                            + " (select from delivery d where d.event_id = e.id)",
                    clock.instant().minus(KEPT)));
        } catch (RuntimeException e) {
            LOG.debug("Old events stay until the next look in an hour: {}", e.getMessage());
        }
    }

    void close() {
        poller.shutdownNow();
        workers.shutdownNow();
    }
}
