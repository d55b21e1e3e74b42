package io.openpanel.deploy;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.deploy.internal.AppView;
import io.openpanel.deploy.internal.Apps;
import io.openpanel.deploy.internal.DeploymentFlow;
import io.openpanel.deploy.internal.Deployments;
import io.openpanel.deploy.internal.Engine;
import io.openpanel.deploy.internal.GitAddress;
import io.openpanel.deploy.internal.Projects;
import io.openpanel.deploy.internal.Removal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Apps: a repository or an image, and how to run it. */
@Component(service = Extension.class)
public final class AppActions implements Extension {
    /** What may stand in the path and query of a URL. */
    private static final String HEALTH_PATH = "/([A-Za-z0-9/?:@!$&'()*+,;=._~-]|%[0-9A-Fa-f]{2})*";

    /** As registries name them, a digest or a part of the engine's own id included. */
    private static final String IMAGE =
            "([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?/)?[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*"
                    + "(/[a-z0-9]+(([._]|__|-+)[a-z0-9]+)*)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[0-9a-f]{64})?";

    private final Panel panel;
    private final Projects projects;
    private final Apps apps;
    private final Deployments deployments;
    private final Engine engine;
    private final AppView view;
    private final Removal removal;

    @Activate
    public AppActions(
            @Reference Panel panel,
            @Reference Projects projects,
            @Reference Apps apps,
            @Reference Deployments deployments,
            @Reference Engine engine,
            @Reference AppView view,
            @Reference Removal removal) {
        this.panel = panel;
        this.projects = projects;
        this.apps = apps;
        this.deployments = deployments;
        this.engine = engine;
        this.view = view;
        this.removal = removal;
    }

    public record Create(
            @Param(value = "The project it belongs to", kind = "project") Ref project,
            @Param(
                            value = "Lower-case letters, digits and dashes",
                            pattern = ProjectActions.NAME,
                            max = 40,
                            example = "web")
                    String name,
            @Param(value = "Repository with a Dockerfile", max = 1000, example = "https://example.com/you/web.git")
                    Optional<String> git,
            @Param(value = "A branch or a tag; the repository's own branch where empty", max = 200, example = "main")
                    Optional<String> branch,
            @Param(value = "Folder in the repository to build", max = 300, example = "services/web")
                    Optional<String> directory,
            @Param("Reads a private repository over HTTPS; user:token where the host asks for a user")
                    Optional<Secret> token,
            @Param("Private key that reads a private repository over SSH") Optional<Secret> deployKey,
            @Param(
                            value = "Instead of a repository: an image that exists, its name in lower case",
                            pattern = IMAGE,
                            max = 300,
                            example = "nginx:1.27")
                    Optional<String> image,
            @Param(value = "Where it is not called Dockerfile", max = 300, example = "docker/Dockerfile.prod")
                    Optional<String> dockerfile,
            @Param(value = "Port the app listens on; it gets it as PORT too", min = 1, max = 65535, example = "8080")
                    Optional<Integer> port,
            @Param(
                            value = "Asked until it answers with success; else the port must accept connections",
                            pattern = HEALTH_PATH,
                            max = 300,
                            example = "/healthz")
                    Optional<String> healthPath,
            @Param("How long it may take until it is healthy, 1 s to 1 h; 60 s where not given")
                    Optional<Duration> healthTimeout,
            @Param(value = "Cores it may use", example = "0.5") Optional<Double> cpus,
            @Param(value = "Memory it may use", kind = "bytes", min = 6 << 20) Optional<Long> memory,
            @Param(
                            value =
                                    "Folders that outlive a deployment; such an app stops before its new version starts",
                            max = 20)
                    Optional<List<Apps.Volume>> volumes) {}

    public record Update(
            @Param(kind = "app") Ref app,
            @Param(value = "Lower-case letters, digits and dashes", pattern = ProjectActions.NAME, max = 40)
                    Optional<String> name,
            @Param(value = "Repository with a Dockerfile", max = 1000) Optional<String> git,
            @Param(value = "The branch or tag that is deployed", max = 200) Optional<String> branch,
            @Param(value = "Folder in the repository to build", max = 300) Optional<String> directory,
            @Param("Reads a private repository over HTTPS; user:token where the host asks for a user")
                    Optional<Secret> token,
            @Param("Private key that reads a private repository over SSH") Optional<Secret> deployKey,
            @Param(value = "An image that exists, its name in lower case", pattern = "|" + IMAGE, max = 300)
                    Optional<String> image,
            @Param(value = "Where it is not called Dockerfile", max = 300) Optional<String> dockerfile,
            @Param(value = "Port the app listens on", min = 1, max = 65535) Optional<Integer> port,
            @Param(value = "Asked until it answers with success", pattern = "|" + HEALTH_PATH, max = 300)
                    Optional<String> healthPath,
            @Param("How long it may take until it is healthy") Optional<Duration> healthTimeout,
            @Param("Cores it may use; 0 for no limit") Optional<Double> cpus,
            @Param(value = "Memory it may use; 0 for no limit", kind = "bytes", min = 0) Optional<Long> memory,
            @Param(value = "Folders that outlive a deployment", max = 20) Optional<List<Apps.Volume>> volumes,
            @Param(value = "The domain it is known by; the oldest of its own where none was chosen", kind = "domain")
                    Optional<Ref> mainDomain) {}

