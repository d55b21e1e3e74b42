package io.openpanel.deploy;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.deploy.internal.Allowances;
import io.openpanel.deploy.internal.AppView;
import io.openpanel.deploy.internal.Apps;
import io.openpanel.deploy.internal.DeploymentFlow;
import io.openpanel.deploy.internal.Deployments;
import io.openpanel.deploy.internal.Removal;
import io.openpanel.spi.KeptJobs;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Deployments: the way of a version from its source to the app's address, and back. */
@Component(service = {Extension.class, Resources.class, KeptJobs.class})
public final class DeploymentActions implements Extension, Resources, KeptJobs {
    private final Apps apps;
    private final Deployments deployments;
    private final DeploymentFlow flow;
    private final AppView view;
    private final Removal removal;
    private final Allowances allowances;

    @Activate
    public DeploymentActions(
            @Reference Apps apps,
            @Reference Deployments deployments,
            @Reference DeploymentFlow flow,
            @Reference AppView view,
            @Reference Removal removal,
            @Reference Allowances allowances) {
        this.apps = apps;
        this.deployments = deployments;
        this.flow = flow;
        this.view = view;
        this.removal = removal;
        this.allowances = allowances;
    }

    public record Start(
            @Param(kind = "app") Ref app,
            @Param(
                            value = "A commit of the branch, its first 7 digits at least; the newest where empty",
                            pattern = "[0-9a-fA-F]{7,64}",
                            example = "4f0c2d1a9b")
                    Optional<String> commit,
            @Param(value = "What started it", max = 40, example = "push") Optional<String> trigger) {}

    public record Back(
            @Param(kind = "app") Ref app,
            @Param(
                            value = "The deployment to go back to; the one before the current where not given",
                            kind = "deployment")
                    Optional<Ref> deployment) {}

    public record Target(Ref deployment) {}

    public record Filter(@Param(kind = "app") Ref app, @Param(min = 1, max = 1000) Optional<Integer> limit) {}

    public record One(@Param(kind = "deployment") Ref deployment) {}

    public record Listed(List<AppView.Deployment> items) {}

    @Override
    public Set<Ref> among(List<Ref> jobs) {
        return deployments.shownWith(jobs);
    }

    @Action(
            value = "deployment.start",
            summary = "Deploys an app: builds it, starts it beside the old version, switches when it is healthy",
            effect = CHANGE,
            job = true,
            cli = "deploy {app}")
    public DeploymentFlow.Deployed start(Call call, Start in) {
        // A push of nothing known tells 000…: the branch's newest is meant.
        Optional<String> commit = in.commit().filter(each -> !each.matches("0+"));
        return flow.run(call, in.app(), new DeploymentFlow.Wanted(commit, in.trigger(), Optional.empty()));
    }

    @Action(
            value = "deployment.rollback",
            summary = "Goes back to an earlier deployment: its image and the environment it had",
            effect = CHANGE,
            job = true,
            cli = "rollback {app}")
    public DeploymentFlow.Deployed rollback(Call call, Back in) {
        Apps.Row app = apps.get(in.app());
        // Chosen once: after the switch "the one before the current" is another one.
        Target target = call.step(
                "target",
                Target.class,
                () -> new Target(in.deployment()
                        .map(deployments::get)
                        .or(() -> deployments.before(app))
                        .orElseThrow(() -> new Problem(
                                Problem.Kind.CONFLICT,
                                "There is no earlier deployment of " + app.path() + " to go back to"))
                        .ref()));
        Deployments.Row earlier = deployments.get(target.deployment());
        if (!earlier.appId().equals(app.id())) {
            throw Problem.invalid("deployment", "That deployment belongs to another app");
        }
        if (earlier.state() != Deployments.State.FINISHED || earlier.image().isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Deployment " + earlier.number()
                            + " cannot be gone back to: it never finished, or its image is gone");
        }
        return flow.run(
                call,
                in.app(),
                new DeploymentFlow.Wanted(Optional.empty(), Optional.of("rollback"), Optional.of(earlier)));
    }

    @Action(value = "deployment.list", summary = "Lists an app's deployments, newest first", effect = READ)
    public Listed list(Filter in) {
        Optional<String> current = apps.get(in.app()).currentDeployment();
        return new Listed(deployments.list(in.app(), in.limit().orElse(50)).stream()
                .map(row -> AppView.show(row, current))
                .toList());
    }

    @Action(value = "deployment.get", summary = "Shows a deployment", effect = READ)
    public AppView.Deployment get(One in) {
        Deployments.Row row = deployments.get(in.deployment());
        return AppView.show(row, apps.get(new Ref("app", row.appId())).currentDeployment());
    }

    @Action(
            value = "deployment.cancel",
            summary = "Stops a deployment; the former version serves on",
            effect = CHANGE,
            idempotent = true)
    public AppView.Deployment cancel(One in) {
        Deployments.Row row = deployments.get(in.deployment());
        if (row.state() == Deployments.State.QUEUED || row.state() == Deployments.State.RUNNING) {
            removal.cancel(row);
        }
        return get(in);
    }

    @Override
    public String kind() {
        return "deployment";
    }

    @Override
    public String plural() {
        return "deployments";
    }

    @Override
    public Optional<Resource> find(String id) {
        return deployments
                .find(id)
                .map(row -> new Resource(
                        row.ref(),
                        // A number alone says nothing where jobs and audit rows are listed.
                        apps.find(row.appId()).map(Apps.Row::name).orElse("") + " #" + row.number(),
                        Optional.of(new Ref("app", row.appId())),
                        Optional.of(new Ref("team", row.teamId())),
                        row.state().name()));
    }

    @Override
    public List<Quota> quotas() {
        return allowances.ofDeployments();
    }
}
