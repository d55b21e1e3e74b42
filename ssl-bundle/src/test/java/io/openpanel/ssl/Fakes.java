package io.openpanel.ssl;

import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.testkit.TestPanel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.framework.BundleContext;

/** What deploy and docker say about apps, from a list that a test fills. */
public final class Fakes {
    final Map<Ref, App> apps = new ConcurrentHashMap<>();
    final Map<Ref, List<String>> addresses = new ConcurrentHashMap<>();

    public record App(Ref team, String name, Ref project, String projectName) {}

    public record OfApp(@Param(kind = "app") Ref app) {}

    public record OfProject(@Param(kind = "project") Ref project) {}

    public record Paging(Optional<Integer> limit, Optional<String> cursor) {}

    public record AppItem(@Param(kind = "app") Ref app, String name, @Param(kind = "project") Ref project) {}

    public record AppItems(List<AppItem> items, Optional<String> next) {}

    public record ProjectItem(String name) {}

    public record Running(@Param(kind = "app") Optional<Ref> app, Optional<Integer> limit) {}

    public record ContainerItem(String name, Map<String, String> addresses) {}

    public record ContainerItems(List<ContainerItem> items, Optional<String> next) {}

    /** Publishes them as the plugins they stand for. */
    void publish(TestPanel panel) {
        BundleContext deploy = panel.plugin(
                        "deploy",
                        List.of(),
                        Map.of(
                                "OPENPANEL-INF/roles.yaml",
                                "app.get: [owner]\napp.list: [owner]\nproject.get: [owner]\n"))
                .getBundleContext();
        deploy.registerService(Resources.class, kind("app", "apps"), null);
        deploy.registerService(Resources.class, kind("project", "projects"), null);
        deploy.registerService(Extension.class, new Deploy(), null);
        BundleContext docker = panel.plugin(
                        "docker", List.of(), Map.of("OPENPANEL-INF/roles.yaml", "container.list: [owner]\n"))
                .getBundleContext();
        docker.registerService(Extension.class, new Docker(), null);
        panel.awaitActions("app.get", "app.list", "project.get", "container.list", "domain.create", "proxy.get");
    }

    Ref app(Ref team, String name, String project) {
        Ref app = Ref.create("app");
        apps.put(app, new App(team, name, Ref.create("project"), project));
        return app;
    }

    private Resources kind(String kind, String plural) {
        return new Resources() {
            @Override
            public String kind() {
                return kind;
            }

            @Override
            public String plural() {
                return plural;
            }

            @Override
            public Optional<Resource> find(String idOrPath) {
                Ref wanted = new Ref(kind, idOrPath);
                return apps.entrySet().stream()
                        .filter(each -> each.getKey().equals(wanted)
                                || each.getValue().project().equals(wanted))
                        .findFirst()
                        .map(each -> new Resource(
                                wanted,
                                each.getValue().name(),
                                Optional.empty(),
                                Optional.of(each.getValue().team()),
                                "1"));
            }
        };
    }

    public final class Deploy implements Extension {
        @Action(value = "app.get", summary = "Shows an app", effect = READ)
        public AppItem app(OfApp in) {
            return new AppItem(
                    in.app(), apps.get(in.app()).name(), apps.get(in.app()).project());
        }

        @Action(value = "app.list", summary = "Lists apps", effect = READ)
        public AppItems apps(Call call, Paging in) {
            return new AppItems(
                    apps.entrySet().stream()
                            .filter(each -> call.team()
                                    .orElseThrow()
                                    .equals(each.getValue().team()))
                            .map(each -> app(new OfApp(each.getKey())))
                            .toList(),
                    Optional.empty());
        }

        @Action(value = "project.get", summary = "Shows a project", effect = READ)
        public ProjectItem project(OfProject in) {
            return apps.values().stream()
                    .filter(app -> app.project().equals(in.project()))
                    .map(app -> new ProjectItem(app.projectName()))
                    .findFirst()
                    .orElseThrow();
        }
    }

    public final class Docker implements Extension {
        @Action(value = "container.list", summary = "Lists containers", effect = READ)
        public ContainerItems containers(Running in) {
            return new ContainerItems(
                    addresses.getOrDefault(in.app().orElseThrow(), List.of()).stream()
                            .map(address -> new ContainerItem("c", Map.of("network", address)))
                            .toList(),
                    Optional.empty());
        }
    }
}
