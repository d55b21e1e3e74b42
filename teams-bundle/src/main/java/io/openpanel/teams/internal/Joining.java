package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.teams.InvitationActions;
import io.openpanel.teams.SignedIn;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * From an invitation to a place in the team. Whoever holds the link learns of it what it says and no more: whether its
 * address has an account shows in nothing but in whose password is the right one.
 */
@Component(service = Joining.class)
public final class Joining {
    private final Invitations invitations;
    private final People people;
    private final Rights rights;
    private final SignIn signIn;
    private final SignInLimits limits;
    private final RegistrationMode mode;

    @Activate
    public Joining(
            @Reference Invitations invitations,
            @Reference People people,
            @Reference Rights rights,
            @Reference SignIn signIn,
            @Reference SignInLimits limits,
            @Reference RegistrationMode mode) {
        this.invitations = invitations;
        this.people = people;
        this.rights = rights;
        this.signIn = signIn;
        this.limits = limits;
        this.mode = mode;
    }

    public InvitationActions.Shown show(Call call, InvitationActions.Open in) {
        Invitations.Row row = open(in, Caller.address(call, Optional.empty()));
        return new InvitationActions.Shown(
                row.teamName(), row.email(), invitations.roleName(row), row.resourceName(), row.expiresAt());
    }

    private Invitations.Row open(InvitationActions.Open in, String address) {
        return invitations.open(in.token()).orElseThrow(() -> {
            limits.count(address);
            return spent();
        });
    }

    private static Problem spent() {
        return new Problem(
                Problem.Kind.DENIED, "This invitation is not good any more; ask whoever sent it for a new one");
    }

    public InvitationActions.Joined accept(Call call, InvitationActions.Accept in) {
        String address = Caller.address(call, in.address());
        Invitations.Row row = open(new InvitationActions.Open(in.token()), address);
        Optional<String> signedIn = signedIn(call, row);
        Invitations.Guest guest = signedIn.<Invitations.Guest>map(Invitations.Guest.Known::new)
                .orElseGet(() -> byPassword(in, row, address));
        String user = invitations.accept(row, guest).orElseThrow(Joining::spent);
        Optional<SignedIn> session = signedIn.isPresent()
                ? Optional.empty()
                : Optional.of(signIn.start(user, address, in.device().orElse("")));
        return new InvitationActions.Joined(new Ref("team", row.teamId()), row.teamName(), session);
    }

    /** Whoever is signed in joins as they are, if the invitation is for them. */
    private Optional<String> signedIn(Call call, Invitations.Row row) {
        Ref caller = call.caller().ref();
        if (!caller.kind().equals("user")) {
            return Optional.empty();
        }
        Rights.Person person = rights.person(caller.id()).orElseThrow(() -> Problem.missing(caller));
        if (!person.email().equals(row.email())) {
            throw new Problem(
                    Problem.Kind.DENIED,
                    "This invitation is for " + row.email() + ", and you are signed in as " + person.email()
                            + "; sign out and open it again");
        }
        return Optional.of(caller.id());
    }

    private Invitations.Guest byPassword(InvitationActions.Accept in, Invitations.Row row, String address) {
        var password = in.password()
                .orElseThrow(() -> Problem.invalid(
                        "password", "Choose a password, or give that of the account you have here already"));
        SignInLimits.Attempt attempt = limits.begin(address, row.email());
        Optional<People.Account> own = signIn.checked(row.email(), password, attempt);
        if (own.isPresent()) {
            signIn.requirePasswordIsEnough(own.get().id());
            return new Invitations.Guest.Known(own.get().id());
        }
        mode.requireNotClosed();
        // Looked at before whether there is an account: else a password that is too short would tell.
        People.Newcomer newcomer = people.newcomer(row.email(), in.name(), password, row.teamName());
        if (people.byEmail(row.email()).isPresent()) {
            throw Problem.invalid("password", "This is not the password of your account here; sign in with it to join");
        }
        attempt.succeeded();
        return new Invitations.Guest.Newcomer(newcomer);
    }
}
