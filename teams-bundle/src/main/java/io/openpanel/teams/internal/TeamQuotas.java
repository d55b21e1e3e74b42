package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Database;
import io.openpanel.api.Problem;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.spi.Quotas;
import io.openpanel.teams.QuotaActions;
import io.openpanel.teams.TeamEvents;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How much each team may have, as an owner of the panel says: at most 5 seconds old, at once after a change here. */
@Component(service = TeamQuotas.class)
public final class TeamQuotas {
    static final String MEMBERS = "members";
    static final String COUNT_MEMBERS = "select (select count(*) from membership)"
            + " + (select count(*) from invitation where expires_at > now()) as number";
    private static final int MOST_TEAMS = 20_000;

    private final Clerk clerk;
    private final InstantSource clock;
    private final Quotas quotas;
    private final Recent<String, Map<String, Long>> limits;

    /** A limit's row. */
    public record Limit(String name, long most) {}

    /** A team's row. */
    public record Team(String id, String name) {
        Ref ref() {
            return new Ref("team", id);
        }
    }

    /** A count. */
    public record Number(long number) {}

    @Activate
    public TeamQuotas(@Reference Clerk clerk, @Reference InstantSource clock, @Reference Quotas quotas) {
        this(clerk, clock, quotas, System::nanoTime);
    }

    TeamQuotas(Clerk clerk, InstantSource clock, Quotas quotas, LongSupplier nanos) {
        this.clerk = clerk;
        this.clock = clock;
        this.quotas = quotas;
        this.limits = new Recent<>(MOST_TEAMS, this::load, nanos);
    }

    private Map<String, Long> load(String team) {
        return clerk
                .allTeams(tx -> tx.list(Limit.class, "select name, most from quota where team_id = ?", team))
                .stream()
                .collect(Collectors.toMap(Limit::name, Limit::most));
    }

    OptionalLong limit(Ref team, String name) {
        Long most = limits.get(team.id()).get(name);
        return most == null ? OptionalLong.empty() : OptionalLong.of(most);
    }

    /** What a team may have, and has: also what it may have of a plugin that is stopped, which cannot be counted now. */
    public List<QuotaActions.Item> of(Ref team) {
        Map<String, Long> left = new HashMap<>(limits.get(team.id()));
        List<QuotaActions.Item> items = new ArrayList<>();
        for (Quotas.Standing standing : quotas.of(team)) {
            items.add(new QuotaActions.Item(
                    standing.name(),
                    standing.summary(),
                    standing.unit(),
                    Optional.of(standing.used()),
                    Optional.ofNullable(left.remove(standing.name()))));
        }
        left.forEach((name, most) ->
                items.add(new QuotaActions.Item(name, "", Quota.Unit.COUNT, Optional.empty(), Optional.of(most))));
        return List.copyOf(items);
    }

    /** Every team with what it may have, the oldest first. */
    public List<QuotaActions.OfTeam> all() {
        return clerk
                .allTeams(tx -> tx.list(Team.class, "select id, name from team order by created_at, id limit 1000"))
                .stream()
                .map(team -> new QuotaActions.OfTeam(team.ref(), team.name(), of(team.ref())))
                .toList();
    }

    /** @param limit empty for any amount */
    public QuotaActions.Item set(Call call, String wanted, String name, Optional<Long> limit) {
        Team team = find(wanted);
        if (limit.isPresent()) {
            requireKnown(team.ref(), name);
        }
        clerk.in(team.id(), tx -> {
            limit.ifPresentOrElse(
                    most -> tx.update(
                            "insert into quota (team_id, name, most, changed_by, changed_at)"
                                    + " values (openpanel.current_team(), ?, ?, ?, ?) on conflict (team_id, name)"
                                    + " do update set most = excluded.most, changed_by = excluded.changed_by,"
                                    + " changed_at = excluded.changed_at",
                            name,
                            most,
                            call.caller().ref().toString(),
                            clock.instant()),
                    () -> tx.update("delete from quota where name = ?", name));
            tx.publish(new TeamEvents.QuotaChanged(team.ref(), name, limit));
            return null;
        });
        limits.forget(team.id());
        return of(team.ref()).stream()
                .filter(each -> each.quota().equals(name))
                .findFirst()
                .orElseGet(() -> new QuotaActions.Item(name, "", Quota.Unit.COUNT, Optional.empty(), Optional.empty()));
    }

    private Team find(String wanted) {
        String text = wanted.startsWith("team:") ? wanted.substring("team:".length()) : wanted;
        List<Team> found = clerk.allTeams(tx ->
                tx.list(Team.class, "select id, name from team where id = ? or lower(name) = lower(?)", text, text));
        if (found.size() > 1) {
            throw Problem.invalid("team", "Several teams are called '" + text + "'; give the id of the one you mean");
        }
        return found.stream().findFirst().orElseThrow(() -> Problem.missing(new Ref("team", text)));
    }

    private void requireKnown(Ref team, String name) {
        List<String> known = quotas.of(team).stream().map(Quotas.Standing::name).toList();
        if (!known.contains(name)) {
            throw Problem.invalid("quota", "There is no quota '" + name + "'; there are " + String.join(", ", known));
        }
    }

    /** For whoever joins by themselves, whom the gateway does not see; the team's memberships are locked. */
    static void requireRoom(Database.Tx tx) {
        Optional<Limit> quota = tx.one(Limit.class, "select name, most from quota where name = ?", MEMBERS);
        long there = tx.one(Number.class, COUNT_MEMBERS).orElseThrow().number();
        if (quota.filter(each -> there >= each.most).isPresent()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The team may have " + quota.get().most + " members and has, with those invited, " + there
                            + "; ask an owner of the panel to raise the quota");
        }
    }
}
