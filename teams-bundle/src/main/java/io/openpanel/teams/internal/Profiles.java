package io.openpanel.teams.internal;

import io.openpanel.api.Call;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.Language;
import io.openpanel.teams.ProfileActions;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a person sees and changes about themselves. */
@Component(service = Profiles.class)
public final class Profiles {
    private final People people;
    private final Rights rights;
    private final Sessions sessions;
    private final ApiKeys keys;
    private final SignIn signIn;
    private final AccountRequests requests;
    private final AddressChanges addresses;

    @Activate
    public Profiles(
            @Reference People people,
            @Reference Rights rights,
            @Reference Sessions sessions,
            @Reference ApiKeys keys,
            @Reference SignIn signIn,
            @Reference AccountRequests requests,
            @Reference AddressChanges addresses) {
        this.people = people;
        this.rights = rights;
        this.sessions = sessions;
        this.keys = keys;
        this.signIn = signIn;
        this.requests = requests;
        this.addresses = addresses;
    }

    /** The person behind a call, also behind one of their keys. */
    public ProfileActions.Profile get(Call call) {
        Ref caller = call.caller().ref();
        String user = caller.kind().equals("key")
                ? keys.find(caller.id()).map(ApiKeys.Row::owner).orElseThrow(() -> Problem.missing(caller))
                : Caller.person(call);
        Rights.Person person = rights.person(user).orElseThrow(() -> Problem.missing(new Ref("user", user)));
        Optional<Rights.Membership> here = call.team().flatMap(team -> person.in(team.id()));
        List<ProfileActions.Team> teams = person.memberships().stream()
                .map(each -> new ProfileActions.Team(
                        new Ref("team", each.team()),
                        each.teamName(),
                        each.role().id(),
                        each.role().name()))
                .toList();
        return new ProfileActions.Profile(
                new Ref("user", user),
                person.name(),
                person.email(),
                addresses.pending(user),
                here.map(each -> new Ref("team", each.team())),
                here.map(Rights.Membership::teamName),
                here.map(each -> each.role().id()),
                teams);
    }

    /** @throws Problem naming the field unless the password is the person's */
    public void requirePassword(String user, String field, Secret password, String address) {
        String email = people.get(user).email();
        if (signIn.checked(email, password, address).isEmpty()) {
            throw Problem.invalid(field, "This is not your current password");
        }
    }

    /** The name changes at once, the address once its owner has shown that they read what is sent there. */
    public void update(
            String user, Optional<String> name, Optional<String> email, Optional<Language> language, String from) {
        Optional<String> address = email.map(People::email);
        People.Account account = people.get(user);
        name.map(People::name).ifPresent(each -> people.rename(user, each, account.email()));
        address.ifPresent(each -> addresses.ask(people.get(user), each, language, from));
        rights.personChanged(user, false);
    }

    /** Sets a new password; sessions that somebody else may have opened end. */
    public void setPassword(String user, Secret password, Optional<Ref> current) {
        People.Account account = people.get(user);
        String plain = password.reveal();
        PasswordRules.check(
                "password",
                plain,
                rights.person(user)
                        .orElseThrow(() -> Problem.missing(new Ref("user", user)))
                        .words());
        if (!people.setPassword(account, plain)) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "Your password was changed at the same moment; sign in and try again");
        }
        addresses.passwordChanged(user);
        sessions.endOthers(user, current.map(Ref::id));
        requests.tell(AccountRequests.Kind.PASSWORD_CHANGED, account);
    }
}
