package io.openpanel.sso.internal.scim;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.sso.DirectoryUserActions;
import io.openpanel.sso.DirectoryUserActions.Mail;
import java.time.Instant;
import java.time.InstantSource;
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
    private static final DirectoryRows<Row> ROWS = new DirectoryRows<>(
            Row.class,
            "u.team_id, u.id, u.directory_id, u.user_id, u.user_name, u.external_id, u.display_name, u.profile,"
                    + " u.active, u.created_at, u.modified_at, u.version",
            "directory_user u",
            "u",
            "u.user_name",
            MOST,
            "people",
            "The directory has somebody with this userName already");

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
                .tx(tx -> ROWS.find(tx, id))
                .map(row -> new Resource(
                        new Ref("directory-user", row.id),
                        row.userName,
                        Optional.of(new Ref("directory", row.directoryId)),
                        Optional.of(new Ref("team", row.teamId)),
                        String.valueOf(row.version)));
    }

    public DirectoryUserActions.Items list(DirectoryUserActions.Search in) {
        Filters.Where where = Filters.users(in.filter());
        DirectoryRows.Found<Row> found =
                panel.database().tx(tx -> ROWS.page(tx, in.directory(), where, in.start(), in.count()));
        return new DirectoryUserActions.Items(
                found.rows().stream().map(Row::item).toList(), found.total());
    }

    public DirectoryUserActions.Item get(Ref user) {
        return panel.database().tx(tx -> ROWS.get(tx, user)).item();
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
            ROWS.requireRoom(tx, in.directory());
            ROWS.requireFree(tx, in.directory().id(), user.id(), userName);
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
            return ROWS.get(tx, user).item();
        });
    }

    public DirectoryUserActions.Item update(DirectoryUserActions.Update in) {
        Ref user = in.directoryUser();
        return roster.change(tx -> {
            Row former = ROWS.get(tx, user);
            String userName = in.userName().map(each -> text("userName", each)).orElse(former.userName);
            ROWS.requireFree(tx, former.directoryId, former.id, userName);
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
            return ROWS.get(tx, user).item();
        });
    }

    public void delete(Ref user) {
        roster.change(tx -> {
            Row row = ROWS.get(tx, user);
            roster.drop(tx, row.id);
            return tx.update("delete from directory_user where id = ?", row.id);
        });
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
