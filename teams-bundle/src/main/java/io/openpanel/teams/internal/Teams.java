package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Networks;
import io.openpanel.teams.TeamActions;
import io.openpanel.teams.TeamEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The teams there are. A person sees those they are in; the owner of the machine sees all. */
@Component(service = Teams.class)
public final class Teams {
    private static final String SELECT = "select id, name, second_factor, addresses, created_at from team";

    private final Panel panel;
    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Rights rights;
    private final ApiKeys keys;

    /** A team's row. */
    public record Row(String id, String name, boolean secondFactor, List<String> addresses, Instant createdAt) {
        Ref ref() {
            return new Ref("team", id);
        }
    }

    /** What there is of the answer of {@code project.list}. */
    public record Projects(List<Project> items) {}

    /** A project of it. */
    public record Project(String name) {}

    @Activate
    public Teams(
            @Reference Panel panel,
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Rights rights,
            @Reference ApiKeys keys) {
        this.panel = panel;
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.rights = rights;
        this.keys = keys;
    }

    public List<TeamActions.Item> list(Call call) {
        Optional<Rights.Person> person = person(call);
        List<Row> all = clerk.allTeams(tx -> tx.list(Row.class, SELECT + " order by created_at, id limit 10000"));
        boolean everything = call.caller().ref().kind().equals("local");
        return all.stream()
                .filter(row ->
                        everything || person.flatMap(each -> each.in(row.id)).isPresent())
                .map(row -> item(row, person, call.team()))
                .toList();
    }

    private Optional<Rights.Person> person(Call call) {
        Ref caller = call.caller().ref();
        return switch (caller.kind()) {
            case "user" -> rights.person(caller.id());
            case "key" -> keys.find(caller.id()).flatMap(key -> rights.person(key.owner()));
            default -> Optional.empty();
        };
    }

    public TeamActions.Item get(Call call, Ref team) {
        return list(call).stream()
                .filter(each -> each.team().equals(team))
                .findFirst()
                .orElseThrow(() -> Problem.missing(team));
    }

    private TeamActions.Item item(Row row, Optional<Rights.Person> person, Optional<Ref> current) {
        Optional<Rights.Membership> place = person.flatMap(each -> each.in(row.id));
        return new TeamActions.Item(
                row.ref(),
                row.name,
                place.map(each -> each.role().ref()),
                place.map(each -> each.role().name()),
                current.equals(Optional.of(row.ref())),
                rights.homeTeam().equals(Optional.of(row.id)),
                row.secondFactor,
                row.secondFactor && place.isPresent() && !person.get().secondFactor(),
                row.addresses,
                row.createdAt);
    }

    /** Makes a team whose only member is its owner, who makes it. */
    public TeamActions.Item create(Call call, String wanted) {
        String user = Caller.person(call);
        String name = People.name(wanted);
        Row row = new Row(Ref.create("team").id(), name, false, List.of(), clock.instant());
        clerk.in(row.id, tx -> {
            tx.update("insert into team (id, name, created_at) values (?, ?, ?)", row.id, name, row.createdAt);
            people.join(tx, user, people.get(user).name(), Role.OWNER);
            tx.publish(new TeamEvents.TeamCreated(row.ref(), name));
            return null;
        });
        rights.personChanged(user, true);
        return get(call, row.ref());
    }

    public TeamActions.Item update(Call call, TeamActions.Update in) {
        Optional<String> name = in.name().map(People::name);
        if (in.secondFactor().orElse(false)) {
            requireOwnFactor(call);
        }
        Ref team = in.team();
        List<Rights.Id> members = panel.database().tx(tx -> {
            Row row = tx.one(
                            Row.class,
                            "update team set name = coalesce(?, name), second_factor = coalesce(?, second_factor),"
                                    + " version = version + 1 where id = ? returning id, name, second_factor,"
                                    + " addresses, created_at",
                            name,
                            in.secondFactor(),
                            team.id())
                    .orElseThrow(() -> Problem.missing(team));
            tx.publish(new TeamEvents.TeamUpdated(team, row.name, row.secondFactor));
            return tx.list(Rights.Id.class, "select user_id as id from membership");
        });
        members.forEach(
                each -> rights.personChanged(each.id(), in.secondFactor().isPresent()));
        return get(call, team);
    }

