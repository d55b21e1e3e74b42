package io.openpanel.teams;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.TeamQuotas;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How much of the panel a team may take. */
@Component(service = Extension.class)
public class QuotaActions implements Extension {
    private final TeamQuotas quotas;

    /** What to allow. */
    public record Set(
            @Param(value = "The team, by id or name", example = "Shop", min = 1, max = 100) String team,
            @Param(value = "Of what", example = "apps", min = 1, max = 60) String quota,
            @Param(
                            value =
                                    "The most it may have, memory in bytes and processor cores in thousandths; any amount where not given",
                            example = "10",
                            min = 0)
                    Optional<Long> limit) {}

    /** What a team may have of something. */
    public record Item(
            String quota,
            @Param("What is counted") String summary,
            Quota.Unit unit,
            @Param("What the team has; not known while what counts it is stopped") Optional<Long> used,
            @Param("The most it may have; any amount where there is none") Optional<Long> limit) {}

    /** What there are quotas for. */
    public record Items(List<Item> items) {}

    /** A team and what it may have. */
    public record OfTeam(@Param(kind = "team") Ref team, String name, List<Item> quotas) {}

    /** Teams, the oldest first. */
    public record Teams(List<OfTeam> items) {}

    @Activate
    public QuotaActions(@Reference TeamQuotas quotas) {
        this.quotas = quotas;
    }

    @Action(
            value = "quota.list",
            summary = "Lists what the team may have so much of, and how much it has",
            effect = READ,
            cli = "quotas")
    public Items list(Call call) {
        return new Items(call.team().map(quotas::of).orElse(List.of()));
    }

    @Action(
            value = "quota.teams",
            summary = "Lists what each team of the panel may have, and has",
            effect = READ,
            access = PANEL)
    public Teams teams() {
        return new Teams(quotas.all());
    }

    @Action(
            value = "quota.set",
            summary = "Sets how much of something a team may have; what it has already stays",
            effect = CHANGE,
            access = PANEL,
            idempotent = true,
            cli = "quota set {team} {quota}")
    public Item set(Call call, Set in) {
        return quotas.set(call, in.team(), in.quota(), in.limit());
    }
}
