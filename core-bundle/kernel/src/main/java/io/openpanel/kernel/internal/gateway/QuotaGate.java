package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Problem;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Quotas;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Lets an action take what its team may still have. What takes of the same team's quotas goes one after the other, from the
 * count to the end of the action, so that many at once do not take the same rest.
 */
public final class QuotaGate implements Quotas {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long KIBI = 1024;
    private static final double MILLI = 1000;
    private static final List<String> SIZES = List.of("bytes", "KiB", "MiB", "GiB", "TiB");

    private final LiveCatalogue catalogue;
    private final Supplier<Optional<Authority>> authority;
    private final Calls calls;
    private final Unfinished jobs;
    private final Map<Ref, ReentrantLock> turns = new ConcurrentHashMap<>();

    /** How many jobs of some actions a team has that have not ended. */
    @FunctionalInterface
    public interface Unfinished {
        long count(Ref team, Set<String> actions);
    }

    /** A quota with the plugin that counts. */
    private record Counted(String plugin, Quota quota) {}

    public QuotaGate(LiveCatalogue catalogue, Supplier<Optional<Authority>> authority, Calls calls, Unfinished jobs) {
        this.catalogue = catalogue;
        this.authority = authority;
        this.calls = calls;
        this.jobs = jobs;
    }

    /**
     * Does what an action does, where its team may have what it takes.
     *
     * @throws Problem CONFLICT, naming the quota, what is used of it and who can raise it
     */
    <T> T within(Admission.Admitted admitted, Supplier<T> work) {
        Optional<Ref> team = admitted.principal().team();
        if (team.isEmpty() || admitted.entry().isRead()) {
            return work.get();
        }
        List<Counted> limited = all().stream()
                .filter(each -> each.quota.actions().contains(admitted.entry().id()))
                .filter(each -> limit(team.get(), each.quota).isPresent())
                .toList();
        return limited.isEmpty()
                ? work.get()
                : inTurn(team.get(), () -> {
                    limited.forEach(each -> require(team.get(), each, admitted.input()));
                    return work.get();
                });
    }

    private <T> T inTurn(Ref team, Supplier<T> work) {
        ReentrantLock turn = turns.computeIfAbsent(team, any -> new ReentrantLock(true));
        try {
            if (!turn.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw busy();
        }
        try {
            return work.get();
        } finally {
            turn.unlock();
        }
    }

    private static Problem busy() {
        return new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "Others of the team take of its quotas at this moment; try again in a moment")
                .retryAfter(Duration.ofSeconds(1));
    }

    private void require(Ref team, Counted counted, Object input) {
        Quota quota = counted.quota;
        OptionalLong limit = limit(team, quota);
        if (limit.isEmpty()) {
            return;
        }
        long most = limit.getAsLong();
        OptionalLong wanted = as(counted, team, () -> quota.wanted().apply(input));
        if (wanted.isPresent() && wanted.getAsLong() <= 0) {
            return;
        }
        long used = used(counted, team);
        if (wanted.isEmpty() || wanted.getAsLong() > most - used) {
            throw new Problem(Problem.Kind.CONFLICT, refusal(quota, most, used, wanted));
        }
    }

    private static String refusal(Quota quota, long most, long used, OptionalLong wanted) {
        String may = "Your team's quota of " + quota.name() + " (" + quota.summary() + ") is " + amount(quota, most)
                + " and in use are " + amount(quota, used);
        String so = wanted.isEmpty()
                ? "; without a limit of its own this could take any amount, so give it one that fits"
                : ", so that " + amount(quota, wanted.getAsLong()) + " more does not fit; remove what is not needed";
        return may + so + ", or ask an owner of the panel to raise the quota";
    }

    private static String amount(Quota quota, long number) {
        return switch (quota.unit()) {
            case COUNT -> Long.toString(number);
            case MILLICORES -> decimal(number / MILLI) + " cores";
            case BYTES -> {
                double size = number;
                int unit = 0;
                while (size >= KIBI && unit < SIZES.size() - 1) {
                    size /= KIBI;
                    unit++;
                }
                yield decimal(size) + ' ' + SIZES.get(unit);
            }
        };
    }

    private static String decimal(double number) {
        return String.format(Locale.ROOT, "%.2f", number).replaceAll("\\.?0+$", "");
    }

    private OptionalLong limit(Ref team, Quota quota) {
        return authority.get().map(each -> each.quota(team, quota.name())).orElse(OptionalLong.empty());
    }

    private long used(Counted counted, Ref team) {
        Quota quota = counted.quota;
        long there = as(counted, team, () -> quota.used().getAsLong());
        return quota.unit() == Quota.Unit.COUNT ? there + jobs.count(team, quota.actions()) : there;
    }

    /** What a team has is counted by the plugin itself, whatever the caller sees of it. */
    private <T> T as(Counted counted, Ref team, Supplier<T> work) {
        return calls.as(InnerCalls.asPlugin(counted.plugin, Optional.of(team), "quotas"), work);
    }

    private List<Counted> all() {
        return catalogue.served().stream()
                .flatMap(kind -> kind.resources().quotas().stream().map(each -> new Counted(kind.plugin(), each)))
                .sorted(Comparator.comparing(each -> each.quota.name()))
                .toList();
    }

    @Override
    public List<Standing> of(Ref team) {
        return all().stream()
                .map(each -> new Standing(each.quota.name(), each.quota.summary(), each.quota.unit(), used(each, team)))
                .toList();
    }
}
