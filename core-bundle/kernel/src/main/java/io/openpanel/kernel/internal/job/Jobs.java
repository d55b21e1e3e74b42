package io.openpanel.kernel.internal.job;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.exceptions.TaskInstanceException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.FailureHandler;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.FixedDelay;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.kernel.internal.Failpoint;
import io.openpanel.kernel.internal.Failpoints;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.event.EventBus;
import io.openpanel.kernel.internal.gateway.Admission;
import io.openpanel.kernel.internal.gateway.Audit;
import io.openpanel.kernel.internal.gateway.Calls;
import io.openpanel.kernel.internal.gateway.LiveCall;
import io.openpanel.kernel.internal.shape.Json;
import io.openpanel.spi.Storage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs jobs: each is a row with a lease, so that a crash only delays it. */
public final class Jobs {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** After an attempt that could not be begun or written down, as without a database. */
    private static final Duration BREATH = Duration.ofSeconds(5);

    private final LiveCatalogue catalogue;
    private final Admission admission;
    private final Calls calls;
    private final Audit audit;
    private final EventBus events;
    private final KernelDatabase database;
    private final Path workspaces;
    private final Function<String, Set<String>> secrets;
    private final InstantSource clock;
    private final JobStore store;
    private final JobLog log;
    private final Map<String, LiveJob> running = new ConcurrentHashMap<>();
    private final CustomTask<Void> task;
    private volatile Scheduler scheduler;
    private volatile boolean stopping;

    /**
     * @param workspaces a directory of which each job gets a part
     * @param secrets of a plugin, which its jobs' logs do not say
     */
    public Jobs(
            LiveCatalogue catalogue,
            Admission admission,
            Calls calls,
            Audit audit,
            EventBus events,
            KernelDatabase database,
            Storage storage,
            InstantSource clock,
            Path workspaces,
            Function<String, Set<String>> secrets) {
        this.catalogue = catalogue;
        this.admission = admission;
        this.calls = calls;
        this.audit = audit;
        this.events = events;
        this.database = database;
        this.workspaces = workspaces;
        this.secrets = secrets;
        this.clock = clock;
        this.store = new JobStore(database, storage, clock);
        this.log = new JobLog(database, clock);
        this.task = Tasks.custom("job", Void.class)
                .onFailure(new FailureHandler.OnFailureRetryLater<>(BREATH))
                .onDeadExecutionRevive()
                .execute((instance, context) -> attempt(instance.getId()));
    }

    /** The scheduler's task; pass it to the scheduler, then the scheduler to {@link #start}. */
    public CustomTask<Void> task() {
        return task;
    }

    JobStore store() {
        return store;
    }

    JobLog log() {
        return log;
    }

    /** Jobs as resources: each belongs to what it is about. */
    public Resources resources() {
        return new Resources() {
            @Override
            public String kind() {
                return "job";
            }

            @Override
            public String plural() {
                return "jobs";
            }

            @Override
            public Optional<Resource> find(String id) {
                return store.find(id)
                        .map(row -> new Resource(
                                new Ref("job", row.id()),
                                row.action(),
                                row.resource(),
                                KernelDatabase.team(row.teamId()),
                                row.state() + row.progress()));
            }
        };
    }

    /** Begins; jobs whose scheduler row was lost get one. */
    public void start(Scheduler with, Instant now) {
        scheduler = with;
        store.unfinished().forEach(job -> scheduler.scheduleIfNotExists(task.instance(job.id()), now));
        sweepWorkspaces();
    }

    /** After the clock was put back: jobs that wait for their next attempt do not wait for the time to come again. */
    public void pullForward() {
        Instant soon = clock.instant().plus(RETRY);
        List<String> late = new ArrayList<>();
        scheduler.fetchScheduledExecutionsForTask(task.getName(), Void.class, each -> {
            if (!each.isPicked() && each.getExecutionTime().isAfter(soon)) {
                late.add(each.getTaskInstance().getId());
            }
        });
        for (String id : late) {
            try {
                scheduler.reschedule(task.instance(id), soon);
            } catch (TaskInstanceException e) {
                LOG.debug("Job {} has just begun: {}", id, e.getMessage());
            }
        }
    }

