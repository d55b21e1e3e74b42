package io.openpanel.deploy.internal;

import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes back what a deployment could not take back itself, and removes containers that serve nothing any more: only those
 * in our own ledger.
 */
@Component(service = Extension.class)
public final class Sweep implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    /** What served before has this long for its last answers; a deployment that still tidies up has done it by then. */
    private static final Duration DRAIN = Duration.ofSeconds(30);

    private final Panel panel;
    private final InstantSource clock;
    private final Apps apps;
    private final Deployments deployments;
    private final Engine engine;
    private final Withdrawal withdrawal;

    @Activate
    public Sweep(
            @Reference Panel panel,
            @Reference InstantSource clock,
            @Reference Apps apps,
            @Reference Deployments deployments,
            @Reference Engine engine,
            @Reference Withdrawal withdrawal) {
        this.panel = panel;
        this.clock = clock;
        this.withdrawal = withdrawal;
        this.apps = apps;
        this.deployments = deployments;
        this.engine = engine;
    }

    public record Team(String teamId) {}

    @Every("PT20S")
    public void sweep() {
        List<Team> teams = panel.database().allTeams(tx -> tx.list(Team.class, "select distinct team_id from app"));
        teams.forEach(team -> panel.in(new Ref("team", team.teamId()), () -> {
            untidy().forEach(this::sweep);
            return null;
        }));
    }

    /** Found by what is there, so that a sweep of a thousand apps that are as they should be costs next to nothing. */
    private List<Apps.Row> untidy() {
        Set<String> open = deployments.untidyApps();
        Set<String> serving = new HashSet<>();
        List<Apps.Row> all = apps.list(Optional.empty());
        all.forEach(app -> app.currentDeployment().ifPresent(serving::add));
        Set<Ref> crowded = containers().stream()
                .filter(each ->
                        each.deployment().filter(id -> !serving.contains(id)).isPresent())
                .flatMap(each -> each.app().stream())
                .collect(Collectors.toSet());
        return all.stream()
                .filter(app -> open.contains(app.id()) || crowded.contains(app.ref()))
                .toList();
    }

    private List<Engine.Container> containers() {
        try {
            return engine.containers();
        } catch (Problem problem) {
            LOG.debug("Containers are not looked through: {}", problem.getMessage());
            return List.of();
        }
    }

    private void sweep(Apps.Row app) {
        try {
            withdrawal.endAbandoned(app.ref());
            if (!deployments.unfinished(app.ref()).isEmpty()) {
                return;
            }
            for (Deployments.Row each : deployments.unsettled(app.ref())) {
                withdrawal.withdraw(app.ref(), each, line -> LOG.info("{}: {}", app.path(), line));
            }
            removeUnneeded(app);
        } catch (Problem problem) {
            LOG.warn("{} is not tidied up yet: {}", app.path(), problem.getMessage());
        }
    }

    private void removeUnneeded(Apps.Row app) {
        Set<String> known = deployments.list(app.ref(), 1000).stream()
                .map(Deployments.Row::id)
                .collect(Collectors.toSet());
        Optional<Deployments.Row> current =
                apps.find(app.id()).flatMap(Apps.Row::currentDeployment).flatMap(deployments::find);
        Instant drained = clock.instant().minus(DRAIN);
        if (current.flatMap(Deployments.Row::finishedAt)
                .filter(drained::isBefore)
                .isPresent()) {
            return;
        }
        Optional<String> serving = current.map(Deployments.Row::id);
        for (Engine.Container container : engine.containers(app.ref())) {
            if (container.deployment().filter(known::contains).isPresent()
                    && !container.deployment().equals(serving)) {
                engine.stopQuietly(container.container());
                engine.remove(container.container());
                LOG.info("Removed {}, which a deployment of {} had left", container.name(), app.path());
            }
        }
    }
}
