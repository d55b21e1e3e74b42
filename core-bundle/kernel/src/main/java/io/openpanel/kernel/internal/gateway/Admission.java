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
import io.openpanel.api.Secret;
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
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Set<String> PEOPLE = Set.of("user", "key");
    static final Set<Action.Access> RIGHT_NEEDED = Set.of(Action.Access.PERMISSION, Action.Access.PANEL);

    private final LiveCatalogue catalogue;
    private final Supplier<Optional<Authority>> authority;
    private final BiPredicate<String, String> uses;
    private final Lookup lookup;
    private final Inheritance inheritance;
    private final Own own;
    private final Proofs proofs;

    /** What plugins have of their own. */
    public interface Own {
        /** The hosts that people were shown it reaches. */
        Set<Ref> hosts(String plugin);

        /** A secret that is set for it. */
        Optional<Secret> secret(String plugin, String setting);
    }

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
            Calls calls,
            Own own) {
        this.own = own;
        this.catalogue = catalogue;
        this.authority = authority;
        this.proofs = new Proofs(authority);
        this.uses = uses;
        this.lookup = new Lookup(catalogue, calls, this::reach);
        this.inheritance = new Inheritance(lookup::parent, System::nanoTime);
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
        proofs.require(entry, principal, rights);
        String confirmed = "";
        if (entry.isDestroy()) {
            JsonNode confirm = tree.remove("confirm");
            confirmed = confirm == null ? "" : confirm.asText();
        }
        Object input = null;
        Problem invalid = null;
        try {
            input = read(entry, principal, tree);
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
        boolean awaited = refs.stream().anyMatch(ref -> ref.required() || tree.has(ref.name()));
        boolean undecided = resources.isEmpty() && (invalid == null || !awaited);
        if (undecided && rights == Rights.PRINCIPAL && !may(principal, entry.operation())) {
            throw denied(entry);
        }
        if (invalid != null) {
            throw invalid;
        }
        proofs.requireRecent(entry, principal, rights);
        return new Admitted(
                entry,
                principal,
                refs.isEmpty() ? input : read(entry, principal, tree),
                List.copyOf(resources),
                confirmed);
    }

    private static boolean isReadable(Operation.RefParam ref, ObjectNode tree) {
        try {
            wanted(ref, tree.get(ref.name()).asText());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Object read(Entry entry, Principal principal, ObjectNode tree) {
        Optional<Shape> shape = entry.input();
        if (shape.isEmpty()) {
            if (!tree.isEmpty()) {
                String name = tree.fieldNames().next();
                throw Problem.invalid(name, name + " is not known; " + entry.id() + " takes no input");
            }
            return null;
        }
        Reading reading = isPlugin(principal)
                ? Reading.strict(setting -> own.secret(principal.ref().id(), setting))
                : Reading.strict();
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
        if (isForeign(resource, principal)) {
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
        String needs = param.neededOn(wanted);
        if (!needs.isEmpty()
                && !catalogue
                        .operation(needs)
                        .map(needed -> mayOn(principal, needed, resource))
                        .orElse(false)) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "Your role does not allow " + needs + " on " + resource.name()
                            + "; ask an owner or admin of the team");
        }
        return resource;
    }

    private static boolean isForeign(Resource resource, Principal principal) {
        return resource.team().isPresent()
                && principal.team().isPresent()
                && !resource.team().equals(principal.team());
    }

    private static Ref wanted(Operation.RefParam param, String text) {
        if (param.isOfAnyKind()) {
            return Ref.parse(text);
        }
        String prefix = param.kind() + ':';
        return new Ref(param.kind(), text.startsWith(prefix) ? text.substring(prefix.length()) : text);
    }

    /** A resource as the principal's team can see it. */
    public Optional<Resource> find(Ref ref, Principal principal) {
        return lookup.find(ref, principal);
    }

    private static boolean isPlugin(Principal principal) {
        return principal.ref().kind().equals("bundle");
    }

    /** What a principal may see. */
    public Reach reach(Principal principal, String kind) {
        if (isPlugin(principal) && kind.equals("host")) {
            return hosts(principal.ref().id());
        }
        if (!isPerson(principal)) {
            return new Reach(!principal.ref().kind().equals("anonymous"), Set.of());
        }
        Reach reach = authority.get().map(each -> each.reach(principal, kind)).orElse(new Reach(false, Set.of()));
        return reach.all() ? reach : new Reach(false, inheritance.below(reach.refs(), principal));
    }

    /** See {@link io.openpanel.spi.Gateway#lineage}. */
    List<Resource> lineage(Principal principal, Ref ref) {
        Resource own = find(ref, principal)
                .filter(each -> !isForeign(each, principal))
                .orElseThrow(() -> Problem.missing(ref));
        List<Resource> lineage = new ArrayList<>(List.of(own));
        Optional<Ref> above = own.parent();
        while (above.isPresent() && lineage.size() < Inheritance.DEEPEST) {
            Optional<Resource> next = find(above.get(), principal);
            next.ifPresent(lineage::add);
            above = next.flatMap(Resource::parent);
        }
        return lineage;
    }

    /** Whether a call that was let in would be let in now. */
    public boolean mayStill(Admitted admitted) {
        Operation operation = admitted.entry().operation();
        return admitted.resources().isEmpty()
                ? may(admitted.principal(), operation)
                : admitted.resources().stream().allMatch(each -> mayOn(admitted.principal(), operation, each));
    }

    /** What a principal may see by way of a plugin: nobody's hosts but the plugin's own. */
    Reach reach(Principal principal, String plugin, String kind) {
        return kind.equals("host") ? hosts(plugin) : reach(principal, kind);
    }

    private Reach hosts(String plugin) {
        return new Reach(false, own.hosts(plugin));
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
        while (above.isPresent() && scope.size() < Inheritance.DEEPEST) {
            above = find(above.get(), principal).flatMap(Resource::parent);
            if (above.isPresent()) {
                scope.add(scope.size() - 1, above.get());
                longer = true;
            }
        }
        return longer && may(principal, operation, scope);
    }

    /** Whether it is known now what a principal may do: of people it is while there is an {@link Authority}. */
    public boolean canJudge(Principal principal) {
        return !isPerson(principal) || authority.get().isPresent();
    }

    /** Whether a principal may run an operation that names no resource. */
    public boolean may(Principal principal, Operation operation) {
        return may(principal, operation, operation.access() == Action.Access.PANEL ? List.of(PANEL) : List.of());
    }

    /** Whether a principal may run an operation on a scope; see {@link Authority#may}. */
    public boolean may(Principal principal, Operation operation, List<Ref> scope) {
        if (operation.access() == Action.Access.OPEN) {
            return true;
        }
        if (operation.access() == Action.Access.LOCAL) {
            return principal.ref().kind().equals("local");
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
