package io.openpanel.activity.internal;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Ref;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Who wants to be told of what happens to a resource and to what belongs to it. */
@Component(service = Followers.class)
public final class Followers {
    private final Panel panel;

    /** A person, by their id. */
    public record Follower(String userId) {}

    @Activate
    public Followers(@Reference Panel panel) {
        this.panel = panel;
    }

    public boolean follows(String user, Ref resource) {
        return panel.database()
                .tx(tx -> tx.one(
                        Follower.class,
                        "select user_id from follower where user_id = ? and resource = ? and follows",
                        user,
                        resource))
                .isPresent();
    }

    public void set(String user, Ref resource, boolean follows) {
        panel.database()
                .tx(tx -> tx.update(
                        "insert into follower (team_id, user_id, resource, follows)"
                                + " values (openpanel.current_team(), ?, ?, ?) on conflict (team_id, user_id, resource)"
                                + " do update set follows = excluded.follows",
                        user,
                        resource,
                        follows));
    }

    /** For those who did not say that they do not want to. */
    void begin(Database.Tx tx, String user, Ref resource) {
        tx.update(
                "insert into follower (team_id, user_id, resource, follows)"
                        + " values (openpanel.current_team(), ?, ?, true) on conflict do nothing",
                user,
                resource);
    }

    List<String> of(Place place) {
        List<String> whole = place.whole().stream().map(Ref::toString).toList();
        return panel
                .database()
                .tx(tx -> tx.list(
                        Follower.class,
                        "select distinct user_id from follower where follows and resource = any (?)",
                        whole))
                .stream()
                .map(Follower::userId)
                .toList();
    }

    void forget(Database.Tx tx, Ref resource) {
        tx.update("delete from follower where resource = ?", resource);
    }
}
