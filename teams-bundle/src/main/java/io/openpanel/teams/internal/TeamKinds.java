package io.openpanel.teams.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How the panel finds teams, people, keys and sessions, each as far as the call's team can see it. */
public final class TeamKinds {
    private TeamKinds() {}

    /** What the panel wants to know, as a row; the team is the transaction's own. */
    public record Found(String id, String name, String version, Optional<String> team) {
        Resource as(String kind) {
            return new Resource(
                    new Ref(kind, id), name, Optional.empty(), team.map(each -> new Ref("team", each)), version);
        }
    }

    private static Optional<Resource> find(Panel panel, String kind, String sql, Object... args) {
        return panel.database().tx(tx -> tx.one(Found.class, sql, args)).map(found -> found.as(kind));
    }

    /** Teams: one sees one's own. */
    @Component(service = Resources.class)
    public static final class Teams implements Resources {
        private final Panel panel;

        @Activate
        public Teams(@Reference Panel panel) {
            this.panel = panel;
        }

        @Override
        public String kind() {
            return "team";
        }

        @Override
        public String plural() {
            return "teams";
        }

        @Override
        public Optional<Resource> find(String idOrPath) {
            return TeamKinds.find(
                    panel,
                    kind(),
                    "select id, name, version::text as version, id as team from team"
                            + " where id = openpanel.current_team() and (id = ? or name = ?)",
                    idOrPath,
                    idOrPath);
        }
    }

    /** People of the team, by id or e-mail address. */
    @Component(service = Resources.class)
    public static final class Users implements Resources {
        private final Panel panel;

        @Activate
        public Users(@Reference Panel panel) {
            this.panel = panel;
        }

        @Override
        public String kind() {
            return "user";
        }

        @Override
        public String plural() {
            return "users";
        }

        @Override
        public Optional<Resource> find(String idOrPath) {
            return TeamKinds.find(
                    panel,
                    kind(),
                    "select u.id, u.name, u.version || '-' || m.role as version,"
                            + " m.team_id as team from membership m join user_account u on u.id = m.user_id"
                            + " where u.id = ? or u.email = lower(?)",
                    idOrPath,
                    idOrPath);
        }
    }

    /** Keys of the team. */
    @Component(service = Resources.class)
    public static final class Keys implements Resources {
        private final Panel panel;

        @Activate
        public Keys(@Reference Panel panel) {
            this.panel = panel;
        }

        @Override
        public String kind() {
            return "api-key";
        }

        @Override
        public String plural() {
            return "api-keys";
        }

        @Override
        public Optional<Resource> find(String idOrPath) {
            return TeamKinds.find(
                    panel,
                    kind(),
                    "select id, name, '1' as version, team_id as team from api_key"
                            + " where id = ? or name = ? order by id = ? desc limit 1",
                    idOrPath,
                    idOrPath,
                    idOrPath);
        }
    }

    /** Sessions; that they are the caller's own is for the action to see to. */
    @Component(service = Resources.class)
    public static final class SessionsFound implements Resources {
        private final Panel panel;

        @Activate
        public SessionsFound(@Reference Panel panel) {
            this.panel = panel;
        }

        @Override
        public String kind() {
            return "session";
        }

        @Override
        public String plural() {
            return "sessions";
        }

        @Override
        public Optional<Resource> find(String idOrPath) {
            return TeamKinds.find(
                    panel,
                    kind(),
                    "select s.id, s.device as name, '1' as version, m.team_id as team"
                            + " from session s join membership m on m.user_id = s.user_id where s.id = ?",
                    idOrPath);
        }
    }
}
