package io.openpanel.deploy.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Mask;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.deploy.internal.Deployments.State;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One deployment from its place in the queue to the stop of the version before it; each step is stored and not done twice. */
@Component(service = DeploymentFlow.class)
public final class DeploymentFlow {
    private static final Logger LOG = LoggerFactory.getLogger(DeploymentFlow.class);
    private static final String SOURCE = "source";
    private static final int KEPT_IMAGES = 10;
    private static final long DRAIN_MILLIS = 1000;

    private final Panel panel;
    private final Apps apps;
    private final Variables variables;
    private final Deployments deployments;
    private final Engine engine;
    private final Withdrawal withdrawal;
    private final String sampleImage;

    @Activate
    public DeploymentFlow(
            @Reference Panel panel,
            @Reference Apps apps,
            @Reference Variables variables,
            @Reference Deployments deployments,
            @Reference Engine engine,
            @Reference Withdrawal withdrawal,
            BundleContext context) {
        this.panel = panel;
        this.apps = apps;
        this.variables = variables;
        this.deployments = deployments;
        this.engine = engine;
        this.withdrawal = withdrawal;
        this.sampleImage = Optional.ofNullable(context.getProperty("openpanel.sample.image"))
                .or(() -> Optional.ofNullable(System.getenv("OPENPANEL_SAMPLE_IMAGE")))
                .orElse("busybox:stable");
    }

    /** What is to be deployed: a commit, or again what an earlier deployment was. */
    public record Wanted(Optional<String> commit, Optional<String> trigger, Optional<Deployments.Row> earlier) {}

    public record Queued(String deployment, int number) {}

    public record Cloned(String commit, String author, String message) {}

    public record Built(String image) {}

    public record Started(Ref container, String address) {}

    public record Switched(String address) {}

    public record Stopped(int containers, int images) {}

    /** What a deployment gives. */
    public record Deployed(Ref deployment, int number, String address, String image, Optional<String> commit) {}

    /** Deploys within the call's job. */
    public Deployed run(Call call, Ref app, Wanted wanted) {
        String trigger = wanted.trigger().orElse(wanted.earlier().isPresent() ? "rollback" : "manual");
        Deployments.Row deployment = deployments.enqueue(apps.get(app), call, trigger);
        try {
            return steps(call, app, wanted, deployment);
        } catch (RuntimeException e) {
            undo(call, app, deployment, e);
            throw e;
        }
    }

    private Deployed steps(Call call, Ref ref, Wanted wanted, Deployments.Row deployment) {
        call.step("queue", Queued.class, () -> queue(call, ref, deployment, wanted));
        Apps.Row app = apps.get(ref);
        String id = deployment.id();
        // Each attempt opens them anew: only what it opened is masked in its part of the log.
        variables.secrets(id);
        Optional<String> commit = Optional.empty();
        Built built;
        if (wanted.earlier().isPresent()) {
            Deployments.Row earlier = wanted.earlier().get();
            built = new Built(earlier.image().orElseThrow());
            requireImage(earlier);
            call.log("Back to deployment " + earlier.number() + ", with the environment and the settings it had");
            commit = earlier.commitId();
            commit.ifPresent(back -> deployments.source(
                    id, back, deployment.author(), earlier.message().orElse("")));
        } else {
            if (app.image().isEmpty() && !app.sample()) {
                commit = Optional.of(call.step("clone", Cloned.class, () -> fetch(call, app, wanted.commit(), id))
                        .commit());
            }
            call.progress(20);
            built = call.step("build", Built.class, () -> build(call, app, deployment));
        }
        deployments.image(id, built.image());
        call.progress(60);
        Deployments.Row begun = deployments.get(deployment.ref());
        Deployments.Settings settings = begun.settings().orElseThrow();
        Started started = call.step("start", Started.class, () -> start(call, app, begun, settings, built.image()));
        deployments.container(id, started.container().id());
        call.step("health", Health.Healthy.class, () -> new Health(engine, call)
                .await(settings, started.container(), started.address()));
        call.progress(85);
        Switched switched =
                call.step("switch", Switched.class, () -> change(call, app, deployment, started, settings.port()));
        try {
            call.step("stop", Stopped.class, () -> retire(call, app, started.container()));
        } catch (Problem problem) {
            call.log("The former version is still there and is removed later: " + problem.getMessage());
        }
        return new Deployed(deployment.ref(), deployment.number(), switched.address(), built.image(), commit);
    }

