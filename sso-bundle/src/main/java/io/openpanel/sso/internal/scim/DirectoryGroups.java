package io.openpanel.sso.internal.scim;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.sso.DirectoryGroupActions;
import io.openpanel.sso.DirectoryGroupActions.Member;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Groups as the directories of the call's team describe them. */
@Component(service = {DirectoryGroups.class, Resources.class})
public final class DirectoryGroups implements Resources {
    private static final int MOST = 1_000;
    private static final DirectoryRows<Row> ROWS = new DirectoryRows<>(
            Row.class,
            "g.team_id, g.id, g.directory_id, g.name, g.external_id, g.created_at, g.modified_at, g.version",
            "directory_group g",
            "g",
            "g.name",
            MOST,
            "groups",
            "The directory has a group with this displayName already");

    private final Panel panel;
    private final InstantSource clock;
    private final Roster roster;

    /** A row. */
    public record Row(
            String teamId,
            String id,
            String directoryId,
            String name,
            Optional<String> externalId,
            Instant createdAt,
            Instant modifiedAt,
            long version) {
        DirectoryGroupActions.Item item(Optional<List<Member>> members) {
            return new DirectoryGroupActions.Item(
                    new Ref("directory-group", id),
                    new Ref("directory", directoryId),
                    name,
                    externalId,
                    members,
                    createdAt,
                    modifiedAt,
                    version);
        }
    }

    /** Somebody in one of several groups. */
    public record InGroup(String groupId, String id, String userName) {}

    @Activate
    public DirectoryGroups(@Reference Panel panel, @Reference InstantSource clock, @Reference Roster roster) {
        this.panel = panel;
        this.clock = clock;
        this.roster = roster;
    }

    @Override
    public String kind() {
        return "directory-group";
    }

    @Override
    public String plural() {
        return "directory-groups";
    }

    @Override
    public Optional<Resource> find(String id) {
        return panel.database()
                .tx(tx -> ROWS.find(tx, id))
                .map(row -> new Resource(
                        new Ref("directory-group", row.id),
                        row.name,
                        Optional.of(new Ref("directory", row.directoryId)),
                        Optional.of(new Ref("team", row.teamId)),
                        String.valueOf(row.version)));
    }

    public DirectoryGroupActions.Items list(DirectoryGroupActions.Search in) {
        Filters.Where where = Filters.groups(in.filter());
        return panel.database().tx(tx -> {
            DirectoryRows.Found<Row> found = ROWS.page(tx, in.directory(), where, in.start(), in.count());
            return new DirectoryGroupActions.Items(
                    items(tx, found.rows(), in.withMembers().orElse(false)), found.total());
        });
    }

    /** Who is in all of them is asked at once. */
    private static List<DirectoryGroupActions.Item> items(Database.Tx tx, List<Row> groups, boolean withMembers) {
        Map<String, List<Member>> members = new HashMap<>();
        if (withMembers) {
            tx.each(
                    InGroup.class,
                    each -> members.computeIfAbsent(each.groupId, any -> new ArrayList<>())
                            .add(new Member(each.id, each.userName)),
                    "select m.group_id, u.id, u.user_name from directory_member m join directory_user u"
                            + " on u.team_id = m.team_id and u.id = m.user_id where m.group_id = any(?) order by u.id",
                    groups.stream().map(Row::id).toList());
        }
        return groups.stream()
                .map(row ->
                        row.item(withMembers ? Optional.of(members.getOrDefault(row.id, List.of())) : Optional.empty()))
                .toList();
    }

    public DirectoryGroupActions.Item get(Ref group, boolean withMembers) {
        return panel.database()
                .tx(tx -> items(tx, List.of(ROWS.get(tx, group)), withMembers).get(0));
    }

    public DirectoryGroupActions.Item create(Ref team, DirectoryGroupActions.Create in) {
        Ref group = Ref.create("directory-group");
        String name = name(in.displayName());
        roster.change(tx -> {
            ROWS.requireRoom(tx, in.directory());
            ROWS.requireFree(tx, in.directory().id(), group.id(), name);
            Instant now = clock.instant();
            tx.update(
                    "insert into directory_group (team_id, id, directory_id, name, external_id, created_at, modified_at)"
                            + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?)",
                    group.id(),
                    in.directory().id(),
                    name,
                    in.externalId().filter(each -> !each.isEmpty()),
                    now,
                    now);
            add(tx, in.directory().id(), group.id(), in.members().orElse(List.of()));
            roster.keepOwners(tx, in.directory().id());
            return null;
        });
        roster.settle(team, in.directory().id());
        return get(group, true);
    }

    public DirectoryGroupActions.Item update(Ref team, DirectoryGroupActions.Update in) {
        Ref group = in.directoryGroup();
        String directory = roster.change(tx -> {
            Row former = ROWS.get(tx, group);
            String name = in.displayName().map(DirectoryGroups::name).orElse(former.name);
            ROWS.requireFree(tx, former.directoryId, former.id, name);
            tx.update(
                    "update directory_group set name = ?, external_id = ?, modified_at = ?, version = version + 1"
                            + " where id = ?",
                    name,
                    in.externalId().isPresent() ? in.externalId().filter(each -> !each.isEmpty()) : former.externalId,
                    clock.instant(),
                    former.id);
            in.members().ifPresent(all -> {
                tx.update("delete from directory_member where group_id = ? and user_id <> all(?)", former.id, all);
                add(tx, former.directoryId, former.id, all);
            });
            add(tx, former.directoryId, former.id, in.add().orElse(List.of()));
            tx.update(
                    "delete from directory_member where group_id = ? and user_id = any(?)",
                    former.id,
                    in.remove().orElse(List.of()));
            roster.keepOwners(tx, former.directoryId);
            return former.directoryId;
        });
        roster.settle(team, directory);
        return get(group, false);
    }

    public void delete(Ref team, Ref group) {
        String directory = roster.change(tx -> {
            Row row = ROWS.get(tx, group);
            tx.update("delete from directory_group where id = ?", row.id);
            roster.keepOwners(tx, row.directoryId);
            return row.directoryId;
        });
        roster.settle(team, directory);
    }

    /** Only people of the same directory; it is not told whether there is somebody with the id elsewhere. */
    private static void add(Database.Tx tx, String directory, String group, List<String> users) {
        List<String> wanted = users.stream().distinct().toList();
        if (wanted.isEmpty()) {
            return;
        }
        long known = tx.one(
                        DirectoryRows.Count.class,
                        "select count(*) as total from directory_user where directory_id = ? and id = any(?)",
                        directory,
                        wanted)
                .orElseThrow()
                .total();
        if (known < wanted.size()) {
            throw Problem.invalid("members", "Not all of these members are people of this directory");
        }
        tx.update(
                "insert into directory_member (team_id, group_id, user_id) select openpanel.current_team(), ?, id"
                        + " from directory_user where id = any(?) on conflict do nothing",
                group,
                wanted);
    }

    private static String name(String text) {
        String name = text.strip();
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid("displayName", "A group needs a name without line breaks");
        }
        return name;
    }
}
