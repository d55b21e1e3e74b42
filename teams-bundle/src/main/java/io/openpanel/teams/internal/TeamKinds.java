package io.openpanel.teams.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Quota;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.teams.InvitationActions;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** How the panel finds teams, people, keys and sessions, each as far as the call's team can see it. */
public final class TeamKinds {
    private TeamKinds() {}

    /** What the panel wants to know, as a row; the team is the transaction's own. */
    public record Found(String id, String name, String version, Optional<Ref> parent, String team) {}

    /** A kind whose resources are rows. */
    abstract static class Kind implements Resources {
        final Panel panel;
        private final String kind;
        private final String plural;
        private final String sql;

        /** @param sql selects what {@link Found} has; each of its parameters is the id, or the name, that is looked for */
        Kind(Panel panel, String kind, String plural, String sql) {
            this.panel = panel;
            this.kind = kind;
            this.plural = plural;
            this.sql = sql;
        }

        @Override
        public final String kind() {
            return kind;
        }

        @Override
        public final String plural() {
            return plural;
        }

        @Override
        public Optional<Resource> find(String idOrName) {
            int parameters = (int) sql.chars().filter(each -> each == '?').count();
            return one(sql, Collections.nCopies(parameters, idOrName).toArray());
        }

        final long count(String rows, Object... values) {
            return panel.database()
                    .tx(tx -> tx.one(TeamQuotas.Number.class, rows, values))
                    .orElseThrow()
                    .number();
        }

        final Optional<Resource> one(String rows, Object... values) {
            return panel.database()
                    .tx(tx -> tx.one(Found.class, rows, values))
                    .map(row -> new Resource(
                            new Ref(kind, row.id),
                            row.name,
                            row.parent,
                            Optional.of(new Ref("team", row.team)),
                            row.version));
        }
    }

    /** Teams: one sees one's own. */
    @Component(service = Resources.class)
    public static final class Teams extends Kind {
        @Activate
        public Teams(@Reference Panel panel) {
            super(
                    panel,
                    "team",
                    "teams",
                    "select id, name, version::text as version, null as parent, id as team from team"
                            + " where id = openpanel.current_team() and (id = ? or name = ?)");
        }
    }

    /** Everybody with an account, by id or e-mail address: for the panel's own team, and for nobody else not even there. */
    @Component(service = Resources.class)
    public static final class Users implements Resources {
        private final Panel panel;

        /** An account's row. */
        public record Account(String id, String name, String version) {}

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
        public Optional<Resource> find(String idOrEmail) {
            return panel.database()
                    .tx(tx -> tx.one(
                            Account.class,
                            "select id, name, version::text as version from user_account where kind = 'person' and (id = ? or email = lower(?))"
                                    + " and exists (select 1 from setup where home_team = openpanel.current_team())",
                            idOrEmail,
                            idOrEmail))
                    .map(row -> new Resource(
                            new Ref("user", row.id), row.name, Optional.empty(), Optional.empty(), row.version));
        }
    }

    /** Members of the team, by id or e-mail address, programs by their name. */
    @Component(service = Resources.class)
    public static final class MembersFound extends Kind {
        @Activate
        public MembersFound(@Reference Panel panel) {
            super(
                    panel,
                    "member",
                    "members",
                    "select u.id, u.name, u.version || '-' || coalesce(m.role_id, m.role) as version, null as parent, m.team_id as team"
                            + " from membership m join user_account u on u.id = m.user_id where u.id = ? or u.email = lower(?)"
                            + " or u.email = lower(?) || '.' || m.team_id || '@service.invalid'"
                            + " order by u.id = ? desc limit 1");
        }

        /** Whoever is invited counts already: they find room when they come, and a new invitation takes nothing more. */
        @Override
        public List<Quota> quotas() {
            return List.of(new Quota(
                    TeamQuotas.MEMBERS,
                    "members and open invitations",
                    Quota.Unit.COUNT,
                    Set.of("invitation.create", "service-account.create"),
                    () -> count(TeamQuotas.COUNT_MEMBERS),
                    input -> OptionalLong.of(
                            input instanceof InvitationActions.Create in
                                            && count(
                                                            "select count(*) as number from invitation"
                                                                    + " where expires_at > now() and email = lower(?)",
                                                            in.email().strip())
                                                    > 0
                                    ? 0
                                    : 1)));
        }
    }

