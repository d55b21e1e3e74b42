package io.openpanel.activity;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.api.Topic;
import io.openpanel.testkit.TestPanel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/** Stands for the plugin that owns projects, apps and deployments: who has them, and what happens to them. */
public final class Shop implements Extension {
    private static final List<String> READS = List.of("project.get", "app.get", "deployment.get", "container.get");

    private final Map<Ref, Resource> all = new ConcurrentHashMap<>();
    private final Panel panel;

    /** Which one. */
    public record Project(@Param(kind = "project") Ref project) {}

    /** Which one. */
    public record App(@Param(kind = "app") Ref app) {}

    /** Which one. */
    public record Deployment(@Param(kind = "deployment") Ref deployment) {}

    /** A deployment has ended. */
    public record Ended(
            @Param(kind = "deployment") Ref deployment, @Param(kind = "app") Ref app, Optional<String> reason) {}

    @Topic(value = "app.created", summary = "An app was made")
    public record Created(@Param(kind = "app") Ref app, String name) {}

    @Topic(value = "app.deleted", summary = "An app was deleted")
    public record Deleted(@Param(kind = "app") Ref app, String name) {}

    @Topic(value = "deployment.finished", summary = "A deployment serves")
    public record Finished(@Param(kind = "deployment") Ref deployment, @Param(kind = "app") Ref app, String address) {}

    @Topic(value = "deployment.failed", summary = "A deployment failed")
    public record Failed(@Param(kind = "deployment") Ref deployment, @Param(kind = "app") Ref app, String reason) {}

    private Shop(Panel panel) {
        this.panel = panel;
    }

    static Shop open(TestPanel running) {
        String roles = Stream.concat(READS.stream(), Stream.of("app.create", "app.delete", "deployment.end"))
                .map(action -> action + ": [owner, admin, developer, viewer]\n")
                .collect(Collectors.joining());
        Bundle bundle = running.plugin("deploy", List.of(), Map.of("OPENPANEL-INF/roles.yaml", roles));
        BundleContext context = bundle.getBundleContext();
        Shop shop = new Shop(context.getService(context.getServiceReference(Panel.class)));
        context.registerService(Extension.class, shop, null);
        Stream.of("project", "app", "deployment")
                .forEach(kind -> context.registerService(Resources.class, shop.kind(kind), null));
        running.awaitActions("project.get", "app.get", "deployment.get", "deployment.end");
        TestPanel.await("the kinds", () -> running.get(io.openpanel.spi.Catalogue.class)
                .kinds()
                .keySet()
                .containsAll(List.of("project", "app", "deployment")));
        return shop;
    }

    Ref add(Ref team, String kind, String name, Optional<Ref> parent) {
        Ref ref = Ref.create(kind);
        all.put(ref, new Resource(ref, name, parent, Optional.of(team), "1"));
        return ref;
    }

    private Resources kind(String kind) {
        return new Resources() {
            @Override
            public String kind() {
                return kind;
            }

            @Override
            public String plural() {
                return kind + 's';
            }

            @Override
            public Optional<Resource> find(String id) {
                return Optional.ofNullable(all.get(new Ref(kind, id)));
            }
        };
    }

    @Action(value = "project.get", summary = "Shows a project", effect = Action.Effect.READ)
    public void project(Project in) {
        // Only who may is asked here.
    }

    @Action(value = "app.get", summary = "Shows an app", effect = Action.Effect.READ)
    public void app(App in) {
        // Only who may is asked here.
    }

    @Action(value = "deployment.get", summary = "Shows a deployment", effect = Action.Effect.READ)
    public void deployment(Deployment in) {
        // Only who may is asked here.
    }

    @Action(value = "app.create", summary = "Makes an app", effect = Action.Effect.CHANGE)
    public void create(App in) {
        publish(new Created(in.app(), all.get(in.app()).name()));
    }

    @Action(value = "app.delete", summary = "Deletes an app", effect = Action.Effect.CHANGE)
    public void delete(App in) {
        Resource gone = all.remove(in.app());
        publish(new Deleted(in.app(), gone.name()));
    }

    @Action(value = "deployment.end", summary = "Ends a deployment", effect = Action.Effect.CHANGE)
    public void end(Call call, Ended in) {
        publish(
                in.reason().isPresent()
                        ? new Failed(in.deployment(), in.app(), in.reason().get())
                        : new Finished(in.deployment(), in.app(), "http://shop.localhost"));
    }

    private void publish(Record event) {
        panel.database().tx(tx -> {
            tx.publish(event);
            return null;
        });
    }
}
