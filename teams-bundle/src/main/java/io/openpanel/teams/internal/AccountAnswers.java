package io.openpanel.teams.internal;

import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import io.openpanel.api.Ref;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does what {@link AccountRequests} wrote down: what fails is tried again by whoever delivers the event. */
@Component(service = Extension.class)
public class AccountAnswers implements Extension {
    private static final Logger LOG = LoggerFactory.getLogger(AccountAnswers.class);

    private final AccountRequests requests;
    private final People people;
    private final AccountLinks links;
    private final AccountMail mail;
    private final Registrations registrations;
    private final ServiceAccounts services;

    /** Something is to be done. */
    public record Requested(Ref request) {}

    @Activate
    public AccountAnswers(
            @Reference AccountRequests requests,
            @Reference People people,
            @Reference AccountLinks links,
            @Reference AccountMail mail,
            @Reference Registrations registrations,
            @Reference ServiceAccounts services) {
        this.requests = requests;
        this.people = people;
        this.links = links;
        this.mail = mail;
        this.registrations = registrations;
        this.services = services;
    }

    @On("account.requested")
    public void requested(Requested event) {
        requests.find(event.request).ifPresent(request -> {
            answer(request);
            requests.done(request);
        });
    }

    private void answer(AccountRequests.Row request) {
        switch (request.kind()) {
            case REGISTER -> registrations.answer(request);
            case RESET -> people.byEmail(request.email())
                    .filter(People.Account::isEnabled)
                    .ifPresent(person -> sendLink(request, person, AccountLinks.Purpose.RESET, Optional.empty()));
            case CHANGE_ADDRESS -> {
                People.Account person = people.get(request.subject().orElseThrow());
                // Whose it is already is not told: whoever asks must not learn of it.
                if (people.byEmail(request.email()).isEmpty()) {
                    sendLink(request, person, AccountLinks.Purpose.EMAIL, Optional.of(request.email()));
                }
            }
            default -> mail.send(
                    request.kind(), request.email(), request.subject(), Optional.empty(), request.language());
        }
    }

    private void sendLink(
            AccountRequests.Row request, People.Account person, AccountLinks.Purpose purpose, Optional<String> target) {
        Optional<AccountLinks.Made> made = links.createSparingly(person, purpose, target);
        if (made.isEmpty()) {
            LOG.info("{} got several links within the hour; no further one is sent", person.id());
            return;
        }
        String token = made.get().token();
        boolean sent = false;
        try {
            sent = mail.send(
                    request.kind(),
                    target.orElse(person.email()),
                    Optional.of(person.id()),
                    Optional.of(token),
                    request.language());
        } finally {
            if (!sent) {
                links.withdraw(token);
            }
        }
    }

    @Every("PT1H")
    public void sweep() {
        requests.sweep();
        links.sweep();
        registrations.sweep();
        services.sweep();
    }
}
