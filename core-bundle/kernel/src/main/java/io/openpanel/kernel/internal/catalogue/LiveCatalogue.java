package io.openpanel.kernel.internal.catalogue;

import io.openpanel.api.Operation;
import io.openpanel.api.Ref;
import io.openpanel.api.Resources;
import io.openpanel.spi.Catalogue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The actions of the extensions that are there, as one immutable picture that each change replaces. */
public final class LiveCatalogue implements Catalogue {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCatalogue.class);

    private final Map<Object, List<Entry>> byExtension = new HashMap<>();
    private final Map<String, Kind> byKind = new HashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private volatile Supplier<List<String>> pending = List::of;
    private volatile Picture picture =
            new Picture(Map.of(), List.of(), Map.of(), Ref.create("catalogue").id());

    /** A kind of resource with who finds it. */
    public record Kind(String plugin, Resources resources) {}

    private record Picture(
            Map<String, Entry> entries, List<Operation> operations, Map<String, Kind> kinds, String version) {}

    /**
     * Adds the actions of an extension.
     *
     * @param roles action → the built-in roles that have it
     * @throws IllegalArgumentException when one of them breaks a rule; none is added then
     */
    public void add(Object extension, String plugin, Map<String, Set<String>> roles, Entry.Running running) {
        List<Entry> entries = new OperationReader(plugin, roles, running).read(extension);
        synchronized (this) {
            for (Entry entry : entries) {
                Entry other = picture.entries.get(entry.id());
                if (other != null) {
                    throw new IllegalArgumentException(entry.id() + " is already an action of "
                            + other.operation().plugin());
                }
            }
            byExtension.put(extension, entries);
            redraw();
        }
        tell();
    }

    public void remove(Object extension) {
        synchronized (this) {
            if (byExtension.remove(extension) == null) {
                return;
            }
            redraw();
        }
        tell();
    }

    public void add(Kind kind) {
        synchronized (this) {
            byKind.put(kind.resources().kind(), kind);
            redraw();
        }
        tell();
    }

    public void remove(Resources resources) {
        synchronized (this) {
            byKind.values().removeIf(kind -> kind.resources() == resources);
            redraw();
        }
        tell();
    }

    private void redraw() {
        Map<String, String> plurals = new HashMap<>();
        byKind.forEach((name, kind) -> plurals.put(name, kind.resources().plural()));
        List<Entry> all = byExtension.values().stream().flatMap(List::stream).toList();
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

    private void tell() {
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
        picture.kinds.forEach((name, kind) -> plurals.put(name, kind.resources().plural()));
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