    /** Adds a job; it starts at once where a thread is free. */
    public Ref enqueue(Admission.Admitted admitted, String surface) {
        Ref job = Ref.create("job");
        store.insert(job, admitted, surface);
        Failpoints.hit(Failpoint.JOB_AFTER_INSERT);
        scheduler.schedule(task.instance(job.id()), Instant.EPOCH);
        Failpoints.hit(Failpoint.JOB_AFTER_SCHEDULE);
        LOG.debug("{} was queued as {}", admitted.entry().id(), job);
        return job;
    }

    private CompletionHandler<Void> attempt(String id) {
        JobStore.Row row = store.find(id).orElse(null);
        if (row == null || row.finished()) {
            return new CompletionHandler.OnCompleteRemove<>();
        }
        Optional<Entry> entry = catalogue.entry(row.action());
        if (entry.map(each -> each.turnstile().isClosed()).orElse(!row.cancelRequested())) {
            return later();
        }
        // At a start the plugins come one after the other, and this one's may be there before that of people's rights.
        if (entry.isPresent() && !admission.canJudge(JobStore.caller(row))) {
            return later();
        }
        LiveJob job = new LiveJob(
                new Ref("job", id),
                row.plugin(),
                row.attempt() + 1,
                row.turn(),
                store,
                log,
                workspace(id),
                secrets,
                () -> changed(row));
        if (running.putIfAbsent(id, job) != null) {
            LOG.info("The lease of job {} ran out while it runs: the clock jumped ahead or the machine slept", id);
            return later();
        }
        try {
            log.open(id);
            return run(row, entry, job);
        } finally {
            running.remove(id);
            log.close(id);
            changed(row);
        }
    }

    private CompletionHandler<Void> run(JobStore.Row row, Optional<Entry> entry, LiveJob job) {
        String id = row.id();
        // Asked for only now: whoever cancels from here on finds the attempt itself.
        boolean cancelRequested = store.begin(id);
        Failpoints.hit(Failpoint.JOB_AFTER_BEGIN);
        changed(row);
        try {
            if (row.attempt() > 0) {
                job.log("Attempt " + job.attempt() + ": the panel or the plugin was restarted meanwhile");
            }
            if (cancelRequested) {
                job.cancel();
            }
            finish(row, job, "done", work(row, entry.orElseThrow(Jobs::gone), job), null);
        } catch (JobYield yield) {
            log.add(id, Optional.empty(), "The plugin is being stopped or updated; the job goes on afterwards");
            store.requeue(id);
            return later();
        } catch (Problem problem) {
            finish(row, job, job.wasCancelled() ? "cancelled" : "failed", null, problem);
        } catch (RuntimeException bug) {
            if (stopping) {
                store.requeue(id);
                return later();
            }
            LOG.error("Job {} ({}) failed", id, row.action(), bug);
            finish(row, job, job.wasCancelled() ? "cancelled" : "failed", null, bug);
        }
        return new CompletionHandler.OnCompleteRemove<>();
    }

    private static Problem gone() {
        return new Problem(Problem.Kind.UNAVAILABLE, "The job was cancelled while its plugin was stopped");
    }

    private String work(JobStore.Row row, Entry entry, LiveJob job) {
        Principal caller = JobStore.caller(row);
        Admission.Admitted admitted =
                admission.admit(entry, caller, store.input(row, job::mask), Admission.Rights.PRINCIPAL);
        LiveCall call = new LiveCall(
                caller, row.surface(), "", entry.operation().plugin(), job, "", kind -> admission.reach(caller, kind));
        // Closed since: what is inside is asked to yield, and this attempt with it.
        if (!entry.turnstile().enter(Duration.ZERO)) {
            throw new JobYield();
        }
        try {
            Object result = calls.as(call, () -> entry.invoke(call, admitted.input()));
            return result == null
                    ? "{}"
                    : new String(Json.bytes(entry.output().orElseThrow(), result), StandardCharsets.UTF_8);
        } finally {
            entry.turnstile().leave();
        }
    }