    /** Invitations of the team, by id or e-mail address. */
    @Component(service = Resources.class)
    public static final class InvitationsFound extends Kind {
        @Activate
        public InvitationsFound(@Reference Panel panel) {
            super(
                    panel,
                    "invitation",
                    "invitations",
                    "select id, email as name, '1' as version, null as parent, team_id as team from invitation"
                            + " where id = ? or email = lower(?)");
        }
    }

    /** Roles of the team, the built-in ones too, by id or name. */
    @Component(service = Resources.class)
    public static final class RolesFound extends Kind {
        @Activate
        public RolesFound(@Reference Panel panel) {
            super(
                    panel,
                    "role",
                    "roles",
                    "select id, name, version::text as version, null as parent, team_id as team from custom_role"
                            + " where id = ? or lower(name) = lower(?)");
        }

        @Override
        public Optional<Resource> find(String idOrName) {
            return Role.builtInFor(idOrName)
                    .flatMap(role -> one(
                            "select ? as id, ? as name, '1' as version, null as parent, id as team from team"
                                    + " where id = openpanel.current_team()",
                            role.id(),
                            role.name()))
                    .or(() -> super.find(idOrName));
        }
    }

    /** Keys of the team, by id or name. */
    @Component(service = Resources.class)
    public static final class Keys extends Kind {
        @Activate
        public Keys(@Reference Panel panel) {
            super(
                    panel,
                    "api-key",
                    "api-keys",
                    "select id, name, '1' as version, null as parent, team_id as team from api_key where id = ? or name = ?"
                            + " order by id = ? desc limit 1");
        }

        @Override
        public List<Quota> quotas() {
            return List.of(Quota.count(
                    "api-keys",
                    "API keys of all members",
                    () -> count("select count(*) as number from api_key"),
                    "api-key.create"));
        }
    }

    /** Sessions; that they are the caller's own is for the action to see to. */
    @Component(service = Resources.class)
    public static final class SessionsFound extends Kind {
        @Activate
        public SessionsFound(@Reference Panel panel) {
            super(
                    panel,
                    "session",
                    "sessions",
                    "select s.id, s.device as name, '1' as version, null as parent, m.team_id as team"
                            + " from session s join membership m on m.user_id = s.user_id where s.id = ?");
        }
    }

    /** Second factors; that they are the caller's own is for the action to see to. */
    @Component(service = Resources.class)
    public static final class FactorsFound extends Kind {
        @Activate
        public FactorsFound(@Reference Panel panel) {
            super(
                    panel,
                    "factor",
                    "factors",
                    "select f.id, f.name, '1' as version, null as parent, m.team_id as team"
                            + " from factor f join membership m on m.user_id = f.user_id where f.id = ?");
        }
    }

    /** Accounts elsewhere; that they are the caller's own is for the action to see to. */
    @Component(service = Resources.class)
    public static final class IdentitiesFound extends Kind {
        @Activate
        public IdentitiesFound(@Reference Panel panel) {
            super(
                    panel,
                    "identity",
                    "identities",
                    "select i.id, i.name, '1' as version, null as parent, m.team_id as team"
                            + " from user_identity i join membership m on m.user_id = i.user_id where i.id = ?");
        }
    }

    /** Grants, each below the resource it is on. */
    @Component(service = Resources.class)
    public static final class GrantsFound extends Kind {
        @Activate
        public GrantsFound(@Reference Panel panel) {
            super(
                    panel,
                    "grant",
                    "grants",
                    "select g.id, u.name, '1' as version, g.resource as parent, g.team_id as team"
                            + " from access_grant g join user_account u on u.id = g.user_id where g.id = ?");
        }
    }
}
