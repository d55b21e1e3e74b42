package io.openpanel.activity.internal;

import io.openpanel.activity.internal.NotificationKind.MailWhen;
import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Sends what waited for it at eight in the morning where the reader is: every day, or on Mondays. */
@Component(service = Digests.class)
public final class Digests {
    static final LocalTime HOUR = LocalTime.of(8, 0);
    private static final String WAITING = " where mailed_at is null and mail = ?";

    private final Panel panel;
    private final InstantSource clock;
    private final Mailer mailer;
    private final Outbox outbox;
    private final People people;
    private final Preferences preferences;

    /** Somebody for whom something waits. */
    public record Waiting(String teamId, String userId) {}

    @Activate
    public Digests(
            @Reference Panel panel,
            @Reference InstantSource clock,
            @Reference Mailer mailer,
            @Reference Outbox outbox,
            @Reference People people,
            @Reference Preferences preferences) {
        this.panel = panel;
        this.clock = clock;
        this.mailer = mailer;
        this.outbox = outbox;
        this.people = people;
        this.preferences = preferences;
    }

    public void send() {
        if (mailer.isSetUp()) {
            send(MailWhen.DAILY);
            send(MailWhen.WEEKLY);
        }
    }

    private void send(MailWhen when) {
        List<Waiting> waiting = panel.database()
                .allTeams(tx ->
                        tx.list(Waiting.class, "select distinct team_id, user_id from notification" + WAITING, when));
        waiting.forEach(each -> panel.in(new Ref("team", each.teamId), () -> {
            send(each.userId, when);
            return null;
        }));
    }

    private void send(String user, MailWhen when) {
        Preferences.Reader reader = preferences.reader(user);
        Instant due = lastMorning(clock.instant(), reader.zoneId(), when);
        List<String> recipient = people.members().of(new Ref("user", user)).stream()
                .map(People.Member::email)
                .toList();
        panel.database().tx(tx -> {
            List<Notification> told = tx.list(
                    Notification.class,
                    "update notification set mailed_at = ?" + WAITING + " and user_id = ? and at < ? returning "
                            + Notifications.COLUMNS,
                    clock.instant(),
                    when,
                    user,
                    due);
            if (!told.isEmpty()) {
                Letter letter = mailer.letters(reader.language()).digest(told);
                recipient.forEach(address -> outbox.queue(tx, address, letter, Optional.empty()));
            }
            return null;
        });
    }

    /** The last time at which a digest was due. */
    static Instant lastMorning(Instant now, ZoneId zone, MailWhen when) {
        ZonedDateTime here = now.atZone(zone);
        ZonedDateTime morning = here.with(HOUR);
        if (when == MailWhen.WEEKLY) {
            morning = morning.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        }
        if (morning.isAfter(here)) {
            morning = morning.minusDays(when == MailWhen.WEEKLY ? 7 : 1);
        }
        return morning.toInstant();
    }
}
