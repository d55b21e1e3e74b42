package io.openpanel.ssl.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What other plugins know of apps. */
@Component(service = Apps.class)
public class Apps {
    /** A container that just started may not be in the list yet. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final int PAGE = 500;

    private final Panel panel;

    public record OfApp(@Param(kind = "app") Ref app) {}

    public record OfProject(@Param(kind = "project") Ref project) {}

    public record App(String name, @Param(kind = "project") Ref project) {}

    public record Project(String name) {}

    public record Paging(int limit, Optional<String> cursor) {}

    public record Listed(List<Entry> items, Optional<String> next) {}

    public record Entry(@Param(kind = "app") Ref app) {}

    public record Running(@Param(kind = "app") Ref app, int limit) {}

    public record Containers(List<Container> items) {}

    public record Container(Map<String, String> addresses) {}

    /** An app's name and its project's. */
    public record Named(String app, String project) {}

    @Activate
    public Apps(@Reference Panel panel) {
        this.panel = panel;
    }

    public Named named(Ref app) {
        App found = panel.call("app.get", new OfApp(app), App.class);
        return new Named(
                found.name(),
                panel.call("project.get", new OfProject(found.project()), Project.class)
                        .name());
    }

    /** The apps the caller may see. */
    public Set<Ref> visible() {
        Set<Ref> apps = new HashSet<>();
        Optional<String> cursor = Optional.empty();
        do {
            Listed page = panel.call("app.list", new Paging(PAGE, cursor), Listed.class);
            page.items().forEach(entry -> apps.add(entry.app()));
            cursor = page.next();
        } while (cursor.isPresent());
        return apps;
    }

    /**
     * Requests must not be sent to what is not the app's: another team's database, the router, the cloud's metadata.
     *
     * @throws Problem {@code INVALID} when one of the addresses is not that of a container of the app
     */
    public void checkAddresses(Ref app, List<String> upstreams) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        Set<String> foreign = upstreams.stream().map(Upstreams::ip).collect(Collectors.toSet());
        while (!foreign.isEmpty()) {
            panel.call("container.list", new Running(app, PAGE), Containers.class)
                    .items()
                    .forEach(
                            container -> foreign.removeAll(container.addresses().values()));
            if (!foreign.isEmpty() && System.nanoTime() > end) {
                throw Problem.invalid(
                        "upstreams", String.join(", ", foreign) + " is not the address of a container of this app");
            }
            if (!foreign.isEmpty()) {
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The panel is stopping; try again in a moment");
        }
    }
}
