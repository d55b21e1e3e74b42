package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.InvitationMail;
import io.openpanel.teams.internal.Invitations;
import io.openpanel.teams.internal.Joining;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Asking people into a team. */
@Component(service = Extension.class)
public class InvitationActions implements Extension {
    private final Invitations invitations;
    private final Joining joining;
    private final InvitationMail mail;

    /** Whom to ask, to be what. */
    public record Create(
            @Param(value = "Their e-mail address", example = "ana@example.com", max = 254) String email,
            @Param(value = "What they will be able to do", kind = "role") Ref role,
            @Param(
                            value = "Only on this resource, as kind:id or kind:path, and not in the whole team",
                            example = "project:shop")
                    Optional<String> resource,
            @Param(value = "How long it is good, at most 72 hours", example = "PT24H") Optional<Duration> expiresIn) {}

    /** A new invitation. The link is plain text on purpose: it is shown this once, and nobody can read it again. */
    public record Created(
            @Param(kind = "invitation") Ref invitation,
            String email,
            @Param("Behind the panel's address, the link to hand on") String path,
            String token,
            Instant expiresAt,
            @Param("Whether the link is on its way by e-mail, too") boolean mailed) {
        Created sent(boolean sent) {
            return new Created(invitation, email, path, token, expiresAt, sent);
        }

        @Override
        public String toString() {
            return "Created[invitation=" + invitation + ']';
        }
    }

    /** An invitation that nobody has accepted yet, without its link. */
    public record Item(
            @Param(kind = "invitation") Ref invitation,
            String email,
            @Param(kind = "role") Ref role,
            String roleName,
            Optional<Ref> resource,
            Optional<String> resourceName,
            Instant createdAt,
            Instant expiresAt) {}

    /** Invitations, the oldest first. */
    public record Items(List<Item> items) {}

    /** Which invitation. */
    public record Delete(@Param(value = "The invitation", kind = "invitation") Ref invitation) {}

    /** What opens an invitation. */
    public record Open(@Param("The token of the link") Secret token) {}

    /** What an invitation says. */
    public record Shown(
            String team,
            String email,
            String role,
            @Param("The one resource it is for, if not the team") Optional<String> resource,
            Instant expiresAt) {}

    /** Somebody who comes in; nothing but the token where they are signed in. */
    public record Accept(
            @Param("The token of the link") Secret token,
            @Param("A password of 12 to 128 characters, or that of the account they have here")
                    Optional<Secret> password,
            @Param(value = "The name others see, for a new account", max = 100) Optional<String> name,
            @Param(value = "What they see in the list of their sessions", max = 1000) Optional<String> device,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** Where they are now; signed in, unless they were before. */
    public record Joined(@Param(kind = "team") Ref team, String teamName, Optional<SignedIn> session) {
        @Override
        public String toString() {
            return "Joined[team=" + team + ']';
        }
    }

    @Activate
    public InvitationActions(
            @Reference Invitations invitations, @Reference Joining joining, @Reference InvitationMail mail) {
        this.invitations = invitations;
        this.joining = joining;
        this.mail = mail;
    }

    @Action(value = "invitation.list", summary = "Lists the invitations that wait to be accepted", effect = READ)
    public Items list(Call call) {
        return new Items(invitations.list().stream()
                .filter(item -> call.reach("invitation").includes(item.invitation()))
                .toList());
    }

    @Action(
            value = "invitation.create",
            summary = "Invites somebody to the team, by e-mail where it is set up, and shows the link this once",
            effect = CHANGE,
            perMinute = 30,
            cli = "invite {email} {role}")
    public Created create(Call call, Create in) {
        Created made = invitations.create(call, in);
        return made.sent(mail.send(made.email(), made.token()));
    }

    @Action(
            value = "invitation.delete",
            summary = "Withdraws an invitation, whose link stops working at once",
            effect = CHANGE,
            idempotent = true)
    public void delete(Delete in) {
        invitations.delete(in.invitation());
    }

    @Action(
            value = "invitation.open",
            summary = "Tells what an invitation is for",
            effect = READ,
            access = OPEN,
            http = "POST /invitations/open")
    public Shown open(Call call, Open in) {
        return joining.show(call, in);
    }

    @Action(
            value = "invitation.accept",
            summary = "Accepts an invitation, with a new account or as somebody who has one",
            effect = CHANGE,
            access = OPEN,
            http = "POST /invitations/accept")
    public Joined accept(Call call, Accept in) {
        return joining.accept(call, in);
    }

    @Every("PT1H")
    public void sweep() {
        invitations.sweep();
    }
}
