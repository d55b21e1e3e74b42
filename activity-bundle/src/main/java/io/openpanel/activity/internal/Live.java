package io.openpanel.activity.internal;

import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.function.Function;
import java.util.function.Predicate;

/** Tells those who watch, on the thread of whoever tells; a reader that is too slow misses some. */
final class Live<T> {
    private static final int MOST_WAITING = 256;

    private final SubmissionPublisher<T> publisher = new SubmissionPublisher<>(Runnable::run, MOST_WAITING);

    void tell(T item) {
        publisher.offer(item, (reader, missed) -> false);
    }

    void close() {
        publisher.close();
    }

    <R> Flow.Publisher<R> publisher(Predicate<T> wanted, Function<T, R> as) {
        return reader -> publisher.subscribe(new Sieve<>(reader, wanted, as));
    }

    /** Asks for another one in the place of each that it leaves out. */
    private static final class Sieve<T, R> implements Flow.Subscriber<T> {
        private final Flow.Subscriber<? super R> reader;
        private final Predicate<T> wanted;
        private final Function<T, R> as;
        private volatile Flow.Subscription source;

        Sieve(Flow.Subscriber<? super R> reader, Predicate<T> wanted, Function<T, R> as) {
            this.reader = reader;
            this.wanted = wanted;
            this.as = as;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            source = subscription;
            reader.onSubscribe(subscription);
        }

        @Override
        public void onNext(T item) {
            if (wanted.test(item)) {
                reader.onNext(as.apply(item));
            } else {
                source.request(1);
            }
        }

        @Override
        public void onError(Throwable problem) {
            reader.onError(problem);
        }

        @Override
        public void onComplete() {
            reader.onComplete();
        }
    }
}
