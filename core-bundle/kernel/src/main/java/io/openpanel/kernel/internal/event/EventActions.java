package io.openpanel.kernel.internal.event;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Event;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.Predicate;

/** Lets people hear what happens. */
public final class EventActions implements Extension {
    private final EventBus events;
    private final Predicate<Call> seesPanel;

    /** @param seesPanel whether the caller may hear of resources of the panel itself */
    public EventActions(EventBus events, Predicate<Call> seesPanel) {
        this.events = events;
        this.seesPanel = seesPanel;
    }

    public record Watching(
            @Param(value = "Topics or patterns; all where left out", example = "deployment.*", max = 50)
                    Optional<List<String>> topics) {}

    public record Heard(String id, String topic, Instant at, String caller, Optional<Ref> ref, Object data) {}

    @Action(value = "event.watch", summary = "Tells what happens from now on", effect = Action.Effect.READ)
    public Flow.Publisher<Heard> watch(Call call, Watching in) {
        boolean panel = seesPanel.test(call);
        Predicate<Event> mine = event -> event.team().isPresent() ? event.team().equals(call.team()) : panel;
        Predicate<Event> reached = event ->
                event.ref().map(ref -> call.reach(ref.kind()).includes(ref)).orElse(true);
        List<String> patterns = in.topics().orElse(List.of("**"));
        return reader -> new Watch(reader, mine.and(reached)).open(patterns);
    }

    /** One reader; it is dropped behind by at most as many events as the queue holds. */
    private final class Watch implements Flow.Subscription {
        private static final int MOST_WAITING = 2000;

        private final Flow.Subscriber<? super Heard> reader;
        private final Predicate<Event> wanted;
        private final Deque<Heard> waiting = new ArrayDeque<>();
        private final List<AutoCloseable> watches = new ArrayList<>();
        private long demand;
        private boolean emitting;
        private boolean ended;

        Watch(Flow.Subscriber<? super Heard> reader, Predicate<Event> wanted) {
            this.reader = reader;
            this.wanted = wanted;
        }

        void open(List<String> patterns) {
            reader.onSubscribe(this);
            try {
                patterns.forEach(pattern -> keep(events.watch(pattern, this::hear)));
            } catch (IllegalArgumentException e) {
                cancel();
                reader.onError(Problem.invalid("topics", e.getMessage()));
            }
        }

        /** A reader may have gone before all of its patterns are watched. */
        private void keep(AutoCloseable watch) {
            boolean late;
            synchronized (this) {
                late = ended;
                if (!late) {
                    watches.add(watch);
                }
            }
            if (late) {
                close(watch);
            }
        }

        private void hear(Event event) {
            if (!wanted.test(event)) {
                return;
            }
            synchronized (this) {
                if (waiting.size() >= MOST_WAITING) {
                    waiting.pollFirst();
                }
                waiting.add(new Heard(
                        event.id(), event.topic(), event.at(), event.caller().toString(), event.ref(), event.data()));
            }
            emit();
        }

        private void emit() {
            while (true) {
                Heard next;
                synchronized (this) {
                    if (emitting || ended || demand == 0 || waiting.isEmpty()) {
                        return;
                    }
                    emitting = true;
                    demand--;
                    next = waiting.poll();
                }
                try {
                    reader.onNext(next);
                } finally {
                    synchronized (this) {
                        emitting = false;
                    }
                }
            }
        }

        @Override
        public void request(long n) {
            synchronized (this) {
                demand = demand + n < 0 ? Long.MAX_VALUE : demand + n;
            }
            emit();
        }

        @Override
        public void cancel() {
            List<AutoCloseable> over;
            synchronized (this) {
                ended = true;
                over = List.copyOf(watches);
                watches.clear();
            }
            over.forEach(Watch::close);
        }

        private static void close(AutoCloseable watch) {
            try {
                watch.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
