package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.spi.Gateway;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/** The streams that are open, so that a stopped plugin or a lost session ends them. */
public final class Streams {
    private final Set<Open> open = ConcurrentHashMap.newKeySet();

    /** Wraps an action's stream: items become JSON. */
    Flow.Publisher<Gateway.Item> wrap(Entry entry, Principal principal, Flow.Publisher<?> source) {
        Shape shape = entry.output().orElseThrow();
        return subscriber -> {
            Open reading = new Open(entry, principal, shape, subscriber);
            // At once: a source may take its time until it answers, and its plugin may be stopped meanwhile.
            open.add(reading);
            source.subscribe(reading);
        };
    }

    /** Ends a plugin's streams: their readers come back when it does. */
    public void endPlugin(String plugin) {
        end(
                each -> each.plugin.equals(plugin),
                new Problem(Problem.Kind.UNAVAILABLE, "moved: the plugin " + plugin + " was stopped or updated")
                        .retryAfter(Duration.ofSeconds(1)));
    }

    /** Ends the streams of a session, key or user. */
    public void endSession(Ref session) {
        end(
                each -> each.principal.ref().equals(session)
                        || each.principal.session().filter(session::equals).isPresent(),
                new Problem(Problem.Kind.UNAUTHENTICATED, "The session ended; sign in again"));
    }

    private void end(Predicate<Open> which, Problem reason) {
        open.stream().filter(which).toList().forEach(each -> each.end(reason));
    }

    public int count() {
        return open.size();
    }

    private final class Open implements Flow.Subscriber<Object>, Flow.Subscription {
        private final String plugin;
        private final Principal principal;
        private final Shape shape;
        private final RecordShape.Component seq;
        private final Flow.Subscriber<? super Gateway.Item> reader;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile Flow.Subscription source;
        /** Why it ended before it began. */
        private Problem reason;

        private long count;

        Open(Entry entry, Principal principal, Shape shape, Flow.Subscriber<? super Gateway.Item> reader) {
            this.plugin = entry.operation().plugin();
            this.principal = principal;
            this.shape = shape;
            this.reader = reader;
            this.seq = shape instanceof RecordShape record
                    ? record.components().stream()
                            .filter(each -> each.name().equals("seq") && each.raw() == long.class)
                            .findFirst()
                            .orElse(null)
                    : null;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            Problem late;
            synchronized (this) {
                source = subscription;
                late = reason;
            }
            reader.onSubscribe(this);
            if (late != null) {
                subscription.cancel();
                reader.onError(late);
            }
        }

        @Override
        public void onNext(Object item) {
            if (!ended.get()) {
                count++;
                long number = seq == null ? count : (Long) RecordShape.get(seq, item);
                reader.onNext(new Gateway.Item(number, Json.bytes(shape, item)));
            }
        }

        @Override
        public void onError(Throwable problem) {
            if (ended.compareAndSet(false, true)) {
                open.remove(this);
                reader.onError(problem);
            }
        }

        @Override
        public void onComplete() {
            if (ended.compareAndSet(false, true)) {
                open.remove(this);
                reader.onComplete();
            }
        }

        @Override
        public void request(long n) {
            source.request(n);
        }

        @Override
        public void cancel() {
            ended.set(true);
            open.remove(this);
            source.cancel();
        }

        void end(Problem why) {
            if (!ended.compareAndSet(false, true)) {
                return;
            }
            open.remove(this);
            synchronized (this) {
                if (source == null) {
                    reason = why;
                    return;
                }
            }
            source.cancel();
            reader.onError(why);
        }
    }
}
