package io.openpanel.teams.internal;

import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends an invitation's link, where something in the panel sends e-mail. */
@Component(service = InvitationMail.class)
public final class InvitationMail {
    private static final Logger LOG = LoggerFactory.getLogger(InvitationMail.class);

    private final Panel panel;

    /** What the mail says. */
    public record Invite(String to, Secret token, String team) {}

    /** Whether it is on its way. */
    public record Invited(boolean queued) {}

    /** A team's name. */
    public record Named(String name) {}

    @Activate
    public InvitationMail(@Reference Panel panel) {
        this.panel = panel;
    }

    /** False where the link is to be handed on by whoever invites. */
    public boolean send(String email, String token) {
        String team = panel.database()
                .tx(tx -> tx.one(Named.class, "select name from team where id = openpanel.current_team()"))
                .map(Named::name)
                .orElse("");
        try {
            return panel.call("mail.invite", new Invite(email, Secret.of(token), team), Invited.class)
                    .queued();
        } catch (Problem e) {
            LOG.debug("The invitation is not sent by e-mail: {}", e.getMessage());
            return false;
        }
    }
}
