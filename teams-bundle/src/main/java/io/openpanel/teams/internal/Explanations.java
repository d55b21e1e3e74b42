package io.openpanel.teams.internal;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.teams.AccessActions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Says why: the same decision as for a call, with what it rests on. */
@Component(service = Explanations.class)
public final class Explanations {
    private final Holdings holdings;
    private final Roles roles;
    private final Catalogue catalogue;
    private final Gateway gateway;
    private final ApiKeys keys;

    @Activate
    public Explanations(
            @Reference Holdings holdings,
            @Reference Roles roles,
            @Reference Catalogue catalogue,
            @Reference Gateway gateway,
            @Reference ApiKeys keys) {
        this.holdings = holdings;
        this.roles = roles;
        this.catalogue = catalogue;
        this.gateway = gateway;
        this.keys = keys;
    }

    public AccessActions.Explained explain(Call call, AccessActions.Explain in) {
        Operation operation = catalogue
                .operation(in.action())
                .orElseThrow(() -> Problem.invalid(
                        "action", "There is no action '" + in.action() + "' now; its plugin may be stopped"));
        Optional<Holding> holding = in.key().isPresent() ? keyed(call, in.key().get()) : holding(call, in.member());
        List<Ref> scope = scope(call, operation, in.resource());
        Holding.Verdict verdict = holding.map(each -> each.decide(operation, scope))
                .orElseGet(() -> call.caller().ref().kind().equals("local")
                        ? Holding.Verdict.yes(Reason.OPEN)
                        : Holding.Verdict.no(Reason.OTHER_TEAM));
        Optional<String> onName = verdict.on().map(each -> name(call, each));
        return new AccessActions.Explained(
                verdict.allowed(),
                verdict.reason(),
                verdict.role().map(Role::ref),
                verdict.role().map(Role::name),
                verdict.on(),
                onName,
                why(operation, verdict, holding.map(each -> each.place().role()), onName.orElse("")));
    }

    /** What a resource is called; of one that is gone the grant is without effect, so that nothing rests on it. */
    private String name(Call call, Ref resource) {
        try {
            return gateway.lineage(call.caller(), resource).get(0).name();
        } catch (Problem unknown) {
            return resource.toString();
        }
    }

    private Optional<Holding> keyed(Call call, Ref wanted) {
        ApiKeys.Row key = keys.find(wanted.id())
                .filter(each -> call.team().map(Ref::id).equals(Optional.of(each.teamId())))
                .filter(each -> keys.mayManage(call, each))
                .orElseThrow(() -> Problem.missing(wanted));
        return holdings.of(new Ref("key", key.id()), key.teamId());
    }

    private Optional<Holding> holding(Call call, Optional<Ref> member) {
        if (member.isEmpty()) {
            return holdings.of(call.caller());
        }
        String user = member.get().id();
        if (!user.equals(call.caller().ref().id()) && !call.reach("member").includes(member.get())) {
            throw Problem.missing(member.get());
        }
        return call.team().flatMap(team -> holdings.of(user, team.id()));
    }

    private List<Ref> scope(Call call, Operation operation, Optional<String> resource) {
        if (resource.isEmpty()) {
            return operation.access() == Action.Access.PANEL ? List.of(Holding.PANEL) : List.of();
        }
        Principal caller = call.caller();
        Ref wanted = Ref.parse(resource.get());
        List<Resource> lineage = gateway.lineage(caller, wanted);
        List<Ref> scope = new ArrayList<>(lineage.stream().map(Resource::ref).toList());
        if (!call.reach(wanted.kind()).includes(scope.get(0))) {
            throw Problem.missing(wanted);
        }
        scope.add(lineage.get(0).team().orElse(Holding.PANEL));
        return scope;
    }

    private static String why(Operation operation, Holding.Verdict verdict, Optional<Role> role, String on) {
        String name = role.map(Role::name).orElse("");
        return switch (verdict.reason()) {
            case OPEN -> "Everybody may";
            case SIGNED_IN -> "Everybody who is signed in may";
            case ROLE -> "The role " + name + " has " + operation.id();
            case GRANT -> "A grant of the role "
                    + verdict.role().map(Role::name).orElse("") + " on "
                    + on + " has " + operation.id();
            case WITHHELD -> "The role " + name + " withholds " + operation.id();
            case LACKING -> "Neither the role " + name + " nor a grant here has " + operation.id() + "; "
                    + String.join(", ", operation.roles().stream().sorted().toList()) + " have it";
            case NO_ROLE_LINE -> "No role has " + operation.id() + ": its plugin names none";
            case SECOND_FACTOR -> "The team asks for a second factor, and there is none yet";
            case OF_THE_PANEL -> "It is about the panel itself, which the owners and admins of the first team look after";
            case OTHER_TEAM -> "It is not in this team";
            case KEY_ACTION -> "The API key is not for " + operation.id();
            case KEY_RESOURCE -> "The API key is not for this resource";
        };
    }

    /** Each action there is now, with the roles that have it. */
    public AccessActions.Matrix matrix() {
        List<Role> all = roles.list().stream().filter(role -> !role.isGuest()).toList();
        return new AccessActions.Matrix(
                all.stream()
                        .map(role -> new AccessActions.Column(role.ref(), role.name(), role.isBuiltIn()))
                        .toList(),
                catalogue.operations().stream()
                        .filter(each ->
                                each.access() == Action.Access.PERMISSION || each.access() == Action.Access.PANEL)
                        .map(each -> line(each, all))
                        .toList());
    }

    private static AccessActions.Line line(Operation operation, List<Role> roles) {
        return new AccessActions.Line(
                operation.id(),
                operation.plugin(),
                operation.noun(),
                operation.summary(),
                operation.effect().name().toLowerCase(Locale.ROOT),
                operation.access() == Action.Access.PANEL,
                roles.stream()
                        .filter(role -> role.gives(operation))
                        .map(Role::ref)
                        .toList());
    }
}
