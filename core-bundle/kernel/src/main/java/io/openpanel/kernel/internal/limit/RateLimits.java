package io.openpanel.kernel.internal.limit;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Networks;
import java.time.Duration;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * How many calls a minute each person, key, team and address may make: token buckets, which refill bit by bit. A refusal is
 * counted in the metrics and not in the audit log, which a flood would fill.
 */
public final class RateLimits {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST = 20_000;

    /** By whom a kind of principal is counted. */
    private static final Map<String, Limit> COUNTED =
            Map.of("user", Limit.USER, "key", Limit.KEY, "anonymous", Limit.ADDRESS);

    private final TimeMeter clock;
    private final Map<String, Buckets> byAction = new ConcurrentHashMap<>();
    private final Map<Limit, LongAdder> refused = new EnumMap<>(Limit.class);
    private volatile Map<Limit, Buckets> buckets = Map.of();
    private Map<Limit, Integer> quotas = Map.of();

    /** @param nanos only ever grows */
    RateLimits(LongSupplier nanos) {
        this.clock = new TimeMeter() {
            @Override
            public long currentTimeNanos() {
                return nanos.getAsLong();
            }

            @Override
            public boolean isWallClockBased() {
                return false;
            }
        };
        for (Limit limit : Limit.values()) {
            refused.put(limit, new LongAdder());
        }
    }

    /** The buckets of one limit; the one not used for longest is forgotten first, and full again by then. */
    private static final class Buckets {
        private final int quota;
        private final TimeMeter clock;
        private final Map<String, Bucket> byWhom = new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
                return size() > MOST;
            }
        };

        Buckets(int quota, TimeMeter clock) {
            this.quota = quota;
            this.clock = clock;
        }

        synchronized Bucket of(String whom) {
            return byWhom.computeIfAbsent(whom, any -> Bucket.builder()
                    .addLimit(limit -> limit.capacity(quota).refillGreedy(quota, WINDOW))
                    .withCustomTimePrecision(clock)
                    .build());
        }

        synchronized int size() {
            return byWhom.size();
        }
    }

    /** Sets how many calls a minute each limit allows, 0 for any number; where one changes, its count begins anew. */
    synchronized void set(Map<Limit, Integer> wanted) {
        Map<Limit, Buckets> next = new EnumMap<>(Limit.class);
        wanted.forEach((limit, quota) -> {
            Buckets former = buckets.get(limit);
            if (quota > 0) {
                next.put(limit, former != null && quota.equals(quotas.get(limit)) ? former : new Buckets(quota, clock));
            }
        });
        quotas = Map.copyOf(wanted);
        buckets = next;
    }

    /**
     * Counts a call from an address, whoever makes it.
     *
     * @param told what is left, also where nothing is
     * @throws Problem LIMITED, with how long to wait
     */
    public void takeFrom(String address, Consumer<Gateway.Allowance> told) {
        if (!address.isEmpty() && buckets.containsKey(Limit.ADDRESS)) {
            take(Limit.ADDRESS, Networks.caller(address), told);
        }
    }

    /** As {@link #takeFrom}, for a person or key and the team it works in; nobody else is counted. */
    public void take(Principal principal, Consumer<Gateway.Allowance> told) {
        switch (principal.ref().kind()) {
            case "user" -> take(Limit.USER, principal.ref().id(), told);
            case "key" -> take(Limit.KEY, principal.ref().id(), told);
            default -> {
                return;
            }
        }
        principal.team().ifPresent(team -> take(Limit.TEAM, team.id(), told));
    }

    /**
     * As {@link #takeFrom}, for one action of those that say how often they may be called; who is not counted at all is
     * not counted here.
     */
    public void take(Operation operation, Principal principal, Consumer<Gateway.Allowance> told) {
        Limit counted = COUNTED.get(principal.ref().kind());
        if (operation.perMinute() > 0 && counted != null && buckets.containsKey(counted)) {
            Buckets all = byAction.compute(
                    operation.id(),
                    (id, former) -> former != null && former.quota == operation.perMinute()
                            ? former
                            : new Buckets(operation.perMinute(), clock));
            String id = principal.ref().id();
            // A key may have the id of a person.
            String whom = counted.id() + ' ' + (counted == Limit.ADDRESS ? Networks.caller(id) : id);
            take(Limit.ACTION, all, whom, told);
        }
    }

    private void take(Limit limit, String whom, Consumer<Gateway.Allowance> told) {
        Buckets all = buckets.get(limit);
        if (all != null) {
            take(limit, all, whom, told);
        }
    }

    private void take(Limit limit, Buckets all, String whom, Consumer<Gateway.Allowance> told) {
        ConsumptionProbe probe = all.of(whom).tryConsumeAndReturnRemaining(1);
        told.accept(new Gateway.Allowance(
                limit.id(),
                all.quota,
                WINDOW,
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForReset())));
        if (!probe.isConsumed()) {
            refused.get(limit).increment();
            long seconds = Math.max(1, (probe.getNanosToWaitForRefill() + 999_999_999L) / 1_000_000_000L);
            throw new Problem(Problem.Kind.LIMITED, limit.refusal(all.quota, seconds))
                    .retryAfter(Duration.ofSeconds(seconds));
        }
    }

    /** How many are remembered, of all limits. */
    int size() {
        return Stream.concat(buckets.values().stream(), byAction.values().stream())
                .mapToInt(Buckets::size)
                .sum();
    }

    /** {@code openpanel_calls_limited_total{limit}} in Prometheus text. */
    public String metrics() {
        StringBuilder text = new StringBuilder(256)
                .append("# HELP openpanel_calls_limited_total Calls refused because there were too many\n")
                .append("# TYPE openpanel_calls_limited_total counter\n");
        refused.forEach((limit, count) -> text.append("openpanel_calls_limited_total{limit=\"")
                .append(limit.id())
                .append("\"} ")
                .append(count.sum())
                .append('\n'));
        return text.toString();
    }
}
