package io.openpanel.kernel.internal.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Action;
import io.openpanel.api.Operation;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Reach;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.kernel.internal.catalogue.Entry;
import io.openpanel.kernel.internal.catalogue.LiveCatalogue;
import io.openpanel.kernel.internal.catalogue.Turnstile;
import io.openpanel.kernel.internal.shape.Reading;
import io.openpanel.kernel.internal.shape.Shape;
import io.openpanel.spi.Authority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

/** What stands between a caller and an action: reading the input, finding what it points at, asking for the right. */
public final class Admission {
    /** Stands for the panel where a resource belongs to no team. */
    static final Ref PANEL = new Ref("panel", "panel");

    /** So long a call waits for its plugin to be exchanged. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Set<String> PEOPLE = Set.of("user", "key");

    private final LiveCatalogue catalogue;
    private final Supplier<Optional<Authority>> authority;
    private final BiPredicate<String, String> uses;
    private final Calls calls;

    /** Which rights count. */
    public enum Rights {
        /** The principal's own. */
        PRINCIPAL,
        /** Those of the plugin that calls on the principal's behalf; every resource must be in the principal's team. */
        PLUGIN
    }

    /** A call that may go ahead. */
    public record Admitted(Entry entry, Principal principal, Object input, List<Resource> resources, String confirmed) {
        /** The resource the action's noun names, if any. */
        public Optional<Resource> own() {
            return resources.stream()
                    .filter(each -> each.ref().kind().equals(entry.operation().noun()))
                    .findFirst();
        }

        /** The resource it is chiefly about, if any. */
        public Optional<Resource> subject() {
            return own().or(() -> resources.stream().findFirst());
        }
    }

    /** @param uses whether a plugin may call an action */
    public Admission(
            LiveCatalogue catalogue,
            Supplier<Optional<Authority>> authority,
            BiPredicate<String, String> uses,
            Calls calls) {
        this.catalogue = catalogue;
        this.authority = authority;
        this.uses = uses;
        this.calls = calls;
    }

    /**
     * Lets a call in; whoever lets it in calls {@link Turnstile#leave} when it has ended.
     *
     * @param by the plugin that calls, empty for a call from outside
     */
    public Entry enter(String action, Optional<String> by) {
        while (true) {
            Entry entry = find(action);
            if (by.filter(entry.operation().plugin()::equals).isPresent()) {
                entry.turnstile().enterFromInside();
            } else if (!entry.turnstile().enter(PATIENCE)) {
                throw exchanged(entry);
            }
            if (catalogue.isCurrent(entry)) {
                return entry;
            }
            entry.turnstile().leave();
            if (entry.turnstile().isClosed()) {
                throw exchanged(entry);
            }
        }
    }

