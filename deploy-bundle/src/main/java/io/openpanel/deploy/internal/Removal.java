package io.openpanel.deploy.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.deploy.DeployEvents;
import java.time.Duration;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Removes what an app made, and nothing else: by the ids in our own rows and the app's own label. Volumes stay. */
@Component(service = Removal.class)
public final class Removal {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Panel panel;
    private final Apps apps;
    private final Deployments deployments;
    private final Engine engine;

    @Activate
    public Removal(
            @Reference Panel panel,
            @Reference Apps apps,
            @Reference Deployments deployments,
            @Reference Engine engine) {
        this.panel = panel;
        this.apps = apps;
        this.deployments = deployments;
        this.engine = engine;
    }

    public record OfJob(Ref job) {}

    /** What went, and what was kept. */
    public record Removed(int containers, int images, List<String> volumes) {}

    public Removed remove(Apps.Row app) {
        endDeployments(app);
        engine.releaseDomains(app.ref());
        List<Engine.Container> containers = engine.containers(app.ref());
        containers.forEach(each -> {
            try {
                engine.stop(each.container());
            } catch (Problem problem) {
                // Removing it ends it as well.
            }
            engine.remove(each.container());
        });
        int images = 0;
        if (app.image().isEmpty()) {
            for (String image : deployments.list(app.ref(), 10_000).stream()
                    .flatMap(each -> each.image().stream())
                    .distinct()
                    .toList()) {
                images += engine.removeImage(image) ? 1 : 0;
            }
        }
        panel.database().tx(tx -> {
            apps.delete(app.ref());
            tx.publish(new DeployEvents.AppDeleted(app.ref(), app.path()));
            return null;
        });
        return new Removed(
                containers.size(),
                images,
                app.volumes().stream()
                        .map(volume -> "op-" + app.id() + '-' + volume.name())
                        .toList());
    }

    private void endDeployments(Apps.Row app) {
        deployments.unfinished(app.ref()).forEach(this::cancel);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!deployments.unfinished(app.ref()).isEmpty()) {
            if (System.nanoTime() > end) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "A deployment of " + app.path() + " does not end; cancel it, then delete the app");
            }
            try {
                Thread.sleep(200);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping", e);
            }
        }
    }

    /** Asks a deployment's job to stop. */
    public void cancel(Deployments.Row deployment) {
        try {
            panel.call("job.cancel", new OfJob(Ref.parse(deployment.job())), null);
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.CONFLICT && problem.kind() != Problem.Kind.MISSING) {
                throw problem;
            }
            // The job is over: its row says so from now on.
            deployments.fail(deployment, Deployments.State.FAILED, "The deployment's job ended without a result");
        }
    }

    public void removeNetwork(Ref project) {
        engine.removeNetwork(project.id());
    }
}
