package io.openpanel.teams.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.teams.Language;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Writes to people about their account, where something in the panel sends e-mail. */
@Component(service = AccountMail.class)
public final class AccountMail {
    private final Panel panel;
    private final Clerk clerk;
    private final Rights rights;

    /** A message. */
    public record Letter(
            String to,
            AccountRequests.Kind kind,
            Optional<String> person,
            Optional<Secret> token,
            Optional<Language> language) {
        @Override
        public String toString() {
            return "Letter[" + kind + ']';
        }
    }

    /** Whether it is on its way. */
    public record Queued(boolean queued) {}

    /** Whether links can be sent. */
    public record Status(boolean links) {}

    @Activate
    public AccountMail(@Reference Panel panel, @Reference Clerk clerk, @Reference Rights rights) {
        this.panel = panel;
        this.clerk = clerk;
        this.rights = rights;
    }

    /** Whether a link would reach somebody. */
    boolean sendsLinks() {
        return rights.homeTeam()
                .map(home -> clerk.callIn(home, () -> {
                    try {
                        return panel.call("mail.status", null, Status.class).links();
                    } catch (Problem notRunning) {
                        return false;
                    }
                }))
                .orElse(false);
    }

    /**
     * False where no e-mail is sent.
     *
     * @throws Problem where whoever sends it does not run now
     */
    boolean send(
            AccountRequests.Kind kind,
            String to,
            Optional<String> person,
            Optional<String> token,
            Optional<Language> language) {
        Letter letter = new Letter(to, kind, person, token.map(Secret::of), language);
        return rights.homeTeam()
                .map(home -> clerk.callIn(home, () -> panel.call("mail.account", letter, Queued.class)
                        .queued()))
                .orElse(false);
    }
}