    public record Filter(
            @Param(value = "Only of this project", kind = "project") Optional<Ref> project,
            @Param(min = 1, max = 1000) Optional<Integer> limit,
            @Param("The next of the page before") Optional<String> cursor) {}

    public record One(@Param(kind = "app") Ref app) {}

    public record OfProject(@Param(kind = "project") Optional<Ref> project) {}

    public record Listed(List<AppView.App> items, Optional<String> next) {}

    public record Opened(String address) {}

    public record Removed(
            @Param("Containers that were removed") int containers,
            @Param("Images that were removed") int images,
            @Param("Volumes that were kept") List<String> volumes) {}

    public record Reading(
            @Param(kind = "app") Ref app,
            @Param(value = "Only so many of the last lines", min = 0, max = 10_000_000) Optional<Integer> tail,
            @Param("Wait for new lines") Optional<Boolean> follow,
            @Param(value = "Only since this time, or for so long back", example = "15m") Optional<String> since,
            @Param("Only lines after this seq") Optional<Long> after) {}

    public record OfContainer(
            Ref container,
            Optional<Integer> tail,
            Optional<Boolean> follow,
            Optional<String> since,
            Optional<Long> after) {}

    public record Line(long seq, Optional<java.time.Instant> at, Optional<String> stream, String line) {}

    public record Allowed(boolean allowed) {}

    public record Deploying(Ref app, Optional<String> trigger) {}

    public record Sampled(@Param(kind = "app") Ref app, @Param(kind = "deployment") Ref deployment, String address) {}

    @Action(value = "app.list", summary = "Lists apps", effect = READ)
    public Listed list(Call call, Filter in) {
        List<Apps.Row> rows = apps.list(in.project()).stream()
                .filter(row -> call.reach("app").includes(row.ref(), new Ref("project", row.projectId())))
                .toList();
        int from = in.cursor()
                .filter(cursor -> cursor.matches("\\d{1,9}"))
                .map(Integer::parseInt)
                .orElse(0);
        int to = Math.min(rows.size(), from + in.limit().orElse(200));
        List<Apps.Row> page = rows.subList(Math.min(from, to), to);
        return new Listed(
                // Whoever may see a few asks for those alone: a list of all is made of what each of them may see.
                call.reach("app").all()
                        ? view.show(page)
                        : page.stream().map(view::show).toList(),
                to < rows.size() ? Optional.of(String.valueOf(to)) : Optional.empty());
    }

    @Action(value = "app.get", summary = "Shows an app", effect = READ)
    public AppView.App get(One in) {
        return view.show(apps.get(in.app()));
    }

    @Action(value = "app.create", summary = "Makes an app from a repository or an image", effect = CHANGE)
    public AppView.App create(Create in) {
        if (in.git().isPresent() == in.image().isPresent()) {
            throw Problem.invalid("git", "Give either a repository (git) or an image");
        }
        Optional<GitAddress> git = in.git().map(GitAddress::parse);
        Optional<Boolean> privateSource = git.map(each -> isPrivate(in.project(), each));
        Apps.Row made = apps.create(
                in.project(),
                in.name(),
                new Apps.Settings(
                        Optional.empty(),
                        git.map(GitAddress::url),
                        in.branch(),
                        in.directory(),
                        in.token(),
                        in.deployKey(),
                        in.image(),
                        in.dockerfile(),
                        in.port(),
                        in.healthPath(),
                        in.healthTimeout(),
                        in.cpus(),
                        in.memory(),
                        in.volumes(),
                        privateSource,
                        Optional.empty()),
                false);
        return view.show(made);
    }

