package io.openpanel.sso.internal.scim;

import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Provisioning;
import io.openpanel.sso.internal.Clerk;
import io.openpanel.sso.internal.People;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the team in line with what its directory says. A change is written and kept in one transaction, so that what the
 * team cannot follow (such as to lose its last owner) is not written either; what a crash leaves between is mended later.
 */
@Component(service = Roster.class)
public final class Roster {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);
    /** A change holds one connection and waits for another. */
    private static final int AT_ONCE = 2;

    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int MOST_AT_ONCE = 2_000;

    private static final String SELECT =
            "select * from (select u.team_id, u.id, u.directory_id, u.user_id, u.user_name,"
                    + " u.display_name, u.profile, u.active, u.given_role, case when u.active then coalesce((select r.role"
                    + " from directory_rule r join directory_group g on g.directory_id = r.directory_id and g.name = r.group_name"
                    + " join directory_member m on m.group_id = g.id and m.user_id = u.id where r.directory_id = u.directory_id"
                    + " order by r.position limit 1), d.role) end as role, d.provider_id, d.role as least"
                    + " from directory_user u join directory d on d.team_id = u.team_id and d.id = u.directory_id) as said";
    private static final String UNSETTLED = SELECT + " where role is distinct from given_role";

    private final Panel panel;
    private final Clerk clerk;
    private final People people;
    private final Semaphore turn = new Semaphore(AT_ONCE, true);

    /**
     * Somebody as the directory says they are.
     *
     * @param role what they shall have; empty for nothing
     * @param givenRole what they have
     * @param least what the directory gives everybody
     */
    public record Said(
            String teamId,
            String id,
            String directoryId,
            Optional<String> userId,
            String userName,
            Optional<String> displayName,
            Profile profile,
            boolean active,
            Optional<String> givenRole,
            Optional<String> role,
            Optional<String> providerId,
            String least) {
        Provisioning.Entry entry(Optional<Ref> user) {
            return new Provisioning.Entry(
                    new Ref("team", teamId),
                    directoryId,
                    user,
                    profile.address(userName),
                    profile.name(displayName),
                    active,
                    role.orElse(least),
                    providerId);
        }

        Optional<Ref> user() {
            return userId.map(id -> new Ref("user", id));
        }
    }

    /** An id. */
    public record Id(String id) {}

    /** Where something is to be done. */
    public record Place(String teamId, String directoryId) {}

    @Activate
    public Roster(@Reference Panel panel, @Reference Clerk clerk, @Reference People people) {
        this.panel = panel;
        this.clerk = clerk;
        this.people = people;
    }

    /** Changes what a directory says, in the call's team. */
    <T> T change(Function<Database.Tx, T> work) {
        try {
            if (!turn.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new Problem(Problem.Kind.UNAVAILABLE, "Other changes by directories go first; try again")
                        .retryAfter(Duration.ofSeconds(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Problem(Problem.Kind.UNAVAILABLE, "The call was interrupted", e);
        }
        try {
            return panel.database().tx(work);
        } finally {
            turn.release();
        }
    }

    /** Has the team follow what is written of somebody, and writes down who they are. */
    void keep(Database.Tx tx, String id) {
        keep(tx, tx.one(Said.class, SELECT + " where id = ?", id).orElseThrow());
    }

    private void keep(Database.Tx tx, Said said) {
        Ref user = said.user().orElseGet(() -> identify(tx, said));
        people.provisioning().keep(said.entry(Optional.of(user)));
        tx.update("update directory_user set given_role = ? where id = ?", said.role, said.id);
    }

    private Ref identify(Database.Tx tx, Said said) {
        Ref user = people.provisioning().identify(said.entry(Optional.empty()));
        boolean taken = tx.one(
                        Id.class,
                        "select id from directory_user where directory_id = ? and user_id = ?",
                        said.directoryId,
                        user.id())
                .isPresent();
        if (taken) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "The address is that of somebody whom the directory speaks of already");
        }
        tx.update("update directory_user set user_id = ? where id = ?", user.id(), said.id);
        return user;
    }

    /** Ends what the directory says of somebody. */
    void drop(Database.Tx tx, String id) {
        Said said = tx.one(Said.class, SELECT + " where id = ?", id).orElseThrow();
        people.provisioning().drop(said.entry(said.user()));
    }

    /**
     * Whoever is an owner and would not be one any more goes first, while all of it can still be refused.
     *
     * @throws Problem DENIED where the team would be without an owner
     */
    void keepOwners(Database.Tx tx, String directory) {
        tx.list(Said.class, UNSETTLED + " and directory_id = ? and given_role = 'owner'", directory)
                .forEach(said -> keep(tx, said));
    }

    /** Gives everybody what their groups give now. */
    public void settle(Ref team, String directory) {
        List<Said> open = panel.database()
                .tx(tx -> tx.list(
                        Said.class, UNSETTLED + " and directory_id = ? order by id limit " + MOST_AT_ONCE, directory));
        for (Said said : open) {
            try {
                change(tx -> {
                    tx.one(Said.class, UNSETTLED + " and id = ?", said.id).ifPresent(now -> keep(tx, now));
                    return null;
                });
            } catch (Problem refused) {
                LOG.warn("Team {} does not follow its directory for {}: {}", team, said.id, refused.getMessage());
            }
        }
    }

    /** Mends what was left half done. */
    public void settleAll() {
        clerk.tx(tx -> tx.list(
                        Place.class,
                        "select distinct team_id, directory_id from (" + UNSETTLED + ") as open limit 100"))
                .forEach(place -> {
                    Ref team = new Ref("team", place.teamId);
                    panel.in(team, () -> {
                        settle(team, place.directoryId);
                        return null;
                    });
                });
    }

    /** The directory is no more. */
    public void forget(Ref team, String directory) {
        people.provisioning().forget(team, directory);
    }
}