    private static Problem exchanged(Entry entry) {
        return new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "The plugin " + entry.operation().plugin() + " is being updated; try again in a moment")
                .retryAfter(Duration.ofSeconds(1));
    }

    private Entry find(String action) {
        return catalogue
                .entry(action)
                .orElseThrow(() -> new Problem(
                        Problem.Kind.MISSING, "There is no action '" + action + "'; its plugin may be stopped"));
    }

    /** Whether a principal is a person or one of their keys. */
    public static boolean isPerson(Principal principal) {
        return PEOPLE.contains(principal.ref().kind());
    }

    /** Reads and authorises a call. The tree's Refs are replaced by the ids they stand for. */
    public Admitted admit(Entry entry, Principal principal, ObjectNode tree, Rights rights) {
        requireIdentity(entry, principal);
        String confirmed = "";
        if (entry.isDestroy()) {
            JsonNode confirm = tree.remove("confirm");
            confirmed = confirm == null ? "" : confirm.asText();
        }
        Object input = null;
        Problem invalid = null;
        try {
            input = read(entry, tree);
        } catch (Problem problem) {
            // Said to those who may, once it is known that they may.
            invalid = problem;
        }
        List<Operation.RefParam> refs = entry.operation().refs();
        List<Resource> resources = new ArrayList<>();
        for (Operation.RefParam ref : refs) {
            if (invalid == null || (tree.path(ref.name()).isTextual() && isReadable(ref, tree))) {
                resolve(entry, ref, principal, tree, rights, resources);
            }
        }
        boolean undecided = resources.isEmpty() && (invalid == null || refs.isEmpty());
        if (undecided && rights == Rights.PRINCIPAL && !may(principal, entry.operation(), List.of())) {
            throw denied(entry);
        }
        if (invalid != null) {
            throw invalid;
        }
        return new Admitted(
                entry, principal, refs.isEmpty() ? input : read(entry, tree), List.copyOf(resources), confirmed);
    }

    private static boolean isReadable(Operation.RefParam ref, ObjectNode tree) {
        try {
            wanted(ref, tree.get(ref.name()).asText());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static void requireIdentity(Entry entry, Principal principal) {
        if (entry.operation().access() != Action.Access.OPEN
                && principal.ref().kind().equals("anonymous")) {
            throw new Problem(Problem.Kind.UNAUTHENTICATED, "Sign in first: " + entry.id() + " needs a valid token");
        }
    }

    private static Object read(Entry entry, ObjectNode tree) {
        Optional<Shape> shape = entry.input();
        if (shape.isEmpty()) {
            if (!tree.isEmpty()) {
                String name = tree.fieldNames().next();
                throw Problem.invalid(name, name + " is not known; " + entry.id() + " takes no input");
            }
            return null;
        }
        Reading reading = Reading.strict();
        Object input = shape.get().read(tree, "", reading);
        reading.check();
        return input;
    }

    private void resolve(
            Entry entry,
            Operation.RefParam param,
            Principal principal,
            ObjectNode tree,
            Rights rights,
            List<Resource> resources) {
        JsonNode node = tree.get(param.name());
        if (node == null || node.isNull()) {
            return;
        }
        if (node instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                Resource resource =
                        authorise(entry, param, principal, list.get(i).asText(), rights);
                list.set(i, resource.ref().toString());
                resources.add(resource);
            }
            return;
        }
        Resource resource = authorise(entry, param, principal, node.asText(), rights);
        tree.put(param.name(), resource.ref().toString());
        resources.add(resource);
    }

    private Resource authorise(Entry entry, Operation.RefParam param, Principal principal, String text, Rights rights) {
        Ref wanted = wanted(param, text);
        Resource resource = find(wanted, principal).orElseThrow(() -> Problem.missing(wanted));
        boolean foreign = resource.team().isPresent()
                && principal.team().isPresent()
                && !resource.team().equals(principal.team());
        if (foreign) {
            throw Problem.missing(wanted);
        }
        if (rights == Rights.PLUGIN || entry.operation().access() == Action.Access.OPEN) {
            return resource;
        }
        if (!mayOn(principal, entry.operation(), resource)) {
            boolean known = catalogue
                    .operation(wanted.kind() + ".get")
                    .map(get -> mayOn(principal, get, resource))
                    .orElse(false);
            throw known ? denied(entry) : Problem.missing(wanted);
        }
        if (!param.needs().isEmpty()
                && !catalogue
                        .operation(param.needs())
                        .map(needed -> mayOn(principal, needed, resource))
                        .orElse(false)) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "Your role does not allow " + param.needs() + " on " + resource.name()
                            + "; ask an owner or admin of the team");
        }
        return resource;
    }

    private static Ref wanted(Operation.RefParam param, String text) {
        if (param.kind().isEmpty()) {
            return Ref.parse(text);
        }
        String prefix = param.kind() + ':';
        return new Ref(param.kind(), text.startsWith(prefix) ? text.substring(prefix.length()) : text);
    }

    /** A resource as the principal's team can see it. */
    Optional<Resource> find(Ref ref, Principal principal) {
        LiveCatalogue.Kind kind = kind(ref.kind());
        LiveCall call = new LiveCall(principal, "resources", kind.plugin(), null, "", any -> reach(principal, any));
        return calls.as(call, () -> kind.resources().find(ref.id()));
    }

    private LiveCatalogue.Kind kind(String name) {
        Optional<LiveCatalogue.Kind> kind = catalogue.kind(name);
        if (kind.isPresent() && kind.get().resources() == null) {
            Turnstile turnstile = kind.get().turnstile();
            if (turnstile.enter(PATIENCE)) {
                turnstile.leave();
            }
            kind = catalogue.kind(name).filter(each -> each.resources() != null);
        }
        return kind.orElseThrow(() -> new Problem(
                        Problem.Kind.UNAVAILABLE,
                        "The plugin that knows every " + name + " is not running; start it on the plugins page")
                .retryAfter(Duration.ofSeconds(1)));
    }

    /** What a principal may see. */
    public Reach reach(Principal principal, String kind) {
        if (!isPerson(principal)) {
            return new Reach(!principal.ref().kind().equals("anonymous"), Set.of());
        }
        return authority.get().map(each -> each.reach(principal, kind)).orElse(new Reach(false, Set.of()));
    }

    private boolean mayOn(Principal principal, Operation operation, Resource resource) {
        Ref top = resource.team().orElse(PANEL);
        List<Ref> scope = new ArrayList<>(List.of(resource.ref()));
        resource.parent().ifPresent(scope::add);
        scope.add(top);
        if (may(principal, operation, scope)) {
            return true;
        }
        Optional<Ref> above = resource.parent();
        boolean longer = false;
        while (above.isPresent() && scope.size() < 8) {
            above = find(above.get(), principal).flatMap(Resource::parent);
            if (above.isPresent()) {
                scope.add(scope.size() - 1, above.get());
                longer = true;
            }
        }
        return longer && may(principal, operation, scope);
    }

    /** Whether a principal may run an operation on a scope; see {@link Authority#may}. */
    public boolean may(Principal principal, Operation operation, List<Ref> scope) {
        if (operation.access() == Action.Access.OPEN) {
            return true;
        }
        return switch (principal.ref().kind()) {
            case "local" -> true;
            case "bundle" -> uses.test(principal.ref().id(), operation.id());
            case "anonymous" -> false;
            default -> operation.access() == Action.Access.SIGNED_IN
                    || authority
                            .get()
                            .map(each -> each.may(principal, operation, scope))
                            .orElse(false);
        };
    }

    private static Problem denied(Entry entry) {
        return new Problem(
                Problem.Kind.DENIED,
                "Your role does not allow " + entry.id() + " here; ask an owner or admin of the team");
    }
}
