package io.openpanel.kernel.internal.job;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;

/** What people do with jobs. */
public final class JobActions implements Extension {
    private static final int CHUNK = 200;
    private static final int MOST_CHUNKS = 10;

    private final Jobs jobs;
    private final Retention retention;

    public JobActions(Jobs jobs, Retention retention) {
        this.jobs = jobs;
        this.retention = retention;
    }

    public record Listing(
            @Param(value = "Only in this state", pattern = "queued|running|done|failed|cancelled")
                    Optional<String> state,
            @Param("Only of this action") Optional<String> action,
            @Param("Only about this resource, as kind:id") Optional<String> resource,
            @Param(min = 1, max = 500) Optional<Integer> limit,
            @Param("The next of the page before") Optional<String> cursor) {}

    public record Listed(List<Summary> items, Optional<String> next) {}

    public record Summary(
            Ref job,
            String action,
            String state,
            int progress,
            int attempt,
            Optional<Ref> resource,
            Optional<String> resourceName,
            String caller,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt,
            Optional<Failure> error) {}

    public record Failure(String kind, String message) {}

    public record Step(String name, String state, int attempt, Instant startedAt, Optional<Instant> finishedAt) {}

    public record Detail(
            Ref job,
            String action,
            String state,
            int progress,
            int attempt,
            Optional<Ref> resource,
            Optional<String> resourceName,
            String caller,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt,
            List<Step> steps,
            @Param("What the action returned") Optional<Object> result,
            Optional<Failure> error) {}

    public record One(@Param(kind = "job") Ref job) {}

    public record Following(
            @Param(kind = "job") Ref job,
            @Param("Only lines after this number") Optional<Long> after,
            @Param("Go on until the job ends") Optional<Boolean> follow) {}

    public record Line(long seq, Instant at, Optional<String> step, String line) {}

    @Action(value = "job.list", summary = "Lists jobs, newest first", effect = READ)
    public Listed list(Call call, Listing in) {
        int limit = in.limit().orElse(50);
        Optional<Ref> resource = in.resource().map(Ref::parse);
        Optional<JobStore.Cursor> after = in.cursor().map(JobStore.Cursor::parse);
        List<Summary> items = new ArrayList<>();
        for (int chunk = 0; chunk < MOST_CHUNKS; chunk++) {
            List<JobStore.Row> rows = jobs.store().list(call.team(), in.state(), in.action(), resource, after, CHUNK);
            for (JobStore.Row row : rows) {
                if (items.size() == limit) {
                    return new Listed(items, after.map(JobStore.Cursor::toString));
                }
                after = Optional.of(JobStore.Cursor.of(row));
                if (visible(call, row)) {
                    items.add(summary(row));
                }
            }
            if (rows.size() < CHUNK) {
                return new Listed(items, Optional.empty());
            }
        }
        return new Listed(items, after.map(JobStore.Cursor::toString));
    }

    private static boolean visible(Call call, JobStore.Row row) {
        return call.reach("job")
                .includes(new Ref("job", row.id()), row.resource().stream().toArray(Ref[]::new));
    }

    /** Those of a job within it are its own affair, unless this one has none besides. */
    private static List<Step> steps(List<JobStore.StepRow> all) {
        long depth = all.stream().mapToLong(JobStore.StepRow::depth).min().orElse(0);
        return all.stream()
                .filter(step -> step.depth() == depth)
                .map(step -> new Step(
                        JobStore.StepRow.shown(step.name()),
                        step.state(),
                        step.attempt(),
                        step.startedAt(),
                        step.finishedAt()))
                .toList();
    }

    @Action(value = "job.get", summary = "Shows a job with its steps", effect = READ)
    public Detail get(Call call, One in) {
        JobStore.Row row = find(in.job());
        Summary head = summary(row);
        List<Step> steps = steps(jobs.store().steps(row.id()));
        Optional<Object> result =
                row.result().map(json -> Json.plain(Json.parse(json.getBytes(StandardCharsets.UTF_8))));
        return new Detail(
                head.job(),
                head.action(),
                head.state(),
                head.progress(),
                head.attempt(),
                head.resource(),
                head.resourceName(),
                head.caller(),
                head.createdAt(),
                head.startedAt(),
                head.finishedAt(),
                steps,
                result,
                head.error());
    }

    @Action(value = "job.log", summary = "Reads the log of a job", effect = READ)
    public Flow.Publisher<Line> log(Call call, Following in) {
        find(in.job());
        return new LogStream(
                jobs, in.job().id(), in.after().orElse(0L), in.follow().orElse(true));
    }

    @Action(value = "job.cancel", summary = "Stops a job", effect = CHANGE, idempotent = true)
    public Summary cancel(Call call, One in) {
        if (!jobs.cancel(in.job().id())) {
            throw new Problem(Problem.Kind.CONFLICT, "The job has already ended");
        }
        return summary(find(in.job()));
    }

    @Every("PT6H")
    public void sweep() {
        retention.sweep();
    }

    private JobStore.Row find(Ref job) {
        return jobs.store().find(job.id()).orElseThrow(() -> Problem.missing(job));
    }

    private static Summary summary(JobStore.Row row) {
        Optional<Failure> error =
                row.errorKind().map(kind -> new Failure(kind, row.error().orElse("")));
        return new Summary(
                new Ref("job", row.id()),
                row.action(),
                row.state(),
                row.progress(),
                row.attempt(),
                row.resource(),
                row.resourceName(),
                JobStore.caller(row).name(),
                row.createdAt(),
                row.startedAt(),
                row.finishedAt(),
                error);
    }
}
