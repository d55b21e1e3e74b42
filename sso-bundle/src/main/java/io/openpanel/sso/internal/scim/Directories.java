package io.openpanel.sso.internal.scim;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.sso.DirectoryActions;
import io.openpanel.sso.internal.Clerk;
import io.openpanel.sso.internal.People;
import io.openpanel.sso.internal.Provider;
import io.openpanel.sso.internal.Providers;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The directories of the call's team. */
@Component(service = {Directories.class, Resources.class})
public final class Directories implements Resources {
    private static final String SELECT =
            "select team_id, id, name, role, provider_id, account, key, created_at, version from directory";
    private static final int MOST = 10;
    private static final int MOST_RULES = 200;

    private final Panel panel;
    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;
    private final Providers providers;

    /** A directory's row. */
    public record Row(
            String teamId,
            String id,
            String name,
            String role,
            Optional<String> providerId,
            Optional<String> account,
            Optional<String> key,
            Instant createdAt,
            long version) {
        public Ref ref() {
            return new Ref("directory", id);
        }

        /** Where it is to send to, behind the panel's address. */
        String path() {
            return ScimDoor.PATH + '/' + id;
        }
    }

    /** A rule's row. */
    public record Rule(String groupName, String role) {}

    /** How many there are. */
    public record Count(long users, long groups) {}

    @Activate
    public Directories(
            @Reference Panel panel,
            @Reference Clerk clerk,
            @Reference InstantSource clock,
            @Reference People people,
            @Reference Providers providers) {
        this.panel = panel;
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
        this.providers = providers;
    }

    @Override
    public String kind() {
        return "directory";
    }

    @Override
    public String plural() {
        return "directories";
    }

