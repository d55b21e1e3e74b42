package org.example.notifier;

import io.openpanel.api.Action;
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
import org.osgi.framework.BundleContext;

/** Apps and deployments as the notifier sees them; it has one app. */
public final class FakeApps implements Extension, Resources {
    static final Ref APP = new Ref("app", "4k2m9x0c3v5b7n1q");

    private final Panel panel;

    FakeApps(TestPanel panel) {
        BundleContext context = panel.plugin(
                        "deploy",
                        List.of(),
                        Map.of(
                                "OPENPANEL-INF/roles.yaml",
                                "app.get: [owner]\n",
                                "db/V001__app.sql",
                                "create table app (id text);"))
                .getBundleContext();
        this.panel = context.getService(context.getServiceReference(Panel.class));
        context.registerService(Extension.class, this, null);
        context.registerService(Resources.class, this, null);
        panel.awaitActions("app.get");
    }

    /** Which app. */
    public record One(@Param(kind = "app") Ref app) {}

    /** An app. */
    public record App(String name) {}

    /** As deploy publishes it. */
    @Topic(value = "deployment.finished", summary = "A deployment serves its app's requests")
    public record Finished(@Param(kind = "app") Ref app, String address) {}

    /** As deploy publishes it. */
    @Topic(value = "deployment.failed", summary = "A deployment failed or was cancelled")
    public record Failed(@Param(kind = "app") Ref app, String reason) {}

    /** As deploy publishes it. */
    @Topic(value = "app.created", summary = "An app was made")
    public record Created(@Param(kind = "app") Ref app, String name) {}

    @Action(value = "app.get", summary = "Shows an app", effect = Action.Effect.READ)
    public App get(One in) {
        return new App("web");
    }

    void happen(Ref team, Record event) {
        panel.in(team, () -> panel.database().tx(tx -> {
            tx.publish(event);
            return null;
        }));
    }

    @Override
    public String kind() {
        return "app";
    }

    @Override
    public String plural() {
        return "apps";
    }

    @Override
    public Optional<Resource> find(String id) {
        return Optional.of(new Resource(APP, "web", Optional.empty(), Optional.empty(), "1"));
    }
}
