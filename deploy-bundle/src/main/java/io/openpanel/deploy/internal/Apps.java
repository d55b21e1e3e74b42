package io.openpanel.deploy.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.deploy.DeployEvents;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The rows of apps, as the call's team sees them. */
@Component(service = Apps.class)
public final class Apps {
    private static final String COLUMNS =
            """
            a.id, a.team_id, a.project_id, p.name as project_name, a.name, a.git, a.branch, a.directory, a.token, a.deploy_key,
            a.known_host, a.private_source, a.image, a.sample, a.dockerfile, a.port, a.health_path, a.health_timeout, a.cpus,
            a.memory, a.volumes, a.main_domain, a.current_deployment, a.created_at, a.version
            """;
    private static final String FROM = " from app a join project p on p.team_id = a.team_id and p.id = a.project_id ";

    private static final double LEAST_CPUS = 0.01;
    private static final double MOST_CPUS = 1024;
    private static final long LEAST_MEMORY = 6 << 20;
    private static final Set<String> RESERVED = Set.of("proc", "sys", "dev");
    private static final Duration SHORTEST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofHours(1);

    private final Panel panel;
    private final InstantSource clock;

    @Activate
    public Apps(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    /** A named volume and where the app sees it. */
    public record Volume(
            @Param(value = "Its name in the project", pattern = "[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?", example = "data")
                    String name,
            @Param(value = "Where the app sees it", pattern = "/[^:\\x00-\\x1f]{1,200}", example = "/var/lib/data")
                    String path) {}

    /**
     * What a person may set; absent leaves what is there, an empty text or a limit of 0 takes it away.
     *
     * @throws Problem {@link Problem.Kind#INVALID} when an app could not be run so
     */
    public record Settings(
            Optional<String> name,
            Optional<String> git,
            Optional<String> branch,
            Optional<String> directory,
            Optional<Secret> token,
            Optional<Secret> deployKey,
            Optional<String> image,
            Optional<String> dockerfile,
            Optional<Integer> port,
            Optional<String> healthPath,
            Optional<Duration> healthTimeout,
            Optional<Double> cpus,
            Optional<Long> memory,
            Optional<List<Volume>> volumes,
            Optional<Boolean> privateSource,
            Optional<Ref> mainDomain) {
        public Settings {
            if (git.filter(Apps::isGiven).isPresent()
                    && image.filter(Apps::isGiven).isPresent()) {
                throw Problem.invalid("git", "Give either a repository (git) or an image");
            }
            if (cpus.filter(cores -> cores != 0 && !(cores >= LEAST_CPUS && cores <= MOST_CPUS))
                    .isPresent()) {
                throw Problem.invalid(
                        "cpus", "cpus must be from " + LEAST_CPUS + " to " + MOST_CPUS + ", or 0 for no limit");
            }
            if (memory.filter(bytes -> bytes != 0 && bytes < LEAST_MEMORY).isPresent()) {
                throw Problem.invalid("memory", "memory must be at least 6 MiB, or 0 for no limit");
            }
            if (healthTimeout
                    .filter(time -> time.compareTo(SHORTEST_WAIT) < 0 || time.compareTo(LONGEST_WAIT) > 0)
                    .isPresent()) {
                throw Problem.invalid("healthTimeout", "healthTimeout must be from 1 second to 1 hour");
            }
            volumes.ifPresent(Apps::checkVolumes);
        }

        /** Of a new app the panel makes up itself. */
        public static Settings of(int port) {
            return new Settings(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(port),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /** The engine says so too, but only once the former version was stopped for it. */
    private static void checkVolumes(List<Volume> volumes) {
        Set<Path> paths = new HashSet<>();
        for (Volume volume : volumes) {
            Path path = Path.of(volume.path());
            if (!path.equals(path.normalize()) || path.getNameCount() == 0) {
                throw Problem.invalid(
                        "volumes", "'" + volume.path() + "' is no folder of its own; write it without . and ..");
            }
            if (RESERVED.contains(path.getName(0).toString())) {
                throw Problem.invalid("volumes", "'" + volume.path() + "' is the system's own folder; choose another");
            }
            if (!paths.add(path)) {
                throw Problem.invalid(
                        "volumes", "Two volumes are at '" + volume.path() + "'; give each a folder of its own");
            }
        }
    }

    private static boolean isGiven(String text) {
        return !text.isEmpty();
    }

    public record Row(
            String id,
            String teamId,
            String projectId,
            String projectName,
            String name,
            Optional<String> git,
            Optional<String> branch,
            Optional<String> directory,
            Optional<Secret> token,
            Optional<Secret> deployKey,
            Optional<String> knownHost,
            boolean privateSource,
            Optional<String> image,
            boolean sample,
            Optional<String> dockerfile,
            int port,
            Optional<String> healthPath,
            Duration healthTimeout,
            Optional<Double> cpus,
            Optional<Long> memory,
            List<Volume> volumes,
            Optional<String> mainDomain,
            Optional<String> currentDeployment,
            Instant createdAt,
            long version) {
        public Ref ref() {
            return new Ref("app", id);
        }

        public String path() {
            return projectName + '/' + name;
        }

        /** The token in plain. */
        Optional<String> plainToken() {
            return token.map(each -> each.at("app", "token", id).reveal());
        }

        /** The deploy key in plain. */
        Optional<String> plainDeployKey() {
            return deployKey.map(each -> each.at("app", "deploy_key", id).reveal());
        }
    }

    public List<Row> list(Optional<Ref> project) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS + FROM
                                + "where (?::text is null or a.project_id = ?) order by p.name, a.name",
                        project.map(Ref::id),
                        project.map(Ref::id)));
    }

    /** By id or {@code project/app}. */
    public Optional<Row> find(String idOrPath) {
        return panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        "select " + COLUMNS + FROM
                                + "where a.id = ? or p.name || '/' || a.name = ? order by a.id = ? desc limit 1",
                        idOrPath,
                        idOrPath,
                        idOrPath));
    }

    public Row get(Ref app) {
        return find(app.id()).orElseThrow(() -> Problem.missing(app));
    }

    public Row create(Ref project, String name, Settings settings, boolean sample) {
        String id = Ref.create("app").id();
        return panel.database().tx(tx -> {
            requireFree(tx, project.id(), name, id);
            tx.update(
                    """
                    insert into app (team_id, id, project_id, name, sample, port, health_timeout, created_at)
                    values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?)
                    """,
                    id,
                    project.id(),
                    name,
                    sample,
                    settings.port().orElse(8080),
                    settings.healthTimeout().orElse(Duration.ofSeconds(60)),
                    clock.instant());
            apply(tx, id, settings);
            Row made = tx.one(Row.class, "select " + COLUMNS + FROM + "where a.id = ?", id)
                    .orElseThrow();
            tx.publish(new DeployEvents.AppCreated(made.ref(), made.path()));
            return made;
        });
    }

    public record Name(String name) {}

    private static void requireFree(Database.Tx tx, String project, String name, String app) {
        if (tx.one(Name.class, "select name from app where project_id = ? and name = ? and id <> ?", project, name, app)
                .isPresent()) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "The project has an app '" + name + "' already; choose another name");
        }
    }

    public Row update(Row app, Settings settings) {
        return panel.database().tx(tx -> {
            settings.name().ifPresent(name -> requireFree(tx, app.projectId(), name, app.id()));
            apply(tx, app.id(), settings);
            Row row = tx.one(Row.class, "select " + COLUMNS + FROM + "where a.id = ?", app.id())
                    .orElseThrow(() -> Problem.missing(app.ref()));
            if (row.git().isEmpty() && row.image().isEmpty() && !row.sample()) {
                throw Problem.invalid("git", "An app needs a repository (git) or an image; give one in its place");
            }
            return row;
        });
    }

    private static void apply(Database.Tx tx, String id, Settings in) {
        tx.update(
                """
                update app set name = coalesce(?, name), git = nullif(coalesce(?, git), ''), branch = nullif(coalesce(?, branch), ''),
                    directory = nullif(coalesce(?, directory), ''), token = case when ? then null else coalesce(?, token) end,
                    deploy_key = case when ? then null else coalesce(?, deploy_key) end, image = nullif(coalesce(?, image), ''),
                    dockerfile = nullif(coalesce(?, dockerfile), ''), port = coalesce(?, port),
                    health_path = nullif(coalesce(?, health_path), ''), health_timeout = coalesce(?, health_timeout),
                    cpus = nullif(coalesce(?, cpus), 0), memory = nullif(coalesce(?, memory), 0),
                    private_source = coalesce(?, private_source), main_domain = coalesce(?, main_domain), sample = sample and not ?,
                    known_host = case when ?::text is null then known_host end, version = version + 1
                where id = ?
                """,
                in.name(),
                in.image().filter(Apps::isGiven).map(image -> "").or(in::git),
                in.branch(),
                in.directory(),
                isTakenAway(in.token()),
                in.token().map(each -> each.at("app", "token", id)),
                isTakenAway(in.deployKey()),
                in.deployKey().map(each -> each.at("app", "deploy_key", id)),
                in.git().filter(Apps::isGiven).map(git -> "").or(in::image),
                in.dockerfile(),
                in.port(),
                in.healthPath(),
                in.healthTimeout(),
                in.cpus(),
                in.memory(),
                in.privateSource(),
                in.mainDomain().map(Ref::id),
                Stream.of(in.git(), in.image()).flatMap(Optional::stream).anyMatch(Apps::isGiven),
                in.git(),
                id);
        in.volumes().ifPresent(volumes -> {
            if (volumes.isEmpty()) {
                tx.update("update app set volumes = '[]' where id = ?", id);
            } else {
                tx.update("update app set volumes = ? where id = ?", volumes, id);
            }
        });
    }

    private static boolean isTakenAway(Optional<Secret> secret) {
        return secret.filter(each -> each.reveal().isEmpty()).isPresent();
    }

    /** Keeps the key that a Git server showed first. */
    public void trustHost(Ref app, String key) {
        panel.database().tx(tx -> tx.update("update app set known_host = ? where id = ?", key, app.id()));
    }

    public void setCurrent(Ref app, String deployment) {
        panel.database()
                .tx(tx -> tx.update(
                        "update app set current_deployment = ?, version = version + 1 where id = ?",
                        deployment,
                        app.id()));
    }

    public void delete(Ref app) {
        panel.database().tx(tx -> tx.update("delete from app where id = ?", app.id()));
    }
}
