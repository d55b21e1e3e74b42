package io.openpanel.teams.internal;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.spi.Catalogue;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.framework.Bundle;

/** A few actions of a few plugins, as their roles.yaml would say. */
final class FixedCatalogue implements Catalogue {
    private static final Set<String> OWNER = Set.of("owner");
    private static final Set<String> ADMINS = Set.of("owner", "admin");
    private static final Set<String> WORKERS = Set.of("owner", "admin", "developer");
    private static final Set<String> ALL = Set.of("owner", "admin", "developer", "viewer");

    private final List<Operation> operations = List.of(
            operation("app.delete", Action.Effect.DESTROY, ADMINS, "app"),
            operation("app.get", Action.Effect.READ, ALL, "app"),
            operation("app.list", Action.Effect.READ, ALL),
            operation("app.update", Action.Effect.CHANGE, WORKERS, "app"),
            operation("deployment.start", Action.Effect.CHANGE, WORKERS, "app"),
            operation("invitation.create", Action.Effect.CHANGE, ADMINS, "role"),
            operation("marketplace.add", Action.Effect.CHANGE, OWNER),
            operation("member.list", Action.Effect.READ, ALL),
            operation("member.update", Action.Effect.CHANGE, ADMINS, "member"),
            operation("project.create", Action.Effect.CHANGE, WORKERS),
            operation("project.get", Action.Effect.READ, ALL, "project"),
            operation("project.list", Action.Effect.READ, ALL),
            operation("role.create", Action.Effect.CHANGE, ADMINS));

    static Operation operation(String id, Action.Effect effect, Set<String> roles, String... refs) {
        return new Operation(
                id,
                "deploy",
                id.substring(0, id.indexOf('.')),
                "",
                effect,
                Action.Access.PERMISSION,
                false,
                false,
                false,
                0,
                Operation.Form.RECORD,
                "POST",
                "/",
                "",
                "{}",
                "{}",
                List.of(refs).stream()
                        .map(kind -> new Operation.RefParam(kind, kind, "", true, false))
                        .toList(),
                roles);
    }

    @Override
    public List<Operation> operations() {
        return operations;
    }

    @Override
    public Optional<Operation> operation(String id) {
        return operations.stream().filter(each -> each.id().equals(id)).findFirst();
    }

    @Override
    public Map<String, String> kinds() {
        return operations.stream()
                .map(Operation::noun)
                .distinct()
                .collect(Collectors.toMap(noun -> noun, noun -> noun + 's'));
    }

    @Override
    public List<String> pending() {
        return List.of();
    }

    @Override
    public boolean isServing(Bundle bundle) {
        return true;
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        return () -> {};
    }
}
