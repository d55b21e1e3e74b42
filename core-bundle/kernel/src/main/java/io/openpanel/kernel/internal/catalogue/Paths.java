package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import java.util.Map;
import java.util.Set;

/** From an action's id to its place in the REST API. */
final class Paths {
    private static final Set<String> CRUD = Set.of("get", "update", "delete");

    private final Map<String, String> plurals;
    private final Set<String> singletons;

    /**
     * @param plurals kind → plural, as its owner says
     * @param singletons nouns of which there is one, such as the profile
     */
    Paths(Map<String, String> plurals, Set<String> singletons) {
        this.plurals = plurals;
        this.singletons = singletons;
    }

    /** Whether the action shows that its noun is one of a kind: a {@code get} that names nothing. */
    static boolean showsSingleton(Operation operation) {
        return verb(operation).equals("get") && own(operation) == null;
    }

    Operation place(Operation operation) {
        String declared = operation.path();
        int space = declared.indexOf(' ');
        if (operation.method().isEmpty() && space > 0) {
            return with(operation, declared.substring(0, space), declared.substring(space + 1));
        }
        String verb = verb(operation);
        String noun = operation.noun();
        String base = '/' + (singletons.contains(noun) ? noun : plural(noun));
        Operation.RefParam own = own(operation);
        String method = method(operation, verb);
        boolean plain = verb.equals("list") || verb.equals("create") || CRUD.contains(verb);
        String path =
                own == null || verb.equals("create") || verb.equals("list") ? base : base + "/{" + own.name() + '}';
        return with(operation, method, plain ? path : path + '/' + verb);
    }

    private static String method(Operation operation, String verb) {
        if (operation.effect() == Action.Effect.READ) {
            return "GET";
        }
        return switch (verb) {
            case "update" -> "PATCH";
            case "delete" -> "DELETE";
            default -> "POST";
        };
    }

    private static String verb(Operation operation) {
        return operation.id().substring(operation.noun().length() + 1);
    }

    private static Operation.RefParam own(Operation operation) {
        return operation.refs().stream()
                .filter(ref -> ref.required() && !ref.many() && ref.kind().equals(operation.noun()))
                .findFirst()
                .orElse(null);
    }

    private String plural(String noun) {
        String known = plurals.get(noun);
        if (known != null) {
            return known;
        }
        if (noun.endsWith("y")) {
            return noun.substring(0, noun.length() - 1) + "ies";
        }
        return noun.endsWith("s") || noun.endsWith("x") ? noun + "es" : noun + 's';
    }

    private static Operation with(Operation o, String method, String path) {
        return new Operation(
                o.id(),
                o.plugin(),
                o.noun(),
                o.summary(),
                o.effect(),
                o.access(),
                o.idempotent(),
                o.job(),
                o.recent(),
                o.perMinute(),
                o.form(),
                method,
                path,
                o.cli(),
                o.input(),
                o.output(),
                o.refs(),
                o.roles());
    }
}