    private void finish(JobStore.Row row, LiveJob job, String state, String result, RuntimeException failure) {
        String kind = failure instanceof Problem problem ? problem.kind().name().toLowerCase(Locale.ROOT) : "internal";
        String message = failure instanceof Problem
                ? job.masked(failure.getMessage())
                : "An internal error; the panel's log has more under job " + row.id();
        if (failure != null) {
            log.add(row.id(), Optional.empty(), state.equals("cancelled") ? "Cancelled" : message);
        }
        log.close(row.id());
        Principal caller = JobStore.caller(row);
        database.tx(tx -> {
            store.end(row.id(), state, result, failure == null ? null : kind, failure == null ? null : message);
            audit.end(ended(row, caller), state, failure == null ? null : message);
            return null;
        });
        Failpoints.hit(Failpoint.JOB_AFTER_END);
        remove(workspace(row.id()));
        Failpoints.hit(Failpoint.JOB_AFTER_CLEAN);
        events.announce(
                failure == null ? "action.done" : "action.failed",
                caller,
                row.resource(),
                Map.of(
                        "action",
                        row.action(),
                        "caller",
                        caller.name(),
                        "resource",
                        row.resourceName().orElse(""),
                        "job",
                        "job:" + row.id()));
    }

    private static Audit.Intent ended(JobStore.Row row, Principal caller) {
        return new Audit.Intent(
                Ref.create("call").id(),
                caller,
                null,
                row.surface(),
                "",
                "",
                row.action(),
                row.resource().map(Ref::toString).stream().toList(),
                KernelDatabase.team(row.teamId()));
    }

    private static CompletionHandler<Void> later() {
        return new CompletionHandler.OnCompleteReschedule<>(FixedDelay.of(RETRY));
    }

    private void changed(JobStore.Row row) {
        log.wake();
        events.announce(
                "job.changed",
                JobStore.caller(row),
                Optional.of(new Ref("job", row.id())),
                Map.of(
                        "job",
                        "job:" + row.id(),
                        "action",
                        row.action(),
                        "resource",
                        row.resource().map(Ref::toString).orElse("")));
    }

    /** How many unfinished jobs of some actions a team has. */
    public long unfinished(Ref team, Set<String> actions) {
        return store.unfinished(team, actions);
    }

    /** Asks a job to stop; what it does at the moment is ended. Whether it was still unfinished. */
    public boolean cancel(String id) {
        boolean asked = store.requestCancel(id);
        LiveJob job = running.get(id);
        if (asked && job != null) {
            job.cancel();
        }
        return asked;
    }

    /** Ends the attempts that are in a plugin's code; they resume when it is back. */
    public void yield(String plugin) {
        List<LiveJob> jobs =
                running.values().stream().filter(job -> job.isIn(plugin)).toList();
        jobs.forEach(LiveJob::yieldNow);
    }

    /** Ends all attempts: the panel is stopping. */
    public void stop() {
        stopping = true;
        running.values().forEach(LiveJob::yieldNow);
    }

    /** Writes what the log still holds. */
    public void close() {
        log.close();
    }

    private Path workspace(String id) {
        return workspaces.resolve(id);
    }

    private void sweepWorkspaces() {
        if (!Files.isDirectory(workspaces)) {
            return;
        }
        try (Stream<Path> all = Files.list(workspaces)) {
            all.filter(each -> store.find(each.getFileName().toString())
                            .map(JobStore.Row::finished)
                            .orElse(true))
                    .forEach(Jobs::remove);
        } catch (IOException e) {
            LOG.warn("Cannot list the workspaces in {}: {}", workspaces, e.getMessage());
        }
    }

    private static void remove(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        } catch (IOException e) {
            LOG.warn("Cannot remove the workspace {}: {}", directory, e.getMessage());
        }
    }
}
