package io.openpanel.activity.internal;

import io.openpanel.activity.ActivityEvents;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What people say about resources. A deleted comment keeps its place in the thread and loses its text. */
@Component(service = Comments.class)
public final class Comments {
    private static final String COLUMNS = "id, resource, author, author_name, text, created_at, edited_at,"
            + " deleted_by is not null as deleted, version, team_id";

    private final Panel panel;
    private final InstantSource clock;
    private final Lineage lineage;
    private final Followers followers;

    /** A comment's row. */
    public record Row(
            String id,
            Ref resource,
            Ref author,
            String authorName,
            String text,
            Instant createdAt,
            Optional<Instant> editedAt,
            boolean deleted,
            long version,
            String teamId) {
        public Ref ref() {
            return new Ref("comment", id);
        }

        Resource asResource() {
            return new Resource(
                    ref(), id, Optional.of(resource), Optional.of(new Ref("team", teamId)), String.valueOf(version));
        }
    }

    @Activate
    public Comments(
            @Reference Panel panel,
            @Reference InstantSource clock,
            @Reference Lineage lineage,
            @Reference Followers followers) {
        this.panel = panel;
        this.clock = clock;
        this.lineage = lineage;
        this.followers = followers;
    }

    public Row add(Principal author, Ref team, Ref resource, String text) {
        Place place = lineage.of(resource, team);
        return panel.database().tx(tx -> {
            Row row = tx.one(
                            Row.class,
                            "insert into comment (team_id, id, resource, above, author, author_name, text, created_at)"
                                    + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?) returning " + COLUMNS,
                            Ref.create("comment").id(),
                            resource,
                            place.aboveTexts(),
                            author.ref(),
                            author.name(),
                            said(text),
                            clock.instant())
                    .orElseThrow();
            tx.publish(new ActivityEvents.CommentAdded(row.ref(), resource, author.name(), row.text));
            return row;
        });
    }

    private static String said(String text) {
        if (text.isBlank()) {
            throw Problem.invalid("text", "A comment says something; write a text");
        }
        return text.strip();
    }

    /** The oldest first. */
    public List<Row> list(Ref resource) {
        return panel.database()
                .tx(tx -> tx.list(
                        Row.class,
                        "select " + COLUMNS + " from comment where resource = ? order by created_at, id limit 1000",
                        resource));
    }

    public Optional<Row> find(String id) {
        return panel.database().tx(tx -> find(tx, id));
    }

    private static Optional<Row> find(Database.Tx tx, String id) {
        return tx.one(Row.class, "select " + COLUMNS + " from comment where id = ?", id);
    }

    /** Changes one's own. */
    public Row edit(Ref author, Ref comment, String text) {
        return panel.database().tx(tx -> {
            Row row = tx.one(
                            Row.class,
                            "update comment set text = ?, edited_at = ?, version = version + 1"
                                    + " where id = ? and author = ? and deleted_by is null returning " + COLUMNS,
                            said(text),
                            clock.instant(),
                            comment.id(),
                            author)
                    .orElseThrow(() -> new Problem(
                            Problem.Kind.DENIED, "Only who wrote a comment can change it, while it is there"));
            tx.publish(new ActivityEvents.CommentEdited(comment, row.resource));
            return row;
        });
    }

    /** Deletes a comment, if it is this person's; false where it is somebody else's. */
    public boolean deleteOwn(Ref author, Ref comment) {
        return panel.database().tx(tx -> {
            Row row = find(tx, comment.id()).orElseThrow(() -> Problem.missing(comment));
            if (!row.author.equals(author)) {
                return false;
            }
            delete(tx, author, row);
            return true;
        });
    }

    public void delete(Ref by, Ref comment) {
        panel.database().tx(tx -> {
            delete(tx, by, find(tx, comment.id()).orElseThrow(() -> Problem.missing(comment)));
            return null;
        });
    }

    private static void delete(Database.Tx tx, Ref by, Row row) {
        int deleted = tx.update(
                "update comment set text = '', deleted_by = ?, version = version + 1"
                        + " where id = ? and deleted_by is null",
                by,
                row.id);
        if (deleted > 0) {
            tx.publish(new ActivityEvents.CommentDeleted(row.ref(), row.resource));
        }
    }

    /** Drops what was said about a resource that is gone, and about what belonged to it. */
    void forget(Ref resource) {
        panel.database().tx(tx -> {
            followers.forget(tx, resource);
            return tx.update(
                    "delete from comment where resource = ? or above @> array[?]::text[]",
                    resource,
                    resource.toString());
        });
    }
}
