package io.openpanel.activity.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Takes from people's notifications, and from digests to come, what they may not see any more. */
@Component(service = Withdrawal.class)
public final class Withdrawal {
    private static final int CHUNK = 1_000;
    private static final List<String> OF_A_PERSON = List.of("notification", "preference", "reader", "follower");

    private final Panel panel;
    private final People people;
    private final Notifications notifications;

    /** Somebody who was told something. */
    public record Reader(String userId) {}

    @Activate
    public Withdrawal(@Reference Panel panel, @Reference People people, @Reference Notifications notifications) {
        this.panel = panel;
        this.people = people;
        this.notifications = notifications;
    }

    /** After roles or grants were changed. */
    void rightsChanged(Ref team) {
        People.Members members = people.members();
        panel.database()
                .tx(tx -> tx.list(Reader.class, "select distinct user_id from notification"))
                .forEach(reader -> members.of(new Ref("user", reader.userId))
                        .ifPresentOrElse(member -> withdraw(member, team), () -> forget(reader.userId)));
    }

    private void withdraw(People.Member member, Ref team) {
        String user = member.user().id();
        List<String> hidden = new ArrayList<>();
        List<Notification> told = chunk(user, "");
        while (!told.isEmpty()) {
            told.stream()
                    .filter(each -> each.place()
                            .filter(place -> !people.sees(member, team, place))
                            .isPresent())
                    .forEach(each -> hidden.add(each.id()));
            told = chunk(user, told.get(told.size() - 1).id());
        }
        if (!hidden.isEmpty()) {
            panel.database().tx(tx -> tx.update("delete from notification where id = any (?)", hidden));
            notifications.tell(team, user);
        }
    }

    /** Some at once, and no transaction open while others are asked who may see what. */
    private List<Notification> chunk(String user, String after) {
        return panel.database()
                .tx(tx -> tx.list(
                        Notification.class,
                        "select " + Notifications.COLUMNS
                                + " from notification where user_id = ? and id > ? order by id limit " + CHUNK,
                        user,
                        after));
    }

    /** Who left the team comes back as somebody new. */
    private void forget(String user) {
        panel.database().tx(tx -> {
            OF_A_PERSON.forEach(table -> tx.update("delete from " + table + " where user_id = ?", user));
            return null;
        });
    }
}
