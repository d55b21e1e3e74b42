package io.openpanel.deploy.internal;

import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes containers that a deployment could not remove itself: those in our own ledger that serve nothing any more. */
@Component(service = Extension.class)
public final class Sweep implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    private final Panel panel;
    private final Apps apps;
    private final Deployments deployments;
    private final Engine engine;

    @Activate
    public Sweep(
            @Reference Panel panel,
            @Reference Apps apps,
            @Reference Deployments deployments,
            @Reference Engine engine) {
        this.panel = panel;
        this.apps = apps;
        this.deployments = deployments;
        this.engine = engine;
    }

    public record Team(String teamId) {}

    @Every("PT1M")
    public void sweep() {
        List<Team> teams = panel.database().allTeams(tx -> tx.list(Team.class, "select distinct team_id from app"));
        teams.forEach(team -> panel.in(new Ref("team", team.teamId()), () -> {
            apps.list(Optional.empty()).forEach(this::sweep);
            return null;
        }));
    }

    private void sweep(Apps.Row app) {
        if (!deployments.unfinished(app.ref()).isEmpty()) {
            return;
        }
        Set<String> known = deployments.list(app.ref(), 1000).stream()
                .map(Deployments.Row::id)
                .collect(Collectors.toSet());
        Optional<String> current = apps.find(app.id()).flatMap(Apps.Row::currentDeployment);
        for (Engine.Container container : engine.containers(app.ref())) {
            boolean over = container.deployment().filter(known::contains).isPresent()
                    && !container.deployment().equals(current);
            if (over) {
                try {
                    engine.remove(container.container());
                    LOG.info("Removed {}, which a deployment of {} had left", container.name(), app.path());
                } catch (Problem problem) {
                    LOG.warn("{} stays for now: {}", container.name(), problem.getMessage());
                }
            }
        }
    }
}
