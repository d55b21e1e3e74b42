package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.spi.Networks;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * How often somebody may try a password: 1,000 times a minute in all, 20 from one address (a /64 of IPv6), and for one
 * account five times in 15 minutes, then at growing distances of up to a minute. Nobody is ever locked out for good.
 */
@Component(service = SignInLimits.class)
public final class SignInLimits {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final long MEMORY = Duration.ofMinutes(15).toNanos();
    private static final int FREE_FAILURES = 5;
    private static final int PER_ADDRESS = 20;
    private static final int IN_ALL = 1_000;

    private final LongSupplier nanos;
    private final Bounded<String, Window> addresses = new Bounded<>(20_000);
    private final Bounded<Digest, Failures> accounts = new Bounded<>(20_000);
    private final Window all = new Window(IN_ALL);

    @Activate
    public SignInLimits() {
        this(System::nanoTime);
    }

    SignInLimits(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** An attempt that counts as failed until it succeeds, so that many at once cannot outrun the count. */
    public interface Attempt {
        void succeeded();
    }

    /** @throws Problem LIMITED, with how long to wait */
    public Attempt begin(String address, String account) {
        // The address first: whoever is turned away for it must not push the failures of others out of the map.
        Window from = enter(address);
        Failures failures =
                accounts.computeIfAbsent(Digest.of(account.toLowerCase(Locale.ROOT)), any -> new Failures());
        failures.enter(nanos.getAsLong());
        return () -> {
            from.giveBack();
            failures.clear();
        };
    }

    /** Counts an attempt that names no account, such as a wrong set-up token. */
    public void count(String address) {
        enter(address);
    }

    private Window enter(String address) {
        long now = nanos.getAsLong();
        Window from = addresses.computeIfAbsent(Networks.caller(address), any -> new Window(PER_ADDRESS));
        // What is refused for its address is not counted for all: one address alone must not shut everybody out.
        from.enter(now, "Too many attempts to sign in from this address");
        all.enter(now, "Too many people try to sign in");
        return from;
    }

    private static Problem limited(String what, long wait) {
        long seconds = Math.max(1, (wait + 999_999_999L) / 1_000_000_000L);
        return new Problem(Problem.Kind.LIMITED, what + "; try again in " + seconds + " s")
                .retryAfter(Duration.ofSeconds(seconds));
    }

    private static final class Window {
        private final int most;
        private final Deque<Long> entered = new ArrayDeque<>();

        Window(int most) {
            this.most = most;
        }

        synchronized void enter(long now, String what) {
            while (!entered.isEmpty() && now - entered.peekFirst() >= MINUTE) {
                entered.removeFirst();
            }
            if (entered.size() >= most) {
                throw limited(what, MINUTE - (now - entered.peekFirst()));
            }
            entered.addLast(now);
        }

        synchronized void giveBack() {
            entered.pollLast();
        }
    }

    private static final class Failures {
        private int count;
        private long last;

        synchronized void enter(long now) {
            if (count > 0 && now - last >= MEMORY) {
                count = 0;
            }
            if (count >= FREE_FAILURES) {
                long delay = Duration.ofSeconds(Math.min(60, 1L << Math.min(6, count - FREE_FAILURES)))
                        .toNanos();
                if (now - last < delay) {
                    throw limited("Too many attempts for this account", delay - (now - last));
                }
            }
            count++;
            last = now;
        }

        synchronized void clear() {
            count = 0;
        }
    }
}
