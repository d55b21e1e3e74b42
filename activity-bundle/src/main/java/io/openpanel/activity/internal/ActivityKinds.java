package io.openpanel.activity.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How the panel finds entries of the feed, comments and notifications. */
public final class ActivityKinds {
    private ActivityKinds() {}

    /** A row that belongs to a resource, or to the team alone. */
    public record Found(String id, Optional<Ref> parent, String teamId) {
        Resource as(String kind) {
            return new Resource(new Ref(kind, id), id, parent, Optional.of(new Ref("team", teamId)), "1");
        }
    }

    /** Entries, each below what it happened to. */
    @Component(service = Resources.class)
    public static final class Entries implements Resources {
        private final Panel panel;

        @Activate
        public Entries(@Reference Panel panel) {
            this.panel = panel;
        }

        @Override
        public String kind() {
            return "activity";
        }

        @Override
        public String plural() {
            return "activity";
        }

        @Override
        public Optional<Resource> find(String id) {
            return panel.database()
                    .tx(tx -> tx.one(Found.class, "select id, subject as parent, team_id from entry where id = ?", id))
                    .map(found -> found.as(kind()));
        }
    }

    /** Comments, each below what it is about. */
    @Component(service = Resources.class)
    public static final class CommentsFound implements Resources {
        private final Comments comments;

        @Activate
        public CommentsFound(@Reference Comments comments) {
            this.comments = comments;
        }

        @Override
        public String kind() {
            return "comment";
        }

        @Override
        public String plural() {
            return "comments";
        }

        @Override
        public Optional<Resource> find(String id) {
            return comments.find(id).map(Comments.Row::asResource);
        }
    }

    /** Notifications; that they are the caller's own is for the action to see to. */
    @Component(service = Resources.class)
    public static final class NotificationsFound implements Resources {
        private final Panel panel;

        @Activate
        public NotificationsFound(@Reference Panel panel) {
            this.panel = panel;
        }

        @Override
        public String kind() {
            return "notification";
        }

        @Override
        public String plural() {
            return "notifications";
        }

        @Override
        public Optional<Resource> find(String id) {
            return panel.database()
                    .tx(tx -> tx.one(
                            Found.class, "select id, null::text as parent, team_id from notification where id = ?", id))
                    .map(found -> found.as(kind()));
        }
    }
}
