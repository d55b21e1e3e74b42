package io.openpanel.sso.internal.scim;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.sso.DirectoryUserActions;
import io.openpanel.sso.DirectoryUserActions.Mail;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** People as the directories of the call's team describe them. */
@Component(service = {DirectoryUsers.class, Resources.class})
public final class DirectoryUsers implements Resources {
    static final int MOST = 10_000;
    private static final int MOST_MAILS = 20;
    private static final int PAGE = 100;
    private static final String SELECT =
            "select u.team_id, u.id, u.directory_id, u.user_id, u.user_name, u.external_id,"
                    + " u.display_name, u.profile, u.active, u.created_at, u.modified_at, u.version from directory_user u";

    private final Panel panel;
    private final InstantSource clock;
    private final Roster roster;

    /** A row. */
    public record Row(
            String teamId,
            String id,
            String directoryId,
            Optional<String> userId,
            String userName,
            Optional<String> externalId,
            Optional<String> displayName,
            Profile profile,
            boolean active,
            Instant createdAt,
            Instant modifiedAt,
            long version) {
        DirectoryUserActions.Item item() {
            return new DirectoryUserActions.Item(
                    new Ref("directory-user", id),
                    new Ref("directory", directoryId),
                    userId.orElse(""),
                    userName,
                    externalId,
                    displayName,
                    profile.formatted(),
                    profile.givenName(),
                    profile.familyName(),
                    profile.emails(),
                    active,
                    createdAt,
                    modifiedAt,
                    version);
        }
    }

    /** A count. */
    public record Count(long total) {}

    @Activate
    public DirectoryUsers(@Reference Panel panel, @Reference InstantSource clock, @Reference Roster roster) {
        this.panel = panel;
        this.clock = clock;
        this.roster = roster;
    }

    @Override
    public String kind() {
        return "directory-user";
    }

    @Override
    public String plural() {
        return "directory-users";
    }

    @Override
    public Optional<Resource> find(String id) {
        return panel.database()
                .tx(tx -> tx.one(Row.class, SELECT + " where u.id = ?", id))
                .map(row -> new Resource(
                        new Ref("directory-user", row.id),
                        row.userName,
                        Optional.of(new Ref("directory", row.directoryId)),
                        Optional.of(new Ref("team", row.teamId)),
                        String.valueOf(row.version)));
    }

    public DirectoryUserActions.Items list(DirectoryUserActions.Search in) {
        Filters.Where where = Filters.users(in.filter());
        List<Object> arguments = new ArrayList<>(List.of(in.directory().id()));
        arguments.addAll(where.arguments());
        return panel.database().tx(tx -> {
            long total = tx.one(
                            Count.class,
                            "select count(*) as total from directory_user u where u.directory_id = ? and "
                                    + where.sql(),
                            arguments.toArray())
                    .orElseThrow()
                    .total;
            arguments.add(in.count().orElse(PAGE));
            arguments.add(in.start().orElse(1) - 1);
            return new DirectoryUserActions.Items(
                    tx
                            .list(
                                    Row.class,
                                    SELECT + " where u.directory_id = ? and " + where.sql()
                                            + " order by u.created_at, u.id limit ? offset ?",
                                    arguments.toArray())
                            .stream()
                            .map(Row::item)
                            .toList(),
                    total);
        });
    }

    public DirectoryUserActions.Item get(Ref user) {
        return panel.database().tx(tx -> get(tx, user)).item();
    }

    private static Row get(Database.Tx tx, Ref user) {
        return tx.one(Row.class, SELECT + " where u.id = ?", user.id()).orElseThrow(() -> Problem.missing(user));
    }

    public DirectoryUserActions.Item create(DirectoryUserActions.Create in) {
        Ref user = Ref.create("directory-user");
        String userName = text("userName", in.userName());
        Profile profile = new Profile(
                known("formattedName", in.formattedName()),
                known("givenName", in.givenName()),
                known("familyName", in.familyName()),
                mails(in.emails().orElse(List.of())));
        return roster.change(tx -> {
            long there = tx.one(
                            Count.class,
                            "select count(*) as total from directory_user where directory_id = ?",
                            in.directory().id())
                    .orElseThrow()
                    .total;
            if (there >= MOST) {
                throw new Problem(Problem.Kind.DENIED, "A directory speaks of " + MOST + " people at most");
            }
            requireFree(tx, in.directory().id(), user.id(), userName);
            Instant now = clock.instant();
            tx.update(
                    "insert into directory_user (team_id, id, directory_id, user_id, user_name, external_id, display_name,"
                            + " profile, active, created_at, modified_at)"
                            + " values (openpanel.current_team(), ?, ?, null, ?, ?, ?, ?, ?, ?, ?)",
                    user.id(),
                    in.directory().id(),
                    userName,
                    known("externalId", in.externalId()),
                    known("displayName", in.displayName()),
                    profile,
                    in.active().orElse(true),
                    now,
                    now);
            roster.keep(tx, user.id());
            return get(tx, user).item();
        });
    }

    public DirectoryUserActions.Item update(DirectoryUserActions.Update in) {
        Ref user = in.directoryUser();
        return roster.change(tx -> {
            Row former = get(tx, user);
            String userName = in.userName().map(each -> text("userName", each)).orElse(former.userName);
            requireFree(tx, former.directoryId, former.id, userName);
            Profile profile = new Profile(
                    changed("formattedName", in.formattedName(), former.profile.formatted()),
                    changed("givenName", in.givenName(), former.profile.givenName()),
                    changed("familyName", in.familyName(), former.profile.familyName()),
                    in.emails().map(DirectoryUsers::mails).orElse(former.profile.emails()));
            tx.update(
                    "update directory_user set user_name = ?, external_id = ?, display_name = ?, profile = ?, active = ?,"
                            + " modified_at = ?, version = version + 1 where id = ?",
                    userName,
                    changed("externalId", in.externalId(), former.externalId),
                    changed("displayName", in.displayName(), former.displayName),
                    profile,
                    in.active().orElse(former.active),
                    clock.instant(),
                    former.id);
            roster.keep(tx, former.id);
            return get(tx, user).item();
        });
    }

    public void delete(Ref user) {
        roster.change(tx -> {
            Row row = get(tx, user);
            roster.drop(tx, row.id);
            return tx.update("delete from directory_user where id = ?", row.id);
        });
    }

    private static void requireFree(Database.Tx tx, String directory, String id, String userName) {
        boolean taken = tx.one(
                        Row.class,
                        SELECT + " where u.directory_id = ? and lower(u.user_name) = lower(?) and u.id <> ?",
                        directory,
                        userName,
                        id)
                .isPresent();
        if (taken) {
            throw new Problem(Problem.Kind.CONFLICT, "The directory has somebody with this userName already");
        }
    }

    private static String text(String field, String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            throw Problem.invalid(field, field + " has a line break, or another character that nobody sees");
        }
        return text.strip();
    }

    private static Optional<String> known(String field, Optional<String> given) {
        return given.map(each -> text(field, each)).filter(each -> !each.isEmpty());
    }

    private static Optional<String> changed(String field, Optional<String> given, Optional<String> former) {
        return given.isPresent() ? known(field, given) : former;
    }

    private static List<Mail> mails(List<Mail> given) {
        if (given.size() > MOST_MAILS) {
            throw Problem.invalid("emails", "At most " + MOST_MAILS + " e-mail addresses");
        }
        return given.stream()
                .map(mail -> new Mail(text("emails", mail.value()), known("emails", mail.type()), mail.primary()))
                .filter(mail -> !mail.value().isEmpty())
                .toList();
    }
}
