package io.openpanel.deploy;

import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.deploy.internal.Allowances;
import io.openpanel.deploy.internal.Apps;
import io.openpanel.deploy.internal.Projects;
import io.openpanel.deploy.internal.Removal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Projects: what holds apps together, with a network of its own. */
@Component(service = {Extension.class, Resources.class})
public final class ProjectActions implements Extension, Resources {
    static final String NAME = "[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?";

    private final Projects projects;
    private final Apps apps;
    private final Removal removal;
    private final Allowances allowances;

    @Activate
    public ProjectActions(
            @Reference Projects projects,
            @Reference Apps apps,
            @Reference Removal removal,
            @Reference Allowances allowances) {
        this.projects = projects;
        this.apps = apps;
        this.removal = removal;
        this.allowances = allowances;
    }

    public record Create(
            @Param(value = "Lower-case letters, digits and dashes", pattern = NAME, max = 40, example = "shop")
                    String name,
            @Param(value = "What it is for", kind = "multiline", max = 2000) Optional<String> description) {}

    public record Update(
            @Param(kind = "project") Ref project,
            @Param(pattern = NAME, max = 40) Optional<String> name,
            @Param(kind = "multiline", max = 2000) Optional<String> description) {}

    public record One(@Param(kind = "project") Ref project) {}

    public record Project(
            @Param(kind = "project") Ref project, String name, String description, int apps, Instant createdAt) {}

    public record Listed(List<Project> items, Optional<String> next) {}

    public record Removed(
            @Param("Apps that were deleted") List<String> apps,
            @Param("Volumes that were kept") List<String> volumes) {}

    @Action(value = "project.list", summary = "Lists projects", effect = READ)
    public Listed list(Call call) {
        return new Listed(
                projects.list().stream()
                        .filter(row -> call.reach("project").includes(row.ref()))
                        .map(this::shown)
                        .toList(),
                Optional.empty());
    }

    @Action(value = "project.get", summary = "Shows a project", effect = READ)
    public Project get(One in) {
        return shown(projects.get(in.project()));
    }

    @Action(value = "project.create", summary = "Makes a project", effect = CHANGE, cli = "project create {name}")
    public Project create(Create in) {
        return shown(projects.create(in.name(), in.description().orElse("")));
    }

    @Action(value = "project.update", summary = "Changes a project's name or description", effect = CHANGE)
    public Project update(Update in) {
        return shown(projects.update(in.project(), in.name(), in.description()));
    }

    @Action(
            value = "project.delete",
            summary = "Deletes a project with all its apps; their volumes are kept",
            effect = DESTROY,
            recent = true)
    public Removed delete(One in) {
        List<Apps.Row> all = apps.list(Optional.of(in.project()));
        List<String> volumes = all.stream()
                .flatMap(app -> removal.remove(app).volumes().stream())
                .toList();
        removal.removeNetwork(in.project());
        projects.delete(in.project());
        return new Removed(all.stream().map(Apps.Row::name).toList(), volumes);
    }

    private Project shown(Projects.Row row) {
        return new Project(
                row.ref(),
                row.name(),
                row.description(),
                apps.list(Optional.of(row.ref())).size(),
                row.createdAt());
    }

    @Override
    public String kind() {
        return "project";
    }

    @Override
    public String plural() {
        return "projects";
    }

    @Override
    public Optional<Resource> find(String idOrName) {
        return projects.find(idOrName)
                .map(row -> new Resource(
                        row.ref(),
                        row.name(),
                        Optional.empty(),
                        Optional.of(new Ref("team", row.teamId())),
                        String.valueOf(row.version())));
    }

    @Override
    public List<Quota> quotas() {
        return allowances.ofProjects();
    }
}
