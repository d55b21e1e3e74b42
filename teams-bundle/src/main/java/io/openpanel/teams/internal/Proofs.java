package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.SessionActions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Whoever is signed in shows that it is still them: what is left open on a desk does not do everything. */
@Component(service = Proofs.class)
public final class Proofs {
    private final Profiles profiles;
    private final Challenges challenges;
    private final Passkeys passkeys;
    private final Sessions sessions;
    private final SignInLimits limits;
    private final InstantSource clock;

    @Activate
    public Proofs(
            @Reference Profiles profiles,
            @Reference Challenges challenges,
            @Reference Passkeys passkeys,
            @Reference Sessions sessions,
            @Reference SignInLimits limits,
            @Reference InstantSource clock) {
        this.profiles = profiles;
        this.challenges = challenges;
        this.passkeys = passkeys;
        this.sessions = sessions;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * Takes one proof.
     *
     * @return until when it counts
     * @throws Problem naming the field that is wrong
     */
    public Instant take(String user, String session, SessionActions.Prove in, String address) {
        if (in.password().isPresent()) {
            profiles.requirePassword(user, "password", in.password().get(), address);
        } else if (in.code().isPresent()) {
            challenges.requireCode(user, in.code().get().reveal(), address);
        } else {
            requirePasskey(user, in, address);
        }
        sessions.provedAgain(session);
        return clock.instant().plus(Rights.PROVEN);
    }

    private void requirePasskey(String user, SessionActions.Prove in, String address) {
        Secret ceremony =
                in.ceremony().orElseThrow(() -> Problem.invalid("password", "Give your password, a code or a passkey"));
        limits.count(address);
        Passkeys.Held held =
                passkeys.prove(ceremony, required("credential", in.credential()), required("origin", in.origin()));
        if (!held.user().equals(user)) {
            throw new Problem(
                    Problem.Kind.DENIED, "This passkey is of another account; use one of " + new Ref("user", user));
        }
    }

    private static String required(String name, Optional<String> given) {
        return given.orElseThrow(() -> Problem.invalid(name, name + " is required beside ceremony"));
    }
}
