package io.openpanel.kernel.internal.event;

import io.openpanel.api.Database;
import io.openpanel.api.Event;
import io.openpanel.api.Principal;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.gateway.InnerCalls;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Types;
import io.openpanel.spi.Events;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events: durable ones through the table, all of them to whoever watches on this panel. */
public final class EventBus implements Events {
    private static final Logger LOG = LoggerFactory.getLogger(EventBus.class);

    private final InstantSource clock;
    private final KernelDatabase database;
    private final Deliveries deliveries;
    private final List<Watcher> watchers = new CopyOnWriteArrayList<>();

    private record Watcher(Pattern pattern, Consumer<Event> hearer) {}

    public EventBus(KernelDatabase database, InstantSource clock) {
        this.clock = clock;
        this.database = database;
        this.deliveries = new Deliveries(database, clock, this::died);
    }

    /**
     * Writes an event through a transaction.
     *
     * @return what to do after the commit
     * @throws IllegalArgumentException when the record is no event
     */
    public Runnable publish(Record record, Principal caller, Optional<Ref> team, Database.Tx tx) {
        ForeignEvent said = read(record);
        Event event = event(said, caller, team);
        if (said.durable()) {
            deliveries.write(tx, event, said.json());
            Failpoints.hit(Failpoint.EVENT_AFTER_WRITE);
        }
        return () -> spread(said, event);
    }

    /**
     * An event of somebody whose transactions reach no table but his own: its rows are written after his commit, in one
     * of the kernel's.
     */
    public Runnable publishLater(ForeignEvent said, Principal caller, Optional<Ref> team) {
        Event event = event(said, caller, team);
        return () -> {
            if (said.durable()) {
                database.tx(tx -> {
                    deliveries.write(tx, event, said.json());
                    return null;
                });
            }
            spread(said, event);
        };
    }

    private Event event(ForeignEvent said, Principal caller, Optional<Ref> team) {
        return new Event(
                Ref.create("event").id(),
                said.topic(),
                clock.instant(),
                caller.ref(),
                team,
                said.ref(),
                data(said.json().getBytes(StandardCharsets.UTF_8)));
    }

    private void spread(ForeignEvent said, Event event) {
        Failpoints.hit(Failpoint.EVENT_AFTER_COMMIT);
        tell(event);
        if (said.durable()) {
            deliveries.wake();
        }
    }

    private static ForeignEvent read(Record record) {
        Topic topic = record.getClass().getAnnotation(Topic.class);
        if (topic == null) {
            throw new IllegalArgumentException(record.getClass().getName() + " is no event: it has no @Topic");
        }
        RecordShape shape = Types.record(record.getClass());
        String json = new String(Json.bytes(shape, record), StandardCharsets.UTF_8);
        return new ForeignEvent(topic.value(), topic.durable(), json, firstRef(shape, record));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> data(byte[] json) {
        return (Map<String, Object>) Json.plain(Json.parse(json));
    }

    private static Optional<Ref> firstRef(RecordShape shape, Record record) {
        return shape.components().stream()
                .filter(each -> each.raw() == Ref.class)
                .map(each -> RecordShape.get(each, record))
                .map(value -> value instanceof Optional<?> optional ? optional.orElse(null) : value)
                .filter(Objects::nonNull)
                .map(Ref.class::cast)
                .findFirst();
    }

    /** Tells those who watch right now, and keeps nothing. */
    public void announce(String topic, Principal caller, Optional<Ref> ref, Map<String, Object> data) {
        tell(new Event(Ref.create("event").id(), topic, clock.instant(), caller.ref(), caller.team(), ref, data));
    }

    private void tell(Event event) {
        for (Watcher watcher : watchers) {
            if (watcher.pattern().matcher(event.topic()).matches()) {
                try {
                    watcher.hearer().accept(event);
                } catch (RuntimeException e) {
                    LOG.warn("A watcher of {} failed", event.topic(), e);
                }
            }
        }
    }

    @Override
    public AutoCloseable watch(String pattern, Consumer<Event> hearer) {
        Watcher watcher = new Watcher(Pattern.compile(Topics.regex(pattern)), hearer);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    @Override
    public AutoCloseable subscribe(String subscriber, String pattern, Consumer<Event> hearer) {
        return deliveries.subscribe(subscriber, pattern, hearer);
    }

    @Override
    public void forget(String subscriber) {
        deliveries.forget(subscriber);
    }

    /** Drops the durable subscriptions whose names begin so. */
    public void forgetAll(String prefix) {
        deliveries.forgetAll(prefix);
    }

    /** Whether a durable subscriber is there to hear. */
    boolean hears(String subscriber) {
        return deliveries.hears(subscriber);
    }

    /** Delivers one anew that was set aside; false where it was not. */
    boolean redeliver(DeadLetters letters, long id) {
        boolean revived = letters.revive(id, clock.instant());
        deliveries.wake();
        return revived;
    }

    private void died(long id, Event event) {
        announce(
                "dead-letter.added",
                InnerCalls.bundle("kernel", event.team()),
                Optional.of(new Ref("dead-letter", String.valueOf(id))),
                Map.of("topic", event.topic()));
    }

    /** See {@link ClockWatch}. */
    public void pullForward() {
        deliveries.pullForward();
    }

    public void start() {
        deliveries.start();
    }

    public void close() {
        deliveries.close();
    }
}
