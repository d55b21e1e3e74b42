package io.openpanel.activity;

import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.activity.internal.Caller;
import io.openpanel.activity.internal.Letters;
import io.openpanel.activity.internal.Mailer;
import io.openpanel.activity.internal.Notification;
import io.openpanel.activity.internal.NotificationKind;
import io.openpanel.activity.internal.Notifications;
import io.openpanel.activity.internal.Preferences;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.stream.IntStream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a person is told, and how they want to be told. */
@Component(service = Extension.class)
public class NotificationActions implements Extension {
    private final Notifications notifications;
    private final Preferences preferences;
    private final Mailer mailer;

    /** Which notifications. */
    public record Filter(
            @Param("Only those that were not read") Optional<Boolean> unread,
            @Param(min = 1, max = 200) Optional<Integer> limit,
            @Param("Only earlier ones: the time of the last of the page before") Optional<Instant> before) {}

    /** Which notification. */
    public record One(@Param(value = "The notification", kind = "notification") Ref notification) {}

    /** A notification. */
    public record Item(
            @Param(kind = "notification") Ref notification,
            NotificationKind kind,
            Instant at,
            String actorName,
            Optional<ActivityActions.Named> resource,
            List<ActivityActions.Named> within,
            Optional<String> detail,
            boolean read) {}

    /** Notifications, the newest first, and how many were not read. */
    public record Items(List<Item> items, int unread, Optional<Instant> next) {}

    /** How many notifications were not read. */
    public record Unread(int unread) {}

    /** How somebody wants to be told of a kind of event. */
    public record Choice(NotificationKind event, boolean inPanel, NotificationKind.MailWhen mail) {}

    /** How somebody wants to be told. */
    public record Chosen(
            List<Choice> items,
            @Param("Whether e-mails can be sent at all") boolean mailWorks,
            Optional<Letters.Language> language,
            Optional<String> timeZone) {}

    /** What to change; what is left out stays. */
    public record Configure(
            @Param("The kind of event that inPanel and mail are for") Optional<NotificationKind> event,
            @Param("Whether it is shown in the panel") Optional<Boolean> inPanel,
            @Param("When it is sent by e-mail") Optional<NotificationKind.MailWhen> mail,
            @Param("The language of e-mails") Optional<Letters.Language> language,
            @Param(value = "Where digests come in the morning", example = "America/Sao_Paulo", max = 60)
                    Optional<String> timeZone) {}

    @Activate
    public NotificationActions(
            @Reference Notifications notifications, @Reference Preferences preferences, @Reference Mailer mailer) {
        this.notifications = notifications;
        this.preferences = preferences;
        this.mailer = mailer;
    }

    @Action(
            value = "notification.list",
            summary = "Lists what you were notified of, the newest first",
            effect = READ,
            access = SIGNED_IN,
            cli = "notifications")
    public Items list(Call call, Filter in) {
        String user = Caller.person(call);
        int limit = in.limit().orElse(50);
        List<Notification> found = notifications.list(user, in.unread().orElse(false), limit, in.before());
        Optional<Instant> next = found.size() < limit
                ? Optional.empty()
                : Optional.of(found.get(found.size() - 1).at());
        List<Item> items = found.stream()
                .filter(each -> each.isSeenBy(call))
                .map(NotificationActions::item)
                .toList();
        return new Items(items, notifications.unread(user), next);
    }

    @Action(
            value = "notification.watch",
            summary = "Tells how many notifications you have not read, whenever that changes",
            effect = READ,
            access = SIGNED_IN)
    public Flow.Publisher<Unread> watch(Call call) {
        String user = Caller.person(call);
        Ref team = Caller.team(call);
        return notifications.watch(team, user, Unread::new);
    }

    @Action(
            value = "notification.read",
            summary = "Marks a notification as read",
            effect = CHANGE,
            access = SIGNED_IN,
            idempotent = true)
    public Unread read(Call call, One in) {
        String user = Caller.person(call);
        notifications.read(Caller.team(call), user, in.notification());
        return new Unread(notifications.unread(user));
    }

    @Action(
            value = "notification.read-all",
            summary = "Marks all your notifications as read",
            effect = CHANGE,
            access = SIGNED_IN,
            idempotent = true)
    public void readAll(Call call) {
        notifications.readAll(Caller.team(call), Caller.person(call));
    }

    @Action(
            value = "notification.preferences",
            summary = "Shows how you want to be notified",
            effect = READ,
            access = SIGNED_IN)
    public Chosen preferences(Call call) {
        return chosen(Caller.person(call));
    }

    @Action(
            value = "notification.configure",
            summary = "Changes how you want to be notified",
            effect = CHANGE,
            access = SIGNED_IN,
            idempotent = true)
    public Chosen configure(Call call, Configure in) {
        String user = Caller.person(call);
        in.event().ifPresent(kind -> {
            NotificationKind.Preference former = preferences.of(user).get(kind.ordinal());
            preferences.set(
                    user,
                    new NotificationKind.Preference(
                            kind, in.inPanel().orElse(former.shown()), in.mail().orElse(former.mail())));
        });
        if (in.language().isPresent() || in.timeZone().isPresent()) {
            Preferences.Reader former = preferences.reader(user);
            preferences.setReader(
                    user, in.language().orElse(former.language()), in.timeZone().orElse(former.zone()));
        }
        return chosen(user);
    }

    private Chosen chosen(String user) {
        Optional<Preferences.Reader> reader = preferences.known(user);
        return new Chosen(
                preferences.of(user).stream()
                        .map(each -> new Choice(each.kind(), each.shown(), each.mail()))
                        .toList(),
                mailer.isSetUp(),
                reader.map(Preferences.Reader::language),
                reader.map(Preferences.Reader::zone));
    }

    @Every("PT6H")
    public void sweep() {
        notifications.sweep();
    }

    private static Item item(Notification each) {
        List<ActivityActions.Named> within = IntStream.range(0, each.above().size())
                .mapToObj(i -> new ActivityActions.Named(
                        Ref.parse(each.above().get(i)), each.aboveNames().get(i)))
                .toList();
        return new Item(
                each.ref(),
                each.kind(),
                each.at(),
                each.actorName(),
                each.subject().map(ref -> new ActivityActions.Named(ref, each.subjectName())),
                within,
                Optional.of(each.detail()).filter(text -> !text.isEmpty()),
                each.readAt().isPresent());
    }
}
