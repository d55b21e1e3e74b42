package io.openpanel.deploy.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.deploy.DeployEvents;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The rows of projects, as the call's team sees them. */
@Component(service = Projects.class)
public final class Projects {
    private static final String COLUMNS = "id, name, description, created_at, version, team_id";

    private final Panel panel;
    private final InstantSource clock;

    @Activate
    public Projects(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    public record Row(String id, String name, String description, Instant createdAt, long version, String teamId) {
        public Ref ref() {
            return new Ref("project", id);
        }
    }

    public List<Row> list() {
        return panel.database().tx(tx -> tx.list(Row.class, "select " + COLUMNS + " from project order by name"));
    }

    /** By id or name. */
    public Optional<Row> find(String idOrName) {
        return panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        "select " + COLUMNS + " from project where id = ? or name = ? order by id = ? desc limit 1",
                        idOrName,
                        idOrName,
                        idOrName));
    }

    public Row get(Ref project) {
        return find(project.id()).orElseThrow(() -> Problem.missing(project));
    }

    public Row create(String name, String description) {
        return panel.database().tx(tx -> {
            boolean taken = tx.one(Row.class, "select " + COLUMNS + " from project where name = ?", name)
                    .isPresent();
            if (taken) {
                throw new Problem(
                        Problem.Kind.CONFLICT, "There is a project '" + name + "' already; choose another name");
            }
            Row made = tx.one(
                            Row.class,
                            "insert into project (team_id, id, name, description, created_at)"
                                    + " values (openpanel.current_team(), ?, ?, ?, ?) returning " + COLUMNS,
                            Ref.create("project").id(),
                            name,
                            description,
                            clock.instant())
                    .orElseThrow();
            tx.publish(new DeployEvents.ProjectCreated(made.ref(), name));
            return made;
        });
    }

    public Row update(Ref project, Optional<String> name, Optional<String> description) {
        return panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        "update project set name = coalesce(?, name),"
                                + " description = coalesce(?, description), version = version + 1 where id = ? returning "
                                + COLUMNS,
                        name,
                        description,
                        project.id()))
                .orElseThrow(() -> Problem.missing(project));
    }

    public void delete(Ref project) {
        panel.database()
                .tx(tx -> tx.one(Row.class, "delete from project where id = ? returning " + COLUMNS, project.id())
                        .map(gone -> {
                            tx.publish(new DeployEvents.ProjectDeleted(project, gone.name));
                            return gone;
                        }));
    }
}
