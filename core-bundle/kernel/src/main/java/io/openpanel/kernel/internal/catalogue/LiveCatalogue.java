package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Operation;
import io.openpanel.api.Ref;
import io.openpanel.api.Resources;
import io.openpanel.spi.Catalogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The actions of the extensions that are there, as one immutable picture that each change replaces. */
public final class LiveCatalogue implements Catalogue {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCatalogue.class);

    private final Map<Object, List<Entry>> byExtension = new HashMap<>();
    private final Map<String, Entry> places = new HashMap<>();
    private final Map<String, Kind> byKind = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Supplier<List<String>> pending = List::of;
    private volatile Predicate<Bundle> serving = bundle -> true;
    private volatile Picture picture =
            new Picture(Map.of(), List.of(), Map.of(), Ref.create("catalogue").id());

    /**
     * A kind of resource with who finds it.
     *
     * @param resources null while the plugin is exchanged
     */
    public record Kind(String plugin, String name, String plural, Resources resources, Turnstile turnstile) {
        public static Kind of(String plugin, Resources resources, Turnstile turnstile) {
            return new Kind(plugin, resources.kind(), resources.plural(), resources, turnstile);
        }

        private Kind placeholder() {
            return new Kind(plugin, name, plural, null, turnstile);
        }
    }

    private record Picture(
            Map<String, Entry> entries, List<Operation> operations, Map<String, Kind> kinds, String version) {}

    /**
     * Reads the actions of an extension without adding them.
     *
     * @param roles action → the built-in roles that have it
     * @throws IllegalArgumentException when one of them breaks a rule or is another plugin's
     */
    public List<Entry> read(Object extension, String plugin, Map<String, Set<String>> roles, Turnstile turnstile) {
        List<Entry> entries = extension instanceof Described described
                ? described.entries(roles, turnstile)
                : new OperationReader(plugin, roles, turnstile).read(extension);
        for (Entry entry : entries) {
            Entry other = picture.entries.get(entry.id());
            if (other != null && !other.operation().plugin().equals(plugin)) {
                throw taken(other);
            }
        }
        return entries;
    }

    /**
     * Adds what was read of an extension.
     *
     * @throws IllegalArgumentException when an action is there already; none is added then
     */
    public void add(Object extension, List<Entry> entries) {
        replace(Set.of(), Map.of(extension, entries));
    }

    /** Takes extensions out and others in, in one step. */
    public void replace(Collection<?> former, Map<?, List<Entry>> fresh) {
        synchronized (this) {
            Set<String> leaving = new HashSet<>();
            former.forEach(each -> byExtension.getOrDefault(each, List.of()).forEach(entry -> leaving.add(entry.id())));
            for (List<Entry> entries : fresh.values()) {
                for (Entry entry : entries) {
                    Entry other = picture.entries.get(entry.id());
                    if (other != null && !other.isPlaceholder() && !leaving.contains(other.id())) {
                        throw taken(other);
                    }
                }
            }
            former.forEach(byExtension::remove);
            byExtension.putAll(fresh);
            redraw();
        }
        tell();
    }

    private static IllegalArgumentException taken(Entry other) {
        return new IllegalArgumentException(
                other.id() + " is already an action of " + other.operation().plugin());
    }

    /** Takes an extension out; while its plugin is exchanged, its actions keep their places until {@link #settle}. */
    public void remove(Object extension) {
        synchronized (this) {
            List<Entry> gone = byExtension.remove(extension);
            if (gone == null) {
                return;
            }
            for (Entry entry : gone) {
                if (entry.turnstile().isClosed()) {
                    places.put(entry.id(), entry.placeholder());
                }
            }
            redraw();
        }
        tell();
    }

    /** Drops the places of what a plugin did not bring back. */
    public void settle(String plugin) {
        synchronized (this) {
            boolean actions =
                    places.values().removeIf(entry -> entry.operation().plugin().equals(plugin));
            boolean kinds = byKind.values().removeIf(kind -> kind.plugin().equals(plugin) && kind.resources() == null);
            if (!actions && !kinds) {
                return;
            }
            redraw();
        }
        tell();
    }

    /** Whether this is what is called under its id now. */
    public boolean isCurrent(Entry entry) {
        return entry.isSameAs(picture.entries.get(entry.id()));
    }

    public void add(Kind kind) {
        synchronized (this) {
            Kind other = byKind.get(kind.name());
            if (other != null && !other.plugin().equals(kind.plugin())) {
                throw new IllegalArgumentException("'" + kind.name() + "' is already a kind of " + other.plugin());
            }
            byKind.put(kind.name(), kind);
            redraw();
        }
        tell();
    }

    /** Takes a kind out; while its plugin is exchanged it keeps its place until {@link #settle}. */
    public void remove(Resources resources) {
        synchronized (this) {
            for (Kind kind : List.copyOf(byKind.values())) {
                if (kind.resources() == resources && kind.turnstile().isClosed()) {
                    byKind.put(kind.name(), kind.placeholder());
                } else if (kind.resources() == resources) {
                    byKind.remove(kind.name());
                }
            }
            redraw();
        }
        tell();
    }

    private void redraw() {
        Map<String, String> plurals = new HashMap<>();
        byKind.forEach((name, kind) -> plurals.put(name, kind.plural()));
        byExtension.values().forEach(entries -> entries.forEach(entry -> places.remove(entry.id())));
        List<Entry> all = Stream.concat(byExtension.values().stream().flatMap(List::stream), places.values().stream())
                .toList();
        Set<String> singletons = new HashSet<>();
        all.stream()
                .map(Entry::operation)
                .filter(Paths::showsSingleton)
                .map(Operation::noun)
                .forEach(singletons::add);
        Paths paths = new Paths(plurals, singletons);
        Map<String, Entry> entries = new TreeMap<>();
        all.forEach(entry -> entries.put(entry.id(), entry.with(paths.place(entry.operation()))));
        List<Operation> operations =
                entries.values().stream().map(Entry::operation).toList();
        picture = new Picture(
                entries, operations, Map.copyOf(byKind), Ref.create("catalogue").id());
    }

    /** Tells who listens that there is something to look at: actions, or plugins that serve now or no longer. */
    public void tell() {
        for (Runnable listener : listeners) {
            try {
                listener.run();
            } catch (RuntimeException e) {
                LOG.warn("A listener of the catalogue failed", e);
            }
        }
    }

    public Optional<Entry> entry(String id) {
        return Optional.ofNullable(picture.entries.get(id));
    }

    public Optional<Kind> kind(String name) {
        return Optional.ofNullable(picture.kinds.get(name));
    }

    /** The kinds whose plugins are there. */
    public List<Kind> served() {
        return picture.kinds.values().stream()
                .filter(kind -> kind.resources() != null)
                .toList();
    }

    /** The ids of a plugin's actions. */
    public List<String> actionsOf(String plugin) {
        List<String> ids = new ArrayList<>();
        picture.operations.forEach(operation -> {
            if (operation.plugin().equals(plugin)) {
                ids.add(operation.id());
            }
        });
        return ids;
    }

    @Override
    public List<Operation> operations() {
        return picture.operations;
    }

    @Override
    public Optional<Operation> operation(String id) {
        return entry(id).map(Entry::operation);
    }

    @Override
    public Map<String, String> kinds() {
        Map<String, String> plurals = new TreeMap<>();
        picture.kinds.forEach((name, kind) -> plurals.put(name, kind.plural()));
        return plurals;
    }

    /** Sets who knows which plugins are still to come. */
    public void pendingFrom(Supplier<List<String>> source) {
        pending = source;
    }

    @Override
    public List<String> pending() {
        return pending.get();
    }

    /** Sets who knows which bundles serve. */
    public void servingFrom(Predicate<Bundle> source) {
        serving = source;
    }

    @Override
    public boolean isServing(Bundle bundle) {
        return serving.test(bundle);
    }

    @Override
    public String version() {
        return picture.version;
    }

    @Override
    public AutoCloseable onChange(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
