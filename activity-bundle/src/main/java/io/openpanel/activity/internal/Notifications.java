package io.openpanel.activity.internal;

import io.openpanel.activity.internal.NotificationKind.MailWhen;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.function.IntFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** What each person was told, and what they have read of it. */
@Component(service = Notifications.class)
public final class Notifications {
    static final Duration KEPT = Duration.ofDays(90);
    static final String COLUMNS =
            "id, kind, at, actor_name, subject, subject_name, above, above_names, detail, read_at";

    private final Panel panel;
    private final InstantSource clock;
    private final Live<Changed> live = new Live<>();

    private record Changed(Ref team, String user, int unread) {}

    /** A number of rows. */
    public record Count(long count) {}

    @Activate
    public Notifications(@Reference Panel panel, @Reference InstantSource clock) {
        this.panel = panel;
        this.clock = clock;
    }

    @Deactivate
    public void close() {
        live.close();
    }

    /** Within the transaction of what happened; a second time for the same event does nothing. */
    boolean add(Database.Tx tx, String user, String event, Notification made, boolean shown, MailWhen mail) {
        return tx.update(
                        "insert into notification (team_id, id, user_id, event_id, kind, at, actor_name, subject,"
                                + " subject_name, above, above_names, detail, shown, mail, mailed_at)"
                                + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
                                + " on conflict do nothing",
                        made.id(),
                        user,
                        event,
                        made.kind(),
                        made.at(),
                        made.actorName(),
                        made.subject(),
                        made.subjectName(),
                        made.above(),
                        made.aboveNames(),
                        made.detail(),
                        shown,
                        mail,
                        mail == MailWhen.AT_ONCE ? Optional.of(clock.instant()) : Optional.empty())
                > 0;
    }

    void tell(Ref team, String user) {
        live.tell(new Changed(team, user, unread(user)));
    }

    /** How many there are to read, whenever that changes. */
    public <R> Flow.Publisher<R> watch(Ref team, String user, IntFunction<R> as) {
        return live.publisher(each -> each.team.equals(team) && each.user.equals(user), each -> as.apply(each.unread));
    }

    public List<Notification> list(String user, boolean unread, int limit, Optional<Instant> before) {
        return panel.database()
                .tx(tx -> tx.list(
                        Notification.class,
                        "select " + COLUMNS + " from notification where user_id = ? and shown"
                                + " and (not ? or read_at is null) and (?::timestamptz is null or at < ?)"
                                + " order by at desc, id desc limit ?",
                        user,
                        unread,
                        before,
                        before,
                        limit));
    }

    public int unread(String user) {
        return panel.database()
                .tx(tx -> tx.one(
                        Count.class,
                        "select count(*) as count from notification where user_id = ? and shown and read_at is null",
                        user))
                .map(count -> (int) count.count)
                .orElse(0);
    }

    /** @throws Problem MISSING where it is nobody's or somebody else's */
    public void read(Ref team, String user, Ref notification) {
        int found = panel.database()
                .tx(tx -> tx.update(
                        "update notification set read_at = coalesce(read_at, ?) where id = ? and user_id = ?",
                        clock.instant(),
                        notification.id(),
                        user));
        if (found == 0) {
            throw Problem.missing(notification);
        }
        tell(team, user);
    }

    public void readAll(Ref team, String user) {
        panel.database()
                .tx(tx -> tx.update(
                        "update notification set read_at = ? where user_id = ? and read_at is null",
                        clock.instant(),
                        user));
        tell(team, user);
    }

    public void sweep() {
        Instant old = clock.instant().minus(KEPT);
        panel.database().allTeams(tx -> tx.update("delete from notification where at < ?", old));
    }
}
