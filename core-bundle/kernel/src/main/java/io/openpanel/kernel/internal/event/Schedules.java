package io.openpanel.kernel.internal.event;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import com.github.kagkarlsson.scheduler.task.schedule.Schedule;
import io.openpanel.api.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the methods with {@link io.openpanel.api.Every}; of several panels, one runs each. */
public final class Schedules {
    private static final Logger LOG = LoggerFactory.getLogger(Schedules.class);
    private static final Duration ABSENT = Duration.ofSeconds(30);

    private final InstantSource clock;
    private final Map<String, Entry> entries = new ConcurrentHashMap<>();
    private final CustomTask<Void> task;
    private volatile Scheduler scheduler;

    private record Entry(Schedule schedule, Runnable work) {}

    public Schedules(InstantSource clock) {
        this.clock = clock;
        this.task = Tasks.custom("every", Void.class)
                .onDeadExecutionRevive()
                .execute((instance, context) -> run(instance.getId()));
    }

    public CustomTask<Void> task() {
        return task;
    }

    public void start(Scheduler with) {
        scheduler = with;
    }

    /** @param every an ISO-8601 duration or a cron expression with seconds */
    public AutoCloseable add(String id, String every, Runnable work) {
        Schedule schedule =
                every.startsWith("P") ? FixedDelay.of(Duration.parse(every)) : new CronSchedule(every, ZoneOffset.UTC);
        Entry entry = new Entry(schedule, work);
        entries.put(id, entry);
        scheduler.scheduleIfNotExists(task.instance(id), schedule.getInitialExecutionTime(clock.instant()));
        pullForward(id, entry);
        return () -> entries.remove(id, entry);
    }

    /** After the clock was put back: nothing waits longer than if it were added now. */
    public void pullForward() {
        entries.forEach(this::pullForward);
    }

    private void pullForward(String id, Entry entry) {
        Instant latest = entry.schedule().getInitialExecutionTime(clock.instant());
        boolean late = scheduler
                .getScheduledExecution(task.instance(id))
                .filter(each -> !each.isPicked() && each.getExecutionTime().isAfter(latest.plus(ABSENT)))
                .isPresent();
        if (late) {
            try {
                scheduler.reschedule(task.instance(id), latest);
            } catch (TaskInstanceException e) {
                LOG.debug("The schedule {} has just begun: {}", id, e.getMessage());
            }
        }
    }

    private CompletionHandler<Void> run(String id) {
        Entry entry = entries.get(id);
        if (entry == null) {
            return new CompletionHandler.OnCompleteReschedule<>(FixedDelay.of(ABSENT));
        }
        try {
            entry.work().run();
        } catch (RuntimeException e) {
            LOG.warn("The schedule {} failed: {}", id, e.getMessage(), e instanceof Problem ? null : e);
        }
        return new CompletionHandler.OnCompleteReschedule<>(entry.schedule());
    }
}
