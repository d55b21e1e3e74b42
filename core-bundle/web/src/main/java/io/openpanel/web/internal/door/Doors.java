package io.openpanel.web.internal.door;

import io.openpanel.api.Door;
import io.openpanel.web.internal.edge.Failure;
import io.openpanel.web.internal.edge.Problems;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The protocols that plugins speak. Only doors the kernel has wrapped are used: those run as their plugin. */
@Component(service = Doors.class)
public final class Doors {
    private static final Logger LOG = LoggerFactory.getLogger(Doors.class);

    private final Map<String, Door> byPath = new ConcurrentSkipListMap<>();

    /** Answers by the door with the longest path above this one; false where there is none. */
    public boolean answer(HttpServletRequest request, HttpServletResponse response, String path) throws IOException {
        Optional<Map.Entry<String, Door>> found = find(path);
        if (found.isEmpty()) {
            return false;
        }
        int below = found.get().getKey().length();
        Door.Reply reply = found.get().getValue().handle(Requests.of(request, path.substring(below)));
        if (reply == null) {
            Problems.answer(request, response, Failure.unknownPath(path));
            return true;
        }
        Replies.send(response, reply);
        return true;
    }

    /** Whether a path leads to a door that is open to addresses from which people may not use the panel. */
    public boolean isOpen(String path) {
        return find(path).filter(found -> found.getValue().open()).isPresent();
    }

    private Optional<Map.Entry<String, Door>> find(String path) {
        for (int end = path.length(); end > 0; end = path.lastIndexOf('/', end - 1)) {
            String base = path.substring(0, end);
            Door door = byPath.get(base);
            if (door != null) {
                return Optional.of(Map.entry(base, door));
            }
        }
        return Optional.empty();
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            target = "(openpanel.door=wrapped)")
    void bindDoor(Door door) {
        String path = door.path();
        if (!path.startsWith("/") || path.length() < 2 || path.endsWith("/")) {
            LOG.error("The path '{}' of a door must start with a slash and not end with one; it stays closed", path);
            return;
        }
        if (byPath.putIfAbsent(path, door) != null) {
            LOG.error("There is already a door at {}; the second stays closed", path);
        }
    }

    void unbindDoor(Door door) {
        byPath.values().remove(door);
    }
}
