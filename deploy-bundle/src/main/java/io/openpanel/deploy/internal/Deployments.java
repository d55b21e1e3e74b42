package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.deploy.DeployEvents;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The rows of deployments and the queue they stand in: one at a time for each app, and of those that wait the newest. */
@Component(service = Deployments.class)
public final class Deployments {
    private static final String COLUMNS =
            """
            id, team_id, app_id, number, state, trigger, author, job, branch, commit_id, message, image, container, address, error,
            former, switching, stopped_current, settings, created_at, started_at, finished_at
            """;

    private final Panel panel;
    private final InstantSource clock;

    @Activate
    public Deployments(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    /** How far it is. */
    public enum State {
        QUEUED,
        RUNNING,
        FINISHED,
        FAILED,
        CANCELLED,
        SUPERSEDED
    }

    /** How a version is run; kept with its deployment, so that going back to it brings back more than its image. */
    public record Settings(
            int port,
            Optional<String> healthPath,
            Duration healthTimeout,
            Optional<Double> cpus,
            Optional<Long> memory,
            List<Apps.Volume> volumes) {
        static Settings of(Apps.Row app) {
            return new Settings(
                    app.port(), app.healthPath(), app.healthTimeout(), app.cpus(), app.memory(), app.volumes());
        }
    }

    /**
     * @param former the deployment that served before this one took over
     * @param switching whether requests may go to it although it is not the app's current one
     * @param stoppedCurrent whether it stopped the app's current one to have the volumes for itself
     */
    public record Row(
            String id,
            String teamId,
            String appId,
            int number,
            State state,
            String trigger,
            String author,
            String job,
            Optional<String> branch,
            Optional<String> commitId,
            Optional<String> message,
            Optional<String> image,
            Optional<String> container,
            Optional<String> address,
            Optional<String> error,
            Optional<String> former,
            boolean switching,
            boolean stoppedCurrent,
            Optional<Settings> settings,
            Instant createdAt,
            Optional<Instant> startedAt,
            Optional<Instant> finishedAt) {
        public Ref ref() {
            return new Ref("deployment", id);
        }
    }

    public record Number(int number) {}

    /** A job with which a deployment was made. */
    public record OfJob(Ref job) {}

    /** Those of the jobs, of whichever team, with which a deployment is shown. */
    public Set<Ref> shownWith(List<Ref> jobs) {
        List<String> texts = jobs.stream().map(Ref::toString).toList();
        return panel
                .database()
                .allTeams(tx -> tx.list(OfJob.class, "select job from deployment where job = any(?)", texts))
                .stream()
                .map(OfJob::job)
                .collect(Collectors.toSet());
    }

    /**
     * The deployment of a job; made where there is none. Of those of the app that wait, only what was asked for last
     * stays; the others end as superseded, also one that comes here after what was asked for later.
     */
    public Row enqueue(Apps.Row app, Call call, String trigger) {
        String job = call.job().orElseThrow().toString();
        return panel.database().tx(tx -> {
            Optional<Row> there = tx.one(Row.class, "select " + COLUMNS + " from deployment where job = ?", job);
            if (there.isPresent()) {
                return there.get();
            }
            tx.one(Number.class, "select 1 as number from app where id = ? for update", app.id());
            int number = tx.one(
                            Number.class,
                            "select coalesce(max(number), 0) + 1 as number from deployment where app_id = ?",
                            app.id())
                    .orElseThrow()
                    .number();
            tx.update(
                    "insert into deployment (team_id, id, app_id, number, state, trigger, author, job, branch, created_at, turn)"
                            + " values (openpanel.current_team(), ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?)",
                    Ref.create("deployment").id(),
                    app.id(),
                    number,
                    trigger,
                    call.caller().name(),
                    job,
                    app.branch(),
                    clock.instant(),
                    call.turn());
            tx.update(
                    """
                    update deployment d set state = 'superseded', finished_at = ?,
                        error = 'Superseded by deployment ' || newest.number || ': the newest wins'
                    from (select number, turn from deployment where app_id = ? order by turn desc limit 1) newest
                    where d.app_id = ? and d.state = 'queued' and d.turn < newest.turn
                    """,
                    clock.instant(),
                    app.id(),
                    app.id());
            return tx.one(Row.class, "select " + COLUMNS + " from deployment where job = ?", job)
                    .orElseThrow();
        });
    }

    /**
     * Takes its turn where none of the app's deployments is running.
     *
     * @throws Problem {@link Problem.Kind#CONFLICT} when a newer one superseded it
     */
    public boolean begin(Row deployment) {
        return panel.database().tx(tx -> {
            tx.one(Number.class, "select 1 as number from app where id = ? for update", deployment.appId());
            Row now = tx.one(Row.class, "select " + COLUMNS + " from deployment where id = ?", deployment.id())
                    .orElseThrow(() -> new Problem(Problem.Kind.CONFLICT, "The app was deleted"));
            if (now.state() == State.SUPERSEDED) {
                throw new Problem(Problem.Kind.CONFLICT, now.error().orElse("Superseded by a newer deployment"));
            }
            if (now.state() == State.RUNNING) {
                return true;
            }
            boolean began = tx.update(
                            """
                    update deployment set state = 'running', started_at = ?,
                        former = (select current_deployment from app where id = ?)
                    where id = ? and state = 'queued'
                      and not exists (select from deployment d where d.app_id = ? and d.state = 'running')
                    """,
                            clock.instant(),
                            deployment.appId(),
                            deployment.id(),
                            deployment.appId())
                    == 1;
            if (began) {
                tx.publish(new DeployEvents.Started(deployment.ref(), new Ref("app", deployment.appId())));
            }
            return began;
        });
    }

    public void source(String id, String commit, String author, String message) {
        panel.database()
                .tx(tx -> tx.update(
                        "update deployment set commit_id = ?, author = ?, message = ? where id = ?",
                        commit,
                        author,
                        message,
                        id));
    }

    public void image(String id, String image) {
        panel.database().tx(tx -> tx.update("update deployment set image = ? where id = ?", image, id));
    }

    public void container(String id, String container) {
        panel.database().tx(tx -> tx.update("update deployment set container = ? where id = ?", container, id));
    }

    public void settings(String id, Settings settings) {
        panel.database().tx(tx -> tx.update("update deployment set settings = ? where id = ?", settings, id));
    }

    public void switching(String id, boolean switching) {
        panel.database().tx(tx -> tx.update("update deployment set switching = ? where id = ?", switching, id));
    }

    public void stoppedCurrent(String id, boolean stopped) {
        panel.database().tx(tx -> tx.update("update deployment set stopped_current = ? where id = ?", stopped, id));
    }

    /** From here on it is the app's current one. */
    public void finish(Row row, String address) {
        panel.database().tx(tx -> {
            tx.update(
                    "update deployment set state = 'finished', finished_at = ?, address = ? where id = ?",
                    clock.instant(),
                    address,
                    row.id());
            // What others of the app have left to take back is out of date with it.
            tx.update("update deployment set switching = false, stopped_current = false where app_id = ?", row.appId());
            tx.update(
                    "update app set current_deployment = ?, version = version + 1 where id = ?", row.id(), row.appId());
            tx.publish(new DeployEvents.Finished(row.ref(), new Ref("app", row.appId()), address));
            return null;
        });
    }

    public void fail(Row row, State state, String reason) {
        panel.database().tx(tx -> {
            int changed = tx.update(
                    """
                    update deployment set state = ?, finished_at = ?, error = ? where id = ? and state in ('queued', 'running')
                    """,
                    state,
                    clock.instant(),
                    reason,
                    row.id());
            if (changed == 1) {
                tx.publish(new DeployEvents.Failed(row.ref(), new Ref("app", row.appId()), reason));
            }
            return null;
        });
    }

    public Optional<Row> find(String id) {
        return panel.database().tx(tx -> tx.one(Row.class, "select " + COLUMNS + " from deployment where id = ?", id));
    }

    public Row get(Ref deployment) {
        return find(deployment.id()).orElseThrow(() -> Problem.missing(deployment));
    }

    /** Newest first. */
    public List<Row> list(Ref app, int limit) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS + " from deployment where app_id = ? order by number desc limit ?",
                        app.id(),
                        limit));
    }

    public Optional<Row> latest(Ref app) {
        return list(app, 1).stream().findFirst();
    }

    /** The newest of each app. */
    public List<Row> latest() {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select distinct on (app_id) " + COLUMNS + " from deployment order by app_id, number desc"));
    }

    /** The newest that worked before the current one. */
    public Optional<Row> before(Apps.Row app) {
        return panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        "select " + COLUMNS
                                + """
                from deployment where app_id = ? and state = 'finished' and image is not null
                  and number < (select number from deployment where id = ?) order by number desc limit 1
                """,
                        app.id(),
                        app.currentDeployment().orElse("")));
    }

    /** Those still queued or running. */
    public List<Row> unfinished(Ref app) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS + " from deployment where app_id = ? and state in ('queued', 'running')",
                        app.id()));
    }

    /** Ids of the apps with a deployment that has not ended, or has not taken everything back. */
    public Set<String> untidyApps() {
        return panel
                .database()
                .tx(
                        tx -> tx.list(
                                AppId.class,
                                """
                        select distinct app_id from deployment
                        where state in ('queued', 'running') or switching or stopped_current
                        """))
                .stream()
                .map(AppId::appId)
                .collect(Collectors.toSet());
    }

    public record AppId(String appId) {}

    /** Those that ended without having taken everything back. */
    public List<Row> unsettled(Ref app) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS
                                + """
                from deployment where app_id = ? and (switching or stopped_current)
                  and state not in ('queued', 'running', 'finished') order by number
                """,
                        app.id()));
    }

    /** Images that only deployments older than the newest ten have. */
    public List<Row> outdated(Ref app, int kept) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS
                                + """
                from deployment d where app_id = ? and image is not null and image not in
                    (select image from deployment where app_id = ? and image is not null and state in ('finished', 'running')
                     order by number desc limit ?)
                """,
                        app.id(),
                        app.id(),
                        kept));
    }

    public void forgetImage(String id) {
        panel.database().tx(tx -> tx.update("update deployment set image = null where id = ?", id));
    }
}
