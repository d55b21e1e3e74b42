package org.example.janitor.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.example.janitor.JanitorActions.Leftover;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and removes containers that ended. A container is left alone unless the panel made it for this team, and unless
 * it belongs to no deployment, or to one that is over and does not serve. Where that cannot be known, it stays.
 */
@Component(service = Leftovers.class)
public class Leftovers {
    private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
    private static final String TEAM = "op.team";
    private static final Set<String> ENDED = Set.of("exited", "dead");
    private static final int PAGE = 1000;

    private final Panel panel;
    private final Ledger ledger;
    private final InstantSource clock;

    /** Asks for containers. */
    public record Paging(int limit, Optional<String> cursor) {}

    /** What of a container matters here. */
    public record Container(
            Ref container,
            String name,
            String image,
            String state,
            Optional<Instant> finishedAt,
            Optional<Ref> app,
            Optional<String> deployment,
            Map<String, String> labels) {}

    /** A page of containers. */
    public record Containers(List<Container> items, Optional<String> next) {}

    /** Asks for a deployment. */
    public record OfDeployment(Ref deployment) {}

    /** What of a deployment matters here. */
    public record Deployment(boolean current, Optional<Instant> finishedAt) {}

    /** Removes a container that does not run. */
    public record Deleting(Ref container) {}

    @Activate
    public Leftovers(@Reference Panel panel, @Reference Ledger ledger, @Reference InstantSource clock) {
        this.panel = panel;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Works in a team by the clock, where the plugin itself is the caller; what goes wrong there is told in the log. */
    public void in(Ref team, Runnable work) {
        try {
            panel.in(team, () -> {
                work.run();
                return null;
            });
        } catch (Problem problem) {
            LOG.warn("Nothing was cleared away in {}: {}", team, problem.getMessage());
        }
    }

    /**
     * What may go, of a team.
     *
     * @param keep names of what stays, {@code *} for anything
     */
    public List<Leftover> of(Ref team, Duration olderThan, String... keep) {
        Instant latest = clock.instant().minus(olderThan);
        return containers().stream()
                .filter(each -> team.id().equals(each.labels().get(TEAM)))
                .filter(each -> ENDED.contains(each.state()))
                .filter(each -> each.finishedAt().filter(latest::isAfter).isPresent())
                .filter(each -> Arrays.stream(keep).noneMatch(name -> matches(name, each.name())))
                .filter(this::isNeededByNone)
                .map(each -> new Leftover(
                        each.container(),
                        each.name(),
                        each.image(),
                        each.finishedAt().get(),
                        each.app()))
                .toList();
    }

    private static boolean matches(String glob, String name) {
        return Pattern.matches(Pattern.quote(glob).replace("*", "\\E.*\\Q"), name);
    }

    private List<Container> containers() {
        List<Container> all = new ArrayList<>();
        Optional<String> cursor = Optional.empty();
        do {
            Containers page = panel.call("container.list", new Paging(PAGE, cursor), Containers.class);
            all.addAll(page.items());
            cursor = page.next();
        } while (cursor.isPresent());
        return all;
    }

    private boolean isNeededByNone(Container container) {
        if (container.deployment().isEmpty()) {
            return container.app().isEmpty();
        }
        try {
            Deployment deployment = panel.call(
                    "deployment.get",
                    new OfDeployment(
                            new Ref("deployment", container.deployment().get())),
                    Deployment.class);
            return !deployment.current() && deployment.finishedAt().isPresent();
        } catch (Problem problem) {
            LOG.debug("{} is left alone: {}", container.name(), problem.getMessage());
            return false;
        }
    }

    /** Removes a container and writes it down; false where it was gone or runs again. */
    public boolean remove(Leftover leftover) {
        try {
            panel.call("container.delete", new Deleting(leftover.container()), null);
        } catch (Problem problem) {
            if (problem.kind() == Problem.Kind.MISSING || problem.kind() == Problem.Kind.CONFLICT) {
                LOG.info("{} was not removed: {}", leftover.name(), problem.getMessage());
                return false;
            }
            throw problem;
        }
        ledger.add(leftover);
        return true;
    }
}
