package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Duplex;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.kernel.internal.shape.RecordShape;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.spi.Gateway;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** The streams that are open, so that a stopped plugin or a lost session ends them. */
public final class Streams {
    /** Of one person or key at once. */
    private static final int MOST_TERMINALS = 20;

    private final Set<Live> open = ConcurrentHashMap.newKeySet();
    private final Map<Ref, Integer> terminals = new ConcurrentHashMap<>();

    /** Something open that somebody else may have to end. */
    interface Live {
        /** The call that opened it. */
        Admission.Admitted admitted();

        /** From where it was opened, empty inside the panel. */
        String address();

        default String plugin() {
            return admitted().entry().operation().plugin();
        }

        default Principal principal() {
            return admitted().principal();
        }

        /** Ends it for a reason that its user is told. */
        void end(Problem why);
    }

    /**
     * Opens a terminal where there is room for one more.
     *
     * @param lost why it must end again at once, asked when whoever revokes a right finds it
     * @throws Problem {@link Problem.Kind#LIMITED} when somebody has as many as there may be
     */
    OpenTerminal open(
            Admission.Admitted admitted, String address, Supplier<Object> work, Supplier<Optional<Problem>> lost) {
        Principal principal = admitted.principal();
        if (terminals.merge(principal.ref(), 1, Integer::sum) > MOST_TERMINALS) {
            giveBack(principal);
            throw new Problem(
                    Problem.Kind.LIMITED,
                    "You have " + MOST_TERMINALS + " terminals open, the most there may be; close one of them");
        }
        OpenTerminal[] made = new OpenTerminal[1];
        try {
            Duplex terminal = (Duplex) work.get();
            made[0] = new OpenTerminal(admitted, address, terminal, () -> {
                open.remove(made[0]);
                giveBack(principal);
            });
        } finally {
            if (made[0] == null) {
                giveBack(principal);
            }
        }
        open.add(made[0]);
        lost.get().ifPresent(made[0]::end);
        return made[0];
    }

    private void giveBack(Principal principal) {
        terminals.computeIfPresent(principal.ref(), (ref, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Wraps an action's stream: items become JSON.
     *
     * @param lost as for {@link #open}
     */
    Flow.Publisher<Gateway.Item> wrap(
            Admission.Admitted admitted, String address, Flow.Publisher<?> source, Supplier<Optional<Problem>> lost) {
        Shape shape = admitted.entry().output().orElseThrow();
        return subscriber -> {
            Open reading = new Open(admitted, address, shape, subscriber);
            // At once: a source may take its time until it answers, and its plugin may be stopped meanwhile.
            open.add(reading);
            lost.get().ifPresent(reading::end);
            source.subscribe(reading);
        };
    }

    /** Ends a plugin's streams: their readers come back when it does. */
    public void endPlugin(String plugin) {
        end(
                each -> each.plugin().equals(plugin),
                new Problem(Problem.Kind.UNAVAILABLE, "moved: the plugin " + plugin + " was stopped or updated")
                        .retryAfter(Duration.ofSeconds(1)));
    }

    /** Ends the streams of a session. */
    public void endSession(Ref session) {
        end(each -> each.principal().session().filter(session::equals).isPresent(), sessionEnded());
    }

    static Problem sessionEnded() {
        return new Problem(Problem.Kind.UNAUTHENTICATED, "The session ended; sign in again");
    }

    static Problem rightLost() {
        return new Problem(
                Problem.Kind.DENIED, "You may no longer follow this: your role, or the key, was changed or taken away");
    }

    /**
     * Ends those streams of a user or key that would not be opened now.
     *
     * @param refusal why nobody like them may from an address
     */
    public void endLost(
            Ref who, Predicate<Admission.Admitted> mayStill, BiFunction<Principal, String, Optional<Problem>> refusal) {
        end(each -> each.principal().ref().equals(who) && !mayStill.test(each.admitted()), rightLost());
        endRefused(each -> each.principal().ref().equals(who)
                        && Admission.RIGHT_NEEDED.contains(
                                each.admitted().entry().operation().access())
                ? refusal.apply(each.principal(), each.address())
                : Optional.empty());
    }

    /** Ends what was opened from an address that nobody may use the panel from now. */
    public void endFrom(Function<String, Optional<Problem>> refusal) {
        endRefused(each -> each.address().isEmpty() ? Optional.empty() : refusal.apply(each.address()));
    }

    private void endRefused(Function<Live, Optional<Problem>> refusal) {
        open.stream().toList().forEach(each -> refusal.apply(each).ifPresent(each::end));
    }

    /** Ends all there are: the kernel goes. */
    public void endAll() {
        end(
                any -> true,
                new Problem(Problem.Kind.UNAVAILABLE, "moved: the panel is stopping or being updated")
                        .retryAfter(Duration.ofSeconds(1)));
    }

    private void end(Predicate<Live> which, Problem reason) {
        open.stream().filter(which).toList().forEach(each -> each.end(reason));
    }

    public int count() {
        return open.size();
    }

    private final class Open implements Live, Flow.Subscriber<Object>, Flow.Subscription {
        private final Admission.Admitted admitted;
        private final String address;
        private final Shape shape;
        private final RecordShape.Component seq;
        private final Flow.Subscriber<? super Gateway.Item> reader;
        private final AtomicBoolean ended = new AtomicBoolean();
        private volatile Flow.Subscription source;
        /** Why it ended before it began. */
        private Problem reason;

        private long count;

        Open(Admission.Admitted admitted, String address, Shape shape, Flow.Subscriber<? super Gateway.Item> reader) {
            this.admitted = admitted;
            this.address = address;
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
        public Admission.Admitted admitted() {
            return admitted;
        }

        @Override
        public String address() {
            return address;
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

        @Override
        public void end(Problem why) {
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
