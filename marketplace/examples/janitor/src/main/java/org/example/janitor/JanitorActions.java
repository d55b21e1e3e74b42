package org.example.janitor;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.example.janitor.internal.Ledger;
import org.example.janitor.internal.Leftovers;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Clearing away, by hand and by the clock. */
@Component(configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = JanitorSettings.class)
public class JanitorActions implements Extension {
    /** Younger ones may be somebody's work in progress. */
    private static final Duration LEAST = Duration.ofMinutes(10);

    private final Leftovers leftovers;
    private final Ledger ledger;
    private volatile JanitorSettings settings;

    /** What to clear away. */
    public record Run(
            @Param(
                            value =
                                    "Only what ended at least so long ago, 10 min or more; what the settings say where not given",
                            example = "24h")
                    Optional<Duration> olderThan,
            @Param("Only say what would be removed") Optional<Boolean> dryRun) {}

    /** A container that ended. */
    public record Leftover(
            @Param(kind = "container") Ref container,
            String name,
            String image,
            Instant endedAt,
            @Param(kind = "app") Optional<Ref> app) {}

    /** What was removed, or would be. */
    public record Cleared(boolean dryRun, List<Leftover> items) {}

    /** What a look found; kept with the job, so that a later attempt goes on with the same. */
    public record Found(List<Leftover> items) {}

    /** A container that is gone. */
    public record Item(
            String name,
            String image,
            @Param(kind = "app") Optional<Ref> app,
            Instant endedAt,
            Instant removedAt,
            @Param(kind = "container") Ref container) {}

    /** Containers that are gone, the last one first. */
    public record Listed(List<Item> items) {}

    /** What to change; what is left out stays. */
    public record Configure(
            @Param("Clear away every hour by itself") Optional<Boolean> scheduled,
            @Param(value = "Only what ended at least so long ago, 10 min or more", example = "24h")
                    Optional<Duration> olderThan) {}

    /** How the team wants it. */
    public record Settings(boolean scheduled, Duration olderThan) {}

    @Activate
    public JanitorActions(@Reference Leftovers leftovers, @Reference Ledger ledger, JanitorSettings settings) {
        this.leftovers = leftovers;
        this.ledger = ledger;
        this.settings = settings;
    }

    @Modified
    void modified(JanitorSettings changed) {
        settings = changed;
    }

    @Action(
            value = "janitor.run",
            summary = "Removes containers of the team that ended and that no deployment needs, never a volume",
            effect = CHANGE,
            job = true)
    public Cleared run(Call call, Run in) {
        Ref team = team(call);
        JanitorSettings now = settings;
        Duration olderThan = checked(in.olderThan().orElse(Duration.parse(now.olderThan())));
        boolean dryRun = now.dryRun() || in.dryRun().orElse(false);
        List<Leftover> found = call.step(
                        "Look", Found.class, () -> new Found(leftovers.of(team, olderThan, now.keep())))
                .items();
        if (found.isEmpty()) {
            call.log("There is nothing to clear away");
        }
        List<Leftover> cleared = new ArrayList<>();
        for (Leftover each : found) {
            if (call.cancelled()) {
                break;
            }
            call.log((dryRun ? "Would remove " : "Removing ") + each.name() + ", ended " + each.endedAt());
            if (dryRun || leftovers.remove(each)) {
                cleared.add(each);
            }
            call.progress(100 * (found.indexOf(each) + 1) / found.size());
        }
        return new Cleared(dryRun, cleared);
    }

    @Action(value = "janitor.list", summary = "Lists the containers that were cleared away", effect = READ)
    public Listed list(Call call) {
        team(call);
        return new Listed(ledger.list().stream()
                .filter(each -> call.reach("container")
                        .includes(each.container(), each.app().stream().toArray(Ref[]::new)))
                .map(each -> new Item(
                        each.name(), each.image(), each.app(), each.endedAt(), each.removedAt(), each.container()))
                .toList());
    }

    @Action(value = "janitor.settings", summary = "Shows whether and how the janitor works by itself", effect = READ)
    public Settings settings(Call call) {
        team(call);
        return ledger.settings()
                .map(each -> new Settings(each.scheduled(), each.olderThan()))
                .orElse(new Settings(false, Duration.parse(settings.olderThan())));
    }

    @Action(
            value = "janitor.configure",
            summary = "Says whether the janitor clears away every hour, and what",
            effect = CHANGE,
            idempotent = true)
    public Settings configure(Call call, Configure in) {
        Settings now = settings(call);
        Settings wanted = new Settings(
                in.scheduled().orElse(now.scheduled()), checked(in.olderThan().orElse(now.olderThan())));
        ledger.configure(wanted.scheduled(), wanted.olderThan());
        return wanted;
    }

    /** Only in teams that asked for it. */
    @Every("PT1H")
    public void clearAway() {
        ledger.forgetOld();
        JanitorSettings now = settings;
        if (now.scheduled() && !now.dryRun()) {
            ledger.scheduled()
                    .forEach((team, olderThan) -> leftovers.in(
                            team,
                            () -> leftovers.of(team, olderThan, now.keep()).forEach(leftovers::remove)));
        }
    }

    private static Ref team(Call call) {
        return call.team()
                .orElseThrow(() -> new Problem(
                        Problem.Kind.CONFLICT, "The janitor works in a team; choose one, for example with --team"));
    }

    private static Duration checked(Duration olderThan) {
        if (olderThan.compareTo(LEAST) < 0) {
            throw Problem.invalid("olderThan", "olderThan must be 10 minutes or more, for example 24h");
        }
        return olderThan;
    }
}
