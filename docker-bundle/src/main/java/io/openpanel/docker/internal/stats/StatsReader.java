package io.openpanel.docker.internal.stats;

import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** One reader of figures: gets the newest when it asks in time, misses it when not. */
final class StatsReader implements Flow.Subscription {
    private final Flow.Subscriber<? super Stats> reader;
    private final Consumer<StatsReader> cancel;
    private final AtomicLong demand = new AtomicLong();
    private final AtomicBoolean ended = new AtomicBoolean();

    StatsReader(Flow.Subscriber<? super Stats> reader, Consumer<StatsReader> cancel) {
        this.reader = reader;
        this.cancel = cancel;
    }

    void offer(Stats stats) {
        if (!ended.get() && demand.get() > 0) {
            demand.decrementAndGet();
            reader.onNext(stats);
        }
    }

    void complete() {
        if (ended.compareAndSet(false, true)) {
            cancel.accept(this);
            reader.onComplete();
        }
    }

    boolean isCancelled() {
        return ended.get();
    }

    @Override
    public void request(long items) {
        if (items > 0) {
            demand.accumulateAndGet(items, (a, b) -> a > Long.MAX_VALUE - b ? Long.MAX_VALUE : a + b);
            return;
        }
        if (ended.compareAndSet(false, true)) {
            cancel.accept(this);
            reader.onError(new IllegalArgumentException("A reader must ask for at least one item"));
        }
    }

    @Override
    public void cancel() {
        if (ended.compareAndSet(false, true)) {
            cancel.accept(this);
        }
    }
}
