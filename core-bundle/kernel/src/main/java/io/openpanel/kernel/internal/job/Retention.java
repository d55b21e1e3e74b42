package io.openpanel.kernel.internal.job;

import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes jobs that ended long ago, with their logs: the audit trail keeps that they were. */
public final class Retention {
    private static final Logger LOG = LoggerFactory.getLogger(Retention.class);
    /** So many jobs are looked at, and so many lines deleted, at once: nobody waits for it. */
    private static final int JOBS_AT_ONCE = 200;

    private static final int LINES_AT_ONCE = 5_000;

    private final JobStore store;
    private final InstantSource clock;
    private final IntSupplier days;
    private final Predicate<String> isServed;
    private final Function<List<Ref>, Set<Ref>> kept;

    /**
     * @param days how many days after its end a job is kept
     * @param isServed whether an action is there now: whoever shows its jobs can be asked
     * @param kept those of some jobs that stay however old they are
     */
    public Retention(
            Jobs jobs,
            InstantSource clock,
            IntSupplier days,
            Predicate<String> isServed,
            Function<List<Ref>, Set<Ref>> kept) {
        this.store = jobs.store();
        this.clock = clock;
        this.days = days;
        this.isServed = isServed;
        this.kept = kept;
    }

    void sweep() {
        Instant old = clock.instant().minus(Duration.ofDays(days.getAsInt()));
        Optional<JobStore.Ended> last = Optional.empty();
        int deleted = 0;
        do {
            List<JobStore.Ended> some = store.ended(old, last, JOBS_AT_ONCE);
            deleted += delete(some);
            last = some.stream().reduce((former, next) -> next);
        } while (last.isPresent());
        if (deleted > 0) {
            LOG.info("{} jobs that ended before {} were deleted with their logs", deleted, old);
        }
    }

    private int delete(List<JobStore.Ended> some) {
        List<Ref> old = some.stream()
                .filter(each -> isServed.test(each.action()))
                .map(JobStore.Ended::ref)
                .toList();
        Set<Ref> going = new HashSet<>(old);
        if (!old.isEmpty()) {
            going.removeAll(kept.apply(old));
        }
        going.forEach(job -> store.delete(job.id(), LINES_AT_ONCE));
        return going.size();
    }
}