    @Override
    public Optional<Resource> find(String idOrName) {
        return panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        SELECT + " where id = ? or lower(name) = lower(?) order by id = ? desc limit 1",
                        idOrName,
                        idOrName,
                        idOrName))
                .map(row -> new Resource(
                        row.ref(),
                        row.name,
                        Optional.empty(),
                        Optional.of(new Ref("team", row.teamId)),
                        String.valueOf(row.version)));
    }

    public List<Row> list() {
        return panel.database().tx(tx -> tx.list(Row.class, SELECT + " order by lower(name)"));
    }

    public Row get(Ref directory) {
        return panel.database().tx(tx -> get(tx, directory.id()));
    }

    static Row get(Database.Tx tx, String id) {
        return tx.one(Row.class, SELECT + " where id = ?", id)
                .orElseThrow(() -> Problem.missing(new Ref("directory", id)));
    }

    public DirectoryActions.Item item(Row row, List<DirectoryKeys.Key> keys) {
        Optional<DirectoryKeys.Key> key = keys.stream()
                .filter(each -> row.key.equals(Optional.of(each.key().id())))
                .findFirst();
        return panel.database().tx(tx -> {
            Count count = tx.one(
                            Count.class,
                            "select (select count(*) from directory_user where directory_id = ?) as users,"
                                    + " (select count(*) from directory_group where directory_id = ?) as groups",
                            row.id,
                            row.id)
                    .orElseThrow();
            return new DirectoryActions.Item(
                    row.ref(),
                    row.name,
                    new Ref("role", row.role),
                    rules(tx, row.id),
                    row.providerId,
                    row.path(),
                    row.account,
                    key.map(DirectoryKeys.Key::prefix),
                    key.flatMap(DirectoryKeys.Key::usedAt),
                    key.map(DirectoryKeys.Key::expiresAt),
                    count.users,
                    count.groups,
                    row.createdAt);
        });
    }

    private static List<DirectoryActions.Rule> rules(Database.Tx tx, String directory) {
        return tx
                .list(
                        Rule.class,
                        "select group_name, role from directory_rule where directory_id = ? order by position",
                        directory)
                .stream()
                .map(rule -> new DirectoryActions.Rule(rule.groupName, rule.role))
                .toList();
    }

    public Row create(Ref team, DirectoryActions.Create in) {
        Ref directory = Ref.create("directory");
        String name = name(in.name());
        Optional<String> provider = in.provider().flatMap(this::provider);
        List<Rule> rules = rules(team, in.rules().orElse(List.of()));
        return panel.database().tx(tx -> {
            if (tx.list(Row.class, SELECT).size() >= MOST) {
                throw new Problem(
                        Problem.Kind.CONFLICT, "The team has " + MOST + " directories already; delete one first");
            }
            requireFree(tx, directory.id(), name);
            tx.update(
                    "insert into directory (team_id, id, name, role, provider_id, created_at)"
                            + " values (openpanel.current_team(), ?, ?, ?, ?, ?)",
                    directory.id(),
                    name,
                    in.role().id(),
                    provider,
                    clock.instant());
            put(tx, directory.id(), rules);
            return get(tx, directory.id());
        });
    }

    public Row update(Ref team, DirectoryActions.Update in) {
        String id = in.directory().id();
        Optional<Optional<String>> provider = in.provider().map(this::provider);
        Optional<List<Rule>> rules = in.rules().map(each -> rules(team, each));
        return panel.database().tx(tx -> {
            Row former = get(tx, id);
            String name = in.name().map(Directories::name).orElse(former.name);
            requireFree(tx, id, name);
            tx.update(
                    "update directory set name = ?, role = ?, provider_id = ?, version = version + 1 where id = ?",
                    name,
                    in.role().map(Ref::id).orElse(former.role),
                    provider.orElse(former.providerId),
                    id);
            rules.ifPresent(all -> put(tx, id, all));
            Row changed = get(tx, id);
            if (!changed.providerId.equals(former.providerId)) {
                // They are told anew, with who may let them in.
                tx.update("update directory_user set given_role = null where directory_id = ? and active", id);
            }
            return changed;
        });
    }

    /** Writes down which account and key are the directory's. */
    void keep(Row row, Optional<String> account, Optional<String> key) {
        panel.database()
                .tx(tx -> tx.update("update directory set account = ?, key = ? where id = ?", account, key, row.id));
    }

    public void delete(Ref directory) {
        panel.database().tx(tx -> tx.update("delete from directory where id = ?", directory.id()));
    }

    /** Forgets the directories of a team that is no more. */
    public void teamGone(Ref team) {
        clerk.tx(tx -> tx.update("delete from directory where team_id = ?", team.id()));
    }

    private static void put(Database.Tx tx, String directory, List<Rule> rules) {
        tx.update("delete from directory_rule where directory_id = ?", directory);
        for (int i = 0; i < rules.size(); i++) {
            tx.update(
                    "insert into directory_rule (team_id, directory_id, position, group_name, role)"
                            + " values (openpanel.current_team(), ?, ?, ?, ?)",
                    directory,
                    i,
                    rules.get(i).groupName,
                    rules.get(i).role);
        }
    }

    private static void requireFree(Database.Tx tx, String id, String name) {
        if (tx.one(Row.class, SELECT + " where lower(name) = lower(?) and id <> ?", name, id)
                .isPresent()) {
            throw new Problem(Problem.Kind.CONFLICT, "There is a directory named " + name + " already");
        }
    }

    private static String name(String text) {
        String name = text.strip();
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid("name", "A directory needs a name without line breaks");
        }
        return name;
    }

    private List<Rule> rules(Ref team, List<DirectoryActions.Rule> given) {
        if (given.size() > MOST_RULES) {
            throw Problem.invalid("rules", "At most " + MOST_RULES + " rules");
        }
        return given.stream()
                .map(rule -> new Rule(
                        rule.group().strip(),
                        people.keeper().place(team.id(), rule.role().strip()).role()))
                .toList();
    }

    /** An empty field of a form is none. */
    private Optional<String> provider(String id) {
        if (id.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(providers.list().stream()
                .filter(Provider::offered)
                .map(Provider::id)
                .filter(id.strip()::equals)
                .findFirst()
                .orElseThrow(() -> Problem.invalid(
                        "provider", "There is no provider '" + id + "'; identity-provider.offered lists them")));
    }
}
