package io.openpanel.webhook.internal;

import io.openpanel.api.Problem;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** So many a minute for each of many; the one not seen for longest is forgotten first. */
final class RateLimit {
    private static final long MINUTE = Duration.ofMinutes(1).toNanos();
    private static final int MOST_KEYS = 10_000;

    private final int most;
    private final String what;
    private final LongSupplier nanos;
    private final Map<String, Deque<Long>> seen = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Deque<Long>> eldest) {
            return size() > MOST_KEYS;
        }
    };

    /** @param what begins the message: {@code Too many deliveries} */
    RateLimit(int most, String what, LongSupplier nanos) {
        this.most = most;
        this.what = what;
        this.nanos = nanos;
    }

    /** @throws Problem LIMITED, with how long to wait */
    synchronized void check(String key) {
        Deque<Long> times = recent(key);
        if (times.size() >= most) {
            long seconds =
                    Math.max(1, (MINUTE - (nanos.getAsLong() - times.peekFirst()) + 999_999_999) / 1_000_000_000);
            throw new Problem(Problem.Kind.LIMITED, what + "; try again in " + seconds + " s")
                    .retryAfter(Duration.ofSeconds(seconds));
        }
    }

    synchronized void count(String key) {
        recent(key).addLast(nanos.getAsLong());
    }

    private Deque<Long> recent(String key) {
        Deque<Long> times = seen.computeIfAbsent(key, any -> new ArrayDeque<>());
        while (!times.isEmpty() && nanos.getAsLong() - times.peekFirst() >= MINUTE) {
            times.removeFirst();
        }
        return times;
    }
}
