package io.openpanel.kernel.internal.plugin;

import io.openpanel.api.Door;
import io.openpanel.kernel.internal.gateway.Calls;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Publishes each door again as a {@link LiveDoor}; the web bundle uses only those. */
final class LiveDoors implements ServiceTrackerCustomizer<Door, Door> {
    private static final Logger LOG = LoggerFactory.getLogger(LiveDoors.class);
    private static final String WRAPPED = "openpanel.door";

    private final BundleContext context;
    private final Calls calls;
    private final Function<Bundle, Contribution> contributions;
    private final Map<Bundle, List<Door>> byBundle = new HashMap<>();
    private final Map<String, Published> byPath = new HashMap<>();
    private final ServiceTracker<Door, Door> tracker;

    private record Published(LiveDoor door, ServiceRegistration<Door> registration) {}

    LiveDoors(BundleContext context, Calls calls, Function<Bundle, Contribution> contributions) {
        this.context = context;
        this.calls = calls;
        this.contributions = contributions;
        this.tracker = new ServiceTracker<>(context, Door.class, this);
    }

    void open() {
        tracker.open();
    }

    void close() {
        tracker.close();
    }

    @Override
    public synchronized Door addingService(ServiceReference<Door> reference) {
        if (reference.getProperty(WRAPPED) != null) {
            return null;
        }
        Door door = context.getService(reference);
        Bundle bundle = reference.getBundle();
        byBundle.computeIfAbsent(bundle, any -> new ArrayList<>()).add(door);
        Contribution contribution = contributions.apply(bundle);
        if (contribution.isServing()) {
            show(door, contribution);
        }
        return door;
    }

    @Override
    public void modifiedService(ServiceReference<Door> reference, Door door) {
        // A door's path does not change.
    }

    @Override
    public synchronized void removedService(ServiceReference<Door> reference, Door door) {
        Bundle bundle = reference.getBundle();
        byBundle.computeIfPresent(bundle, (any, doors) -> {
            doors.remove(door);
            return doors.isEmpty() ? null : doors;
        });
        Published published = byPath.get(door.path());
        if (published != null && published.door.isOf(door)) {
            published.door.leadTo(null);
            if (!contributions.apply(bundle).turnstile().isClosed()) {
                settle(published.door.plugin());
            }
        }
        context.ungetService(reference);
    }

    /** From now on the doors of the first bundle lead to the second. */
    synchronized void exchange(Bundle former, Bundle next) {
        byBundle.getOrDefault(former, List.of()).forEach(door -> {
            Published published = byPath.get(door.path());
            if (published != null && published.door.isOf(door)) {
                published.door.leadTo(null);
            }
        });
        Contribution contribution = contributions.apply(next);
        byBundle.getOrDefault(next, List.of()).forEach(door -> show(door, contribution));
        settle(contribution.plugin().id());
    }

    /** Closes a plugin's doors that lead nowhere. */
    synchronized void settle(String plugin) {
        byPath.values().removeIf(published -> {
            boolean gone = published.door.plugin().equals(plugin) && published.door.isOf(null);
            if (gone) {
                published.registration.unregister();
            }
            return gone;
        });
    }

    private void show(Door door, Contribution contribution) {
        Published there = byPath.get(door.path());
        if (there != null) {
            boolean own = there.door.plugin().equals(contribution.plugin().id());
            if (own && there.door.isOf(null)) {
                there.door.leadTo(door);
                return;
            }
            LOG.error(
                    "There is already a door at {}; the one of {} stays closed",
                    door.path(),
                    contribution.plugin().id());
            return;
        }
        LiveDoor live = new LiveDoor(door, contribution.plugin().id(), contribution.turnstile(), calls);
        Dictionary<String, Object> properties = new Hashtable<>(Map.of(WRAPPED, "wrapped"));
        byPath.put(door.path(), new Published(live, context.registerService(Door.class, live, properties)));
    }
}
