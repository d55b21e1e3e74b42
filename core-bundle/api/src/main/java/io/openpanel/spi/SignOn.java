package io.openpanel.spi;

import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Lets people in whom somebody else has proved, by whatever protocol. One service, by whoever keeps people and sessions.
 * Whoever calls it has verified every word of the {@link Identity}.
 */
@ConsumerType
public interface SignOn {
    /**
     * Begins a session for the person behind an identity, after giving and taking the roles that come with it. A person who
     * is not known yet is made where the identity allows it; one is never found by e-mail address.
     *
     * @throws io.openpanel.api.Problem CONFLICT where an account with that e-mail address is there and the identity is not
     *     linked to it; DENIED where nobody may be made, or the person is in no team
     */
    Entry enter(Identity identity, Visit visit);

    /**
     * Binds an identity to somebody who is signed in and gives their password once more.
     *
     * @throws io.openpanel.api.Problem INVALID for the password, CONFLICT where the identity is somebody else's
     */
    void link(Ref user, Secret password, Identity identity, String address);

    /**
     * Ends a session that {@link #enter} began, or that was to begin with its second factor: whoever proved the person says
     * so. One that is over is as ended.
     */
    void end(Ref user, Ref session);

    /** @throws io.openpanel.api.Problem INVALID, unless there is such a team, by id or name, with such a role, by id or name */
    Place place(String team, String role);

    /**
     * Somebody as another party knows them.
     *
     * @param provider who says so, for people: the provider's id
     * @param issuer with the subject, names the person for good
     * @param email only where the provider says that it is verified
     * @param secondFactor whether they proved themselves by two means there
     * @param newcomers whether an account may be made for them
     * @param places the roles that their groups give now; those that former groups gave are taken away
     */
    record Identity(
            String provider,
            String issuer,
            String subject,
            String name,
            Optional<String> email,
            boolean secondFactor,
            boolean newcomers,
            List<Place> places) {}

    /** A role in a team, by ids. */
    record Place(String team, String role) {}

    /** Where somebody comes from. */
    record Visit(String address, String device, boolean secure) {}

    /** What somebody gets. */
    sealed interface Entry {
        Ref user();

        Ref session();

        /**
         * A session.
         *
         * @param cookie the value of {@code Set-Cookie} that signs the browser in
         */
        record Begun(Ref user, Ref session, String cookie) implements Entry {
            @Override
            public String toString() {
                return "Begun[user=" + user + ", session=" + session + ']';
            }
        }

        /**
         * A second factor is asked for, as after a password.
         *
         * @param session the one that begins with it
         */
        record Asked(Ref user, Ref session, String challenge, Instant expiresAt, List<String> factors, String email)
                implements Entry {
            @Override
            public String toString() {
                return "Asked[expiresAt=" + expiresAt + ']';
            }
        }
    }
}