    @Action(value = "app.update", summary = "Changes an app; the next deployment has it", effect = CHANGE)
    public AppView.App update(Update in) {
        Apps.Row app = apps.get(in.app());
        Optional<GitAddress> git = in.git().filter(text -> !text.isBlank()).map(GitAddress::parse);
        in.mainDomain().ifPresent(domain -> requireOwn(in.app(), domain));
        Optional<Boolean> privateSource = git.map(each -> isPrivate(new Ref("project", app.projectId()), each));
        return view.show(apps.update(
                app,
                new Apps.Settings(
                        in.name(),
                        in.git().map(text -> git.map(GitAddress::url).orElse("")),
                        in.branch(),
                        in.directory(),
                        in.token(),
                        in.deployKey(),
                        in.image(),
                        in.dockerfile(),
                        in.port(),
                        in.healthPath(),
                        in.healthTimeout(),
                        in.cpus(),
                        in.memory(),
                        in.volumes(),
                        privateSource,
                        in.mainDomain())));
    }

    private void requireOwn(Ref app, Ref domain) {
        if (engine.domains(app).stream().noneMatch(each -> each.domain().equals(domain))) {
            throw Problem.invalid("mainDomain", "That domain leads to another app; give this one the domain first");
        }
    }

    /** Whether the repository is at a private address, which needs a right of its own. */
    private boolean isPrivate(Ref project, GitAddress git) {
        boolean isPrivate = git.isPrivate();
        if (isPrivate) {
            try {
                panel.call("app.private-source", new OfProject(Optional.of(project)), Allowed.class);
            } catch (Problem problem) {
                throw problem.kind() == Problem.Kind.DENIED || problem.kind() == Problem.Kind.MISSING
                        ? new Problem(
                                Problem.Kind.DENIED,
                                "The repository is at a private address of this server's network; only an owner or admin may use it")
                        : problem;
            }
        }
        return isPrivate;
    }

    @Action(
            value = "app.private-source",
            summary = "Allows an app to be built from a repository at a private address",
            effect = CHANGE)
    public Allowed privateSource(OfProject in) {
        return new Allowed(true);
    }

    @Action(
            value = "app.delete",
            summary = "Deletes an app with its containers, images and domains; its volumes are kept",
            effect = DESTROY,
            recent = true)
    public Removed delete(One in) {
        Removal.Removed removed = removal.remove(apps.get(in.app()));
        return new Removed(removed.containers(), removed.images(), removed.volumes());
    }

    @Action(value = "app.open", summary = "Gives an app's address", effect = READ, cli = "open {app}")
    public Opened open(One in) {
        return new Opened(view.address(apps.get(in.app()))
                .orElseThrow(() -> new Problem(Problem.Kind.CONFLICT, "The app has no address yet; deploy it first")));
    }

    @Action(value = "app.logs", summary = "Reads what an app prints", effect = READ, cli = "logs {app}")
    public Flow.Publisher<Line> logs(Reading in) {
        return panel.stream(
                "container.logs",
                new OfContainer(container(in.app()), in.tail(), in.follow(), in.since(), in.after()),
                Line.class);
    }

    @Action(value = "app.start", summary = "Starts a stopped app", effect = CHANGE, idempotent = true)
    public AppView.App start(One in) {
        engine.start(container(in.app()));
        return view.show(apps.get(in.app()));
    }

    @Action(
            value = "app.stop",
            summary = "Stops an app; its address answers that it is not running",
            effect = CHANGE,
            idempotent = true)
    public AppView.App stop(One in) {
        engine.stop(container(in.app()));
        return view.show(apps.get(in.app()));
    }

    @Action(value = "app.restart", summary = "Stops an app and starts it again", effect = CHANGE)
    public AppView.App restart(One in) {
        engine.restart(container(in.app()));
        return view.show(apps.get(in.app()));
    }

    private Ref container(Ref ref) {
        Apps.Row app = apps.get(ref);
        Ref container = app.currentDeployment()
                .flatMap(deployments::find)
                .flatMap(Deployments.Row::container)
                .map(id -> new Ref("container", id))
                .orElseThrow(() -> new Problem(Problem.Kind.CONFLICT, "The app was never deployed; deploy it first"));
        if (engine.containers(ref).stream().noneMatch(each -> each.container().equals(container))) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The container of " + app.path()
                            + " is gone: it was removed by other means than this panel; deploy the app again");
        }
        return container;
    }

    @Action(
            value = "app.sample",
            summary = "Makes a small app to try things with, and deploys it",
            effect = CHANGE,
            job = true)
    public Sampled sample(Call call, OfProject in) {
        Ref project = in.project().orElseGet(() -> projects.find("sample")
                .orElseGet(() -> projects.create("sample", "Made by the panel to show how it works"))
                .ref());
        String path = projects.get(project).name() + "/hello";
        Apps.Row app = apps.find(path).orElseGet(() -> apps.create(project, "hello", Apps.Settings.of(8080), true));
        DeploymentFlow.Deployed deployed = panel.call(
                "deployment.start", new Deploying(app.ref(), Optional.of("sample")), DeploymentFlow.Deployed.class);
        return new Sampled(app.ref(), deployed.deployment(), deployed.address());
    }
}
