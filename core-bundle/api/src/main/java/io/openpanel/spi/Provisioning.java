package io.openpanel.spi;

import io.openpanel.api.Ref;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps the members of a team as a directory of that team says. One service, by whoever keeps people. A directory has power
 * over places in its own team, and over an account only where its team had it made and nobody else has the person.
 */
@ConsumerType
public interface Provisioning {
    /**
     * Finds whom the directory means by the address, or makes an account that has no password.
     *
     * @throws io.openpanel.api.Problem INVALID for the address, CONFLICT where it is that of somebody who is not the team's
     *     to keep, DENIED where the panel takes no new accounts
     * @return the person, {@code user:…}
     */
    Ref identify(Entry entry);

    /**
     * Makes somebody a member, changes what they are, or ends their place in the team; saying the same twice is as once.
     *
     * @throws io.openpanel.api.Problem DENIED where the team would be left without an owner
     */
    void keep(Entry entry);

    /** As {@link #keep} with somebody who is not active, and the directory says nothing of them any more. */
    void drop(Entry entry);

    /** The directory is no more: whomever it kept are members as if people had added them. */
    void forget(Ref team, String directory);

    /**
     * What a directory says of somebody.
     *
     * @param directory which of the team's directories speaks
     * @param user who it is; empty only for {@link #identify}
     * @param email where to write to them; an account's address is never changed
     * @param active whether they have a place in the team
     * @param role what they are in it, by id; a role that was given by hand stays
     * @param provider whose word lets them in the first time: an id that {@link SignOn.Identity} has
     */
    record Entry(
            Ref team,
            String directory,
            Optional<Ref> user,
            String email,
            String name,
            boolean active,
            String role,
            Optional<String> provider) {}
}
