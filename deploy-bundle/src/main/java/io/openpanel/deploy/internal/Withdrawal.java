package io.openpanel.deploy.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back what a deployment did that does not become the app's current one. What there is to take back is in its row,
 * so that a later attempt, the next deployment or the sweep can do it as well.
 */
@Component(service = Withdrawal.class)
public final class Withdrawal {
    private static final Logger LOG = LoggerFactory.getLogger(Withdrawal.class);

    private final Apps apps;
    private final Deployments deployments;
    private final Engine engine;

    @Activate
    public Withdrawal(@Reference Apps apps, @Reference Deployments deployments, @Reference Engine engine) {
        this.apps = apps;
        this.deployments = deployments;
        this.engine = engine;
    }

    /** Stops the app's current version, so that two never write to the same files. */
    void stopCurrent(Apps.Row app, Deployments.Row deployment, Consumer<String> log) {
        current(app).filter(Engine.Container::isRunning).ifPresent(container -> {
            log.accept(
                    "The app has a volume: the former version stops first, so that two never write to the same files");
            deployments.stoppedCurrent(deployment.id(), true);
            engine.stopQuietly(container.container());
        });
    }

    /**
     * Lets the current version serve again, then removes the deployment's containers and image.
     *
     * @throws Problem when a part of it cannot be done now; whoever serves then is left alone
     */
    void withdraw(Ref ref, Deployments.Row deployment, Consumer<String> log) {
        engine.requireReachable();
        Apps.Row app = apps.get(ref);
        List<Engine.Container> own = engine.containers(ref).stream()
                .filter(each -> each.deployment().equals(Optional.of(deployment.id())))
                .toList();
        if (deployment.stoppedCurrent()) {
            own.forEach(each -> engine.stopQuietly(each.container()));
            startCurrent(app, log);
            deployments.stoppedCurrent(deployment.id(), false);
        }
        if (deployment.switching()) {
            engine.route(ref, upstreams(app));
            deployments.switching(deployment.id(), false);
            log.accept("Requests go to the former version again");
        }
        own.forEach(each -> {
            engine.stopQuietly(each.container());
            engine.remove(each.container());
        });
        removeImage(app, deployment);
    }

    private void startCurrent(Apps.Row app, Consumer<String> log) {
        current(app).filter(each -> !each.isRunning()).ifPresent(container -> {
            engine.start(container.container());
            log.accept("The former version was started again");
        });
    }

    /** Where the current version takes requests; nowhere where there is none. */
    private List<String> upstreams(Apps.Row app) {
        Optional<Engine.Container> container = current(app);
        Optional<Deployments.Row> row = app.currentDeployment().flatMap(deployments::find);
        if (container.isEmpty() || row.isEmpty()) {
            return List.of();
        }
        int port = row.get().settings().map(Deployments.Settings::port).orElse(app.port());
        return container.get().addresses().values().stream()
                .map(address -> address + ':' + port)
                .toList();
    }

    private Optional<Engine.Container> current(Apps.Row app) {
        return app.currentDeployment().flatMap(id -> engine.containers(app.ref()).stream()
                .filter(each -> each.deployment().equals(Optional.of(id)))
                .findFirst());
    }

    private void removeImage(Apps.Row app, Deployments.Row deployment) {
        boolean own = app.image().isEmpty()
                && deployment.image().isPresent()
                && deployments.list(app.ref(), 1000).stream()
                        .noneMatch(each -> !each.id().equals(deployment.id())
                                && each.image().equals(deployment.image()));
        if (own && engine.removeImage(deployment.image().get())) {
            deployments.forgetImage(deployment.id());
        }
    }

    /** A job can end without its deployment: cancelled while this plugin was stopped, or its starter's right was taken away. */
    void endAbandoned(Ref app) {
        deployments.unfinished(app).stream()
                .filter(each -> each.state() == Deployments.State.RUNNING && engine.isOver(each.job()))
                .forEach(each -> {
                    try {
                        withdraw(app, each, line -> {});
                    } catch (Problem problem) {
                        LOG.warn(
                                "The sweep will take back what deployment {} left: {}",
                                each.id(),
                                problem.getMessage());
                    }
                    deployments.fail(
                            each, Deployments.State.FAILED, "The deployment's job ended without it; deploy again");
                });
    }
}