    private void requireImage(Deployments.Row earlier) {
        if (earlier.image().filter(engine::hasImage).isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The image of deployment " + earlier.number() + " is gone from the engine; "
                            + earlier.commitId()
                                    .map(commit -> "deploy its commit " + commit.substring(0, 10) + " instead")
                                    .orElse("deploy the app instead"));
        }
    }

    private Queued queue(Call call, Ref app, Deployments.Row deployment, Wanted wanted) {
        boolean told = false;
        while (!deployments.begin(deployment)) {
            withdrawal.endAbandoned(app);
            if (!told) {
                call.log("Waiting for the app's running deployment to end");
                told = true;
            }
            Health.pause(call, 300);
        }
        wanted.earlier()
                .ifPresentOrElse(
                        earlier -> variables.copyTo(deployment.id(), earlier.id()),
                        () -> variables.copyTo(deployment.id(), app));
        deployments.settings(
                deployment.id(),
                wanted.earlier()
                        .flatMap(Deployments.Row::settings)
                        .orElseGet(() -> Deployments.Settings.of(apps.get(app))));
        return new Queued(deployment.id(), deployment.number());
    }

    private Cloned fetch(Call call, Apps.Row app, Optional<String> commit, String deployment) {
        if (app.git().isEmpty()) {
            throw new Problem(
                    Problem.Kind.INVALID,
                    "The app " + app.path() + " has neither a repository nor an image; give it one");
        }
        Checkout.Commit fetched = new Checkout(
                        app, call, panel.workspace().resolve(SOURCE), key -> apps.trustHost(app.ref(), key))
                .fetch(commit);
        deployments.source(deployment, fetched.id(), fetched.author(), fetched.message());
        return new Cloned(fetched.id(), fetched.author(), fetched.message());
    }

    private Built build(Call call, Apps.Row app, Deployments.Row deployment) {
        if (app.image().isPresent()) {
            return new Built(engine.image(app.image().get()));
        }
        Path source = panel.workspace().resolve(SOURCE);
        if (app.sample()) {
            Sample.write(source, sampleImage);
        }
        String directory = SourceTree.directory(source, app.directory());
        String dockerfile = SourceTree.dockerfile(source, directory, app.dockerfile());
        String tag = "op/" + app.projectName() + '-' + app.name() + ':' + deployment.id();
        return new Built(engine.build(new Engine.Build(
                        SourceTree.join(SOURCE, directory),
                        dockerfile,
                        tag,
                        variables.of(deployment.id(), Variables.Scope.BUILD),
                        Optional.empty(),
                        Optional.empty()))
                .image());
    }

    private Started start(
            Call call, Apps.Row app, Deployments.Row deployment, Deployments.Settings settings, String image) {
        if (!settings.volumes().isEmpty()) {
            withdrawal.stopCurrent(app, deployment, call::log);
        }
        Map<String, Secret> environment = new LinkedHashMap<>();
        environment.put("PORT", Secret.of(String.valueOf(settings.port())));
        environment.putAll(variables.of(deployment.id(), Variables.Scope.RUNTIME));
        Set<String> unmasked = new HashSet<>(environment.keySet());
        unmasked.removeAll(variables.secrets(deployment.id()).keySet());
        List<Engine.Volume> volumes = settings.volumes().stream()
                .map(volume -> new Engine.Volume("op-" + app.id() + '-' + volume.name(), volume.path()))
                .toList();
        String name = app.name() + '-' + deployment.id().substring(0, 8);
        Engine.Ran ran = engine.run(new Engine.Run(
                name,
                image,
                environment,
                List.copyOf(unmasked),
                engine.network(app),
                List.of(app.name()),
                volumes,
                settings.port(),
                settings.cpus(),
                settings.memory(),
                app.ref(),
                deployment.id()));
        call.log("Started " + name);
        return new Started(
                ran.container(),
                ran.address()
                        .orElseThrow(() -> new Problem(
                                Problem.Kind.UPSTREAM,
                                "The engine gave the container no address; look at the container " + name)));
    }

    private Switched change(Call call, Apps.Row app, Deployments.Row deployment, Started started, int port) {
        Health.stopIfCancelled(call);
        engine.generateDomain(app.ref());
        String address = AppView.main(apps.get(app.ref()), engine.domains(app.ref()))
                .map(Engine.Domain::address)
                .orElse("");
        // Stored before it is done: an attempt that dies between the two leaves no other trace.
        deployments.switching(deployment.id(), true);
        Engine.Routed routed = engine.route(app.ref(), List.of(started.address() + ':' + port));
        deployments.finish(deployment, address);
        call.log("Online at "
                + Stream.concat(Stream.of(address), routed.addresses().stream())
                        .distinct()
                        .collect(Collectors.joining(", ")));
        return new Switched(address);
    }

    /** After the switch: what still runs of former versions has had time for its last answers. */
    private Stopped retire(Call call, Apps.Row app, Ref current) {
        List<Engine.Container> former = former(app, current);
        if (!former.isEmpty()) {
            Health.pause(call, DRAIN_MILLIS);
            // Meanwhile a newer deployment may have begun, or taken over.
            former = former(app, current);
        }
        former.forEach(each -> {
            engine.stopQuietly(each.container());
            engine.remove(each.container());
            call.log("Stopped " + each.name());
        });
        int images = 0;
        for (Deployments.Row old : deployments.outdated(app.ref(), KEPT_IMAGES)) {
            if (app.image().isEmpty() && engine.removeImage(old.image().orElseThrow())) {
                deployments.forgetImage(old.id());
                images++;
            }
        }
        return new Stopped(former.size(), images);
    }

    /** The app's containers that neither serve nor belong to a deployment under way. */
    private List<Engine.Container> former(Apps.Row app, Ref current) {
        Set<String> needed = new HashSet<>(deployments.unfinished(app.ref()).stream()
                .map(Deployments.Row::id)
                .toList());
        apps.get(app.ref()).currentDeployment().ifPresent(needed::add);
        return engine.containers(app.ref()).stream()
                .filter(each -> !each.container().equals(current)
                        && !needed.contains(each.deployment().orElse("")))
                .toList();
    }

    private void undo(Call call, Ref app, Deployments.Row deployment, RuntimeException failure) {
        Deployments.Row now = deployments.find(deployment.id()).orElse(null);
        // One that is finished serves: only tidying up failed, and the next sweep does that again.
        if (now == null || now.state() == State.SUPERSEDED || now.state() == State.FINISHED) {
            return;
        }
        boolean cancelled = call.cancelled();
        try {
            withdrawal.withdraw(app, now, call::log);
        } catch (RuntimeException e) {
            LOG.warn("The sweep will take back what deployment {} left: {}", deployment.id(), e.getMessage());
        }
        deployments.fail(
                now,
                cancelled ? State.CANCELLED : State.FAILED,
                cancelled
                        ? "Cancelled"
                        : failure instanceof Problem
                                ? masked(deployment.id(), failure.getMessage())
                                : "An internal error; the panel's log has more");
    }

    private String masked(String deployment, String text) {
        Mask mask = new Mask();
        variables.secrets(deployment).values().forEach(secret -> mask.add(secret.reveal()));
        return mask.apply(text);
    }
}