    /** Sets from where alone the team may be worked in; whoever does so may go on where they are. */
    public TeamActions.Item restrict(Call call, TeamActions.Restrict in) {
        List<String> addresses = in.addresses().orElse(List.of()).stream()
                .map(String::strip)
                .distinct()
                .toList();
        requireOwnAddress(call, addresses);
        Ref team = in.team();
        List<Rights.Id> members = panel.database().tx(tx -> {
            Row row = tx.one(
                            Row.class,
                            "update team set addresses = ?, version = version + 1 where id = ?"
                                    + " returning id, name, second_factor, addresses, created_at",
                            addresses,
                            team.id())
                    .orElseThrow(() -> Problem.missing(team));
            tx.publish(new TeamEvents.TeamUpdated(team, row.name, row.secondFactor));
            return tx.list(Rights.Id.class, "select user_id as id from membership");
        });
        // What they follow from elsewhere ends.
        members.forEach(each -> rights.personChanged(each.id(), true));
        return get(call, team);
    }

    private static void requireOwnAddress(Call call, List<String> addresses) {
        Networks wanted;
        try {
            wanted = Networks.of(addresses);
        } catch (IllegalArgumentException e) {
            throw Problem.invalid("addresses", e.getMessage());
        }
        if (!wanted.isEmpty() && !call.address().isEmpty() && !wanted.contains(call.address())) {
            throw Problem.invalid(
                    "addresses",
                    "Your own address " + call.address() + " is not among them, so that you would lock yourself out;"
                            + " add it, or use openpanel-cli --local on the panel's machine");
        }
    }

    /** Whoever asks others for a second factor is not locked out by it. */
    private void requireOwnFactor(Call call) {
        boolean own = call.caller().ref().kind().equals("local")
                || person(call).filter(Rights.Person::secondFactor).isPresent();
        if (!own) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "Add a second factor to your own account first, else you lock yourself out");
        }
    }

    /** Deletes a team that has no projects left, with the places of its members in it. */
    public void delete(Call call, Ref team) {
        if (rights.homeTeam().equals(Optional.of(team.id()))) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "The owners and admins of this team look after the panel, so it stays");
        }
        requireNoProjects(call);
        List<ApiKeys.Row> lost = panel.database().tx(keys::list);
        List<Rights.Id> members = panel.database().tx(tx -> {
            List<Rights.Id> all = tx.list(Rights.Id.class, "select user_id as id from membership for update");
            String name = tx.one(Row.class, SELECT + " where id = ?", team.id())
                    .map(Row::name)
                    .orElseThrow(() -> Problem.missing(team));
            tx.publish(new TeamEvents.TeamDeleted(team, name));
            tx.update("delete from invitation");
            tx.update("delete from membership");
            tx.update("delete from provisioned_member");
            tx.update("delete from custom_role");
            tx.update("delete from quota");
            tx.update("delete from team where id = ?", team.id());
            return all;
        });
        lost.forEach(keys::deleted);
        members.forEach(each -> rights.personChanged(each.id(), true));
    }

    private void requireNoProjects(Call call) {
        if (!call.reach("project").all()) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "You do not see all projects of the team; let somebody delete it who does");
        }
        List<Project> projects;
        try {
            projects = panel.call("project.list", null, Projects.class).items();
        } catch (Problem problem) {
            if (problem.kind() != Problem.Kind.MISSING) {
                throw problem;
            }
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "Whether the team has projects cannot be told now; start the plugin deploy and try again",
                    problem);
        }
        if (!projects.isEmpty()) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    "The team has " + projects.size() + " projects, such as "
                            + projects.get(0).name() + "; delete them first");
        }
    }
}
