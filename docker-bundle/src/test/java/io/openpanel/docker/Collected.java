package io.openpanel.docker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** A reader that keeps what it gets. */
public final class Collected<T> implements Flow.Subscriber<T> {
    private final long first;
    private final CountDownLatch over = new CountDownLatch(1);
    private final List<T> items = new ArrayList<>();
    private volatile Flow.Subscription subscription;
    private volatile Throwable problem;

    /** @param first how many items to ask for at the start */
    public Collected(long first) {
        this.first = first;
    }

    public static <T> Collected<T> all(Flow.Publisher<T> source) {
        Collected<T> reader = new Collected<>(Long.MAX_VALUE);
        source.subscribe(reader);
        return reader;
    }

    public Collected<T> untilOver(Duration limit) throws InterruptedException {
        if (!over.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError(
                    "The stream did not end within " + limit + "; it had " + items().size() + " items");
        }
        return this;
    }

    public boolean has(Predicate<T> wanted) {
        return items().stream().anyMatch(wanted);
    }

    public List<T> items() {
        synchronized (items) {
            return List.copyOf(items);
        }
    }

    public int count() {
        synchronized (items) {
            return items.size();
        }
    }

    public Throwable problem() {
        return problem;
    }

    public boolean isOver() {
        return over.getCount() == 0;
    }

    public void request(long more) {
        subscription.request(more);
    }

    public void cancel() {
        subscription.cancel();
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (first > 0) {
            given.request(first);
        }
    }

    @Override
    public void onNext(T item) {
        synchronized (items) {
            items.add(item);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        problem = thrown;
        over.countDown();
    }

    @Override
    public void onComplete() {
        over.countDown();
    }
}
