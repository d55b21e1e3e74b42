package io.openpanel.docker.internal.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** Containers and images as last seen: what every list is served from, whether the engine answers or not. */
public final class Snapshot {
    private static final int MOST_GONE = 2000;

    private final Map<String, Seen> containers = new ConcurrentHashMap<>();
    private final AtomicLong looks = new AtomicLong();
    private final AtomicLong changes = new AtomicLong();
    private final Set<String> gone = new LinkedHashSet<>();
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile List<ImageState> images = List.of();
    private volatile boolean live;

    /** @param look when it was looked at, so that an older look never replaces a newer one */
    private record Seen(long look, ContainerState state) {}

    /** Hears of containers that came, changed or went. */
    public interface Listener {
        void changed(Optional<ContainerState> before, Optional<ContainerState> after);
    }

    /** Ends what was begun with {@code listen}. */
    public interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /** Adds a listener until closed. */
    public Listening listen(Listener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Another number whenever {@link #containers} gives something else. */
    public long version() {
        return changes.get();
    }

    /** Every container; with the status Unknown while the engine is out of reach. */
    public List<ContainerState> containers() {
        List<ContainerState> all = new ArrayList<>(containers.size());
        boolean known = live;
        containers.values().forEach(seen -> all.add(known ? seen.state : unknown(seen.state)));
        return all;
    }

    /** The container with this id (12 digits or more) or name. */
    public Optional<ContainerState> container(String idOrName) {
        Seen exact = containers.get(idOrName);
        if (exact == null && idOrName.matches("[0-9a-f]{12,63}")) {
            exact = containers.values().stream()
                    .filter(seen -> seen.state.id().startsWith(idOrName))
                    .findFirst()
                    .orElse(null);
        }
        if (exact == null) {
            exact = containers.values().stream()
                    .filter(seen -> seen.state.name().equals(idOrName))
                    .findFirst()
                    .orElse(null);
        }
        return Optional.ofNullable(exact).map(seen -> live ? seen.state : unknown(seen.state));
    }

    /** Every image that has a name or is nobody's parent. */
    public List<ImageState> images() {
        return images;
    }

    /** The image with this id, short id or name. */
    public Optional<ImageState> image(String reference) {
        return images.stream().filter(image -> image.answersTo(reference)).findFirst();
    }

    /** To be drawn before looking at a container, and handed in with what was seen. */
    long look() {
        return looks.incrementAndGet();
    }

    void put(long look, ContainerState state) {
        synchronized (gone) {
            if (gone.contains(state.id())) {
                return;
            }
        }
        Seen[] before = new Seen[1];
        Seen now = containers.compute(state.id(), (id, old) -> {
            before[0] = old;
            return old != null && old.look > look ? old : new Seen(look, state);
        });
        if (now.look == look && (before[0] == null || !before[0].state.equals(state))) {
            tell(Optional.ofNullable(before[0]).map(Seen::state), Optional.of(state));
        }
    }

    void remove(String id) {
        synchronized (gone) {
            gone.add(id);
            if (gone.size() > MOST_GONE) {
                gone.remove(gone.iterator().next());
            }
        }
        Seen last = containers.remove(id);
        if (last != null) {
            tell(Optional.of(last.state), Optional.empty());
        }
    }

    /** Drops what a full listing, begun at the given look, did not show. */
    void retain(long look, Set<String> ids) {
        containers.values().stream()
                .filter(seen -> seen.look < look && !ids.contains(seen.state.id()))
                .map(seen -> seen.state.id())
                .toList()
                .forEach(this::remove);
    }

    synchronized void images(List<ImageState> all) {
        images = List.copyOf(all);
    }

    synchronized void add(ImageState image) {
        images = Stream.concat(Stream.of(image), images.stream().filter(each -> !each.id()
                        .equals(image.id())))
                .toList();
    }

    void live(boolean answers) {
        live = answers;
        changes.incrementAndGet();
    }

    private void tell(Optional<ContainerState> before, Optional<ContainerState> after) {
        changes.incrementAndGet();
        listeners.forEach(listener -> listener.changed(before, after));
    }

    private static ContainerState unknown(ContainerState s) {
        return new ContainerState(
                s.id(),
                s.name(),
                s.image(),
                s.imageId(),
                Status.UNKNOWN,
                s.state(),
                s.health(),
                s.exitCode(),
                s.error(),
                s.createdAt(),
                s.startedAt(),
                s.finishedAt(),
                s.ports(),
                s.addresses(),
                s.fixedAddresses(),
                s.labels(),
                s.command(),
                s.mounts(),
                s.restartPolicy(),
                s.restarts(),
                s.limits(),
                s.environmentNames(),
                s.terminal(),
                s.process());
    }
}
