package io.openpanel.activity.internal;

import io.openpanel.activity.internal.NotificationKind.MailWhen;
import io.openpanel.activity.internal.NotificationKind.Preference;
import io.openpanel.api.Database;
import io.openpanel.api.Event;
import io.openpanel.api.Ref;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The rules by which people are told of what happens. */
@Component(service = Notifier.class)
public final class Notifier {
    private final Notifications notifications;
    private final Preferences preferences;
    private final Followers followers;
    private final Outbox outbox;
    private final Mailer mailer;
    private final Feed feed;
    private final People people;

    /** Who is told what by which letter, and who follows from now on; made outside the transaction that does it. */
    record Plan(String event, List<Told> told, Optional<String> begins, Optional<Place> followed) {}

    /** One person is told. */
    record Told(String user, Notification notification, Preference how, Optional<String> recipient, Letter letter) {}

    @Activate
    public Notifier(
            @Reference Notifications notifications,
            @Reference Preferences preferences,
            @Reference Followers followers,
            @Reference Outbox outbox,
            @Reference Mailer mailer,
            @Reference Feed feed,
            @Reference People people) {
        this.notifications = notifications;
        this.preferences = preferences;
        this.followers = followers;
        this.outbox = outbox;
        this.mailer = mailer;
        this.feed = feed;
        this.people = people;
    }

    Plan plan(Event event, Entry entry, People.Members members, Ref team) {
        List<Told> told = new ArrayList<>();
        recipients(event, entry, members, team).forEach((user, kind) -> members.of(new Ref("user", user))
                .flatMap(member -> told(member, kind, entry))
                .ifPresent(told::add));
        boolean begins = entry.topic().equals("app.created") || entry.topic().equals("comment.added");
        Optional<String> follower = Optional.of(entry.actor())
                .filter(actor -> begins && actor.kind().equals("user"))
                .map(Ref::id);
        return new Plan(entry.id(), told, follower, entry.place());
    }

    private Optional<Told> told(People.Member member, NotificationKind kind, Entry entry) {
        String user = member.user().id();
        Preference chosen = preferences.of(user, kind);
        Preference how = mailer.isSetUp() ? chosen : new Preference(kind, chosen.shown(), MailWhen.OFF);
        if (!how.isWanted()) {
            return Optional.empty();
        }
        Notification notification = new Notification(
                Ref.create("notification").id(),
                kind,
                entry.at(),
                entry.actorName(),
                entry.subject(),
                entry.subjectName(),
                entry.above(),
                entry.aboveNames(),
                entry.detail(),
                Optional.empty());
        Letter letter = mailer.letters(preferences.reader(user).language()).of(notification);
        Optional<String> recipient = Optional.of(member.email()).filter(email -> how.mail() == MailWhen.AT_ONCE);
        return Optional.of(new Told(user, notification, how, recipient, letter));
    }

    void carryOut(Database.Tx tx, Plan plan) {
        for (Told each : plan.told) {
            Preference how = each.how;
            boolean first = notifications.add(tx, each.user, plan.event, each.notification, how.shown(), how.mail());
            if (first) {
                each.recipient.ifPresent(address -> outbox.queue(tx, address, each.letter, Optional.empty()));
            }
        }
        plan.begins.ifPresent(user -> plan.followed.ifPresent(place -> followers.begin(tx, user, place.ref())));
    }

    void tell(Ref team, Plan plan) {
        plan.told.forEach(each -> notifications.tell(team, each.user));
    }

    /** User → of what; who is mentioned in a comment is not told of it once more as a follower. */
    private Map<String, NotificationKind> recipients(Event event, Entry entry, People.Members members, Ref team) {
        Map<String, NotificationKind> found = new LinkedHashMap<>();
        switch (entry.topic()) {
            case "deployment.finished" -> ofDeployment(found, entry, NotificationKind.DEPLOYMENT_FINISHED);
            case "deployment.failed" -> ofDeployment(found, entry, NotificationKind.DEPLOYMENT_FAILED);
            case "comment.added" -> {
                Mentions.in(String.valueOf(event.data().get("text")), members)
                        .forEach(each -> found.put(each.member().id(), NotificationKind.MENTION));
                follow(found, entry, NotificationKind.COMMENT);
                found.remove(entry.actor().id());
            }
            case "invitation.accepted" -> {
                entry.subject()
                        .flatMap(invitation -> feed.actorOf("invitation.created", invitation))
                        .ifPresent(inviter -> found.put(inviter.id(), NotificationKind.INVITATION_ACCEPTED));
                return found;
            }
            case "member.updated", "grant.created", "grant.deleted" -> {
                // What an invitation gives to who accepts it is given by nobody, and known to them.
                if (!entry.actor().kind().equals("bundle")) {
                    Ref member = Ref.parse(String.valueOf(event.data().get("member")));
                    found.put(member.id(), NotificationKind.ROLE_CHANGED);
                    found.remove(entry.actor().id());
                }
                return found;
            }
            default -> {
                return found;
            }
        }
        found.keySet().removeIf(user -> !sees(user, entry, members, team));
        return found;
    }

    private boolean sees(String user, Entry entry, People.Members members, Ref team) {
        return members.of(new Ref("user", user))
                .filter(member -> entry.place()
                        .map(place -> people.sees(member, team, place))
                        .orElse(false))
                .isPresent();
    }

    private void ofDeployment(Map<String, NotificationKind> found, Entry entry, NotificationKind kind) {
        follow(found, entry, kind);
        if (entry.actor().kind().equals("user")) {
            found.put(entry.actor().id(), kind);
        }
    }

    private void follow(Map<String, NotificationKind> found, Entry entry, NotificationKind kind) {
        entry.place().ifPresent(place -> followers.of(place).forEach(user -> found.putIfAbsent(user, kind)));
    }
}
