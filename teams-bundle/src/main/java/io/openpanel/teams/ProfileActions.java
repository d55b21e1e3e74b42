package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Accounts;
import io.openpanel.teams.internal.AddressChanges;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Profiles;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a person sees and changes about themselves. */
@Component(service = Extension.class)
public class ProfileActions implements Extension {
    private final Profiles profiles;
    private final AddressChanges addresses;
    private final Accounts accounts;

    /** A person, in the team of the call; without a team there is no role. */
    public record Profile(
            @Param(kind = "user") Ref user,
            String name,
            String email,
            @Param("An address to be, once the link that was sent there is opened") Optional<String> pendingEmail,
            @Param(kind = "team") Optional<Ref> team,
            Optional<String> teamName,
            Optional<String> role,
            List<Team> teams) {}

    /** A team the person is in. */
    public record Team(@Param(kind = "team") Ref team, String name, String role, String roleName) {}

    /** What to change. */
    public record Update(
            @Param(value = "The name others see", max = 100) Optional<String> name,
            @Param(
                            value = "The address to sign in with; it counts once the link that is sent there is opened",
                            max = 254)
                    Optional<String> email,
            @Param("The current password, to change the e-mail address") Optional<Secret> password,
            @Param("The language of the message") Optional<Language> language) {}

    /** A link. */
    public record Confirm(@Param("What the link has behind /address#") Secret token) {}

    /** The address that counts now. */
    public record Confirmed(String email) {}

    /** A new password. */
    public record Password(
            @Param("The current password") Secret current, @Param("12 to 128 characters") Secret password) {}

    @Activate
    public ProfileActions(
            @Reference Profiles profiles, @Reference AddressChanges addresses, @Reference Accounts accounts) {
        this.profiles = profiles;
        this.addresses = addresses;
        this.accounts = accounts;
    }

    @Action(
            value = "profile.get",
            summary = "Tells who you are, in which teams",
            effect = READ,
            access = SIGNED_IN,
            http = "GET /profile",
            cli = "whoami")
    public Profile get(Call call) {
        return profiles.get(call);
    }

    @Action(
            value = "profile.update",
            summary = "Changes your name or e-mail address",
            effect = CHANGE,
            access = SIGNED_IN,
            idempotent = true,
            http = "PATCH /profile")
    public Profile update(Call call, Update in) {
        String user = Caller.person(call);
        if (in.email().isPresent()) {
            profiles.requirePassword(
                    user,
                    "password",
                    in.password()
                            .orElseThrow(() ->
                                    Problem.invalid("password", "Changing the e-mail address needs your password")),
                    Caller.address(call, Optional.empty()));
        }
        profiles.update(user, in.name(), in.email(), in.language(), Caller.address(call, Optional.empty()));
        return profiles.get(call);
    }

    @Action(
            value = "profile.confirm-email",
            summary = "Makes a new e-mail address count, with the link that was sent there",
            effect = CHANGE,
            access = OPEN,
            http = "POST /profile/confirm-email")
    public Confirmed confirmEmail(Call call, Confirm in) {
        return new Confirmed(addresses.confirm(in.token(), Caller.address(call, Optional.empty())));
    }

    @Action(
            value = "profile.password",
            summary = "Changes your password and signs you out everywhere else",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /profile/password")
    public void password(Call call, Password in) {
        String user = Caller.person(call);
        profiles.requirePassword(user, "current", in.current(), Caller.address(call, Optional.empty()));
        profiles.setPassword(user, in.password(), call.caller().session());
    }

    @Action(
            value = "profile.delete",
            summary = "Deletes your account: your sessions, API keys, factors and places in teams go with it",
            effect = DESTROY,
            access = SIGNED_IN,
            recent = true,
            http = "DELETE /profile")
    public void delete(Call call) {
        accounts.delete(new Ref("user", Caller.person(call)));
    }
}
