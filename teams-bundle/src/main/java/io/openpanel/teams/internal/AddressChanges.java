package io.openpanel.teams.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.teams.Language;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Another e-mail address for an account: it counts once a link that was sent there was opened. */
@Component(service = AddressChanges.class)
public final class AddressChanges {
    private static final AccountLinks.Purpose EMAIL = AccountLinks.Purpose.EMAIL;

    private final Clerk clerk;
    private final People people;
    private final Rights rights;
    private final SignInLimits limits;
    private final AccountLinks links;
    private final AccountRequests requests;
    private final AccountMail mail;

    @Activate
    public AddressChanges(
            @Reference Clerk clerk,
            @Reference People people,
            @Reference Rights rights,
            @Reference SignInLimits limits,
            @Reference AccountLinks links,
            @Reference AccountRequests requests,
            @Reference AccountMail mail) {
        this.clerk = clerk;
        this.people = people;
        this.rights = rights;
        this.limits = limits;
        this.links = links;
        this.requests = requests;
        this.mail = mail;
    }

    /** Sends a link to the new address; changes it at once where the panel sends no e-mail. */
    void ask(People.Account account, String address, Optional<Language> language, String from) {
        if (address.equals(account.email())) {
            return;
        }
        if (!mail.sendsLinks()) {
            people.rename(account.id(), account.name(), address);
            return;
        }
        limits.begin(from, "address of " + account.id());
        requests.add(AccountRequests.Kind.CHANGE_ADDRESS, address, Optional.of(account.id()), language);
    }

    /** Ends what was begun with a former password. */
    void passwordChanged(String user) {
        links.endAll(user);
    }

    Optional<String> pending(String user) {
        return links.pendingAddress(user);
    }

    /** @return the address that counts from now on; the former one is told */
    public String confirm(Secret token, String from) {
        AccountLinks.Row link = links.find(token, EMAIL).orElseThrow(() -> {
            limits.count(from);
            return spent();
        });
        String address = link.target().orElseThrow();
        clerk.in(rights.homeTeam().orElseThrow(), tx -> {
            if (!links.spend(tx, link, EMAIL)) {
                throw spent();
            }
            int changed = tx.update(
                    "update user_account set email = ?, version = version + 1 where id = ?"
                            + " and not exists (select 1 from user_account other where other.email = ?)",
                    address,
                    link.userId(),
                    address);
            if (changed == 0) {
                throw People.notUsable();
            }
            requests.add(
                    tx,
                    AccountRequests.Kind.ADDRESS_CHANGED,
                    link.email(),
                    Optional.of(link.userId()),
                    Optional.empty());
            return null;
        });
        links.changed(link.userId());
        rights.personChanged(link.userId(), false);
        return address;
    }

    private static Problem spent() {
        return new Problem(
                Problem.Kind.DENIED, "This link is not good any more; change the address in your profile again");
    }
}
