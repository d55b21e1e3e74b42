package io.openpanel.activity;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.activity.internal.Digests;
import io.openpanel.activity.internal.Letters;
import io.openpanel.activity.internal.Mailer;
import io.openpanel.activity.internal.Outbox;
import io.openpanel.activity.internal.Preferences;
import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.On;
import io.openpanel.api.Panel;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What leaves the panel by e-mail. */
@Component(service = Extension.class)
public class MailActions implements Extension {
    private final Panel panel;
    private final Mailer mailer;
    private final Outbox outbox;
    private final Digests digests;
    private final Preferences preferences;

    /** Whom to write to. */
    public record Test(
            @Param(value = "Where to; your own address where left out", example = "you@example.com", max = 254)
                    Optional<String> to) {}

    /** A message was taken by the mail server. */
    public record Sent(String to, String server) {}

    /** Your own address. */
    public record Profile(String email) {}

    /** An invitation to send. What is in its link lets in whoever knows it. */
    public record Invite(
            @Param(value = "Their e-mail address", example = "ana@example.com", max = 254) String to,
            @Param("What the invitation's link has behind /join#") Secret token,
            @Param(value = "What they are invited to", max = 200) String team) {}

    /** Whether it is on its way; it is not where e-mail, or the panel's address, is not set. */
    public record Invited(boolean queued) {}

    /** What somebody is told about their account; a link proves to the panel who opens it. */
    public enum AccountKind {
        /** A link to set a new password. */
        RESET("/reset#"),
        /** Their password was changed. */
        PASSWORD_CHANGED(""),
        /** A link that makes an account. */
        REGISTER("/verify#"),
        /** Somebody wanted an account for their address. */
        KNOWN(""),
        /** A link that shows that they read what is sent there. */
        CHANGE_ADDRESS("/address#"),
        /** Their account has another address now. */
        ADDRESS_CHANGED("");

        private final String path;

        AccountKind(String path) {
            this.path = path;
        }
    }

    /** A message about an account. */
    public record Account(
            @Param(value = "Their e-mail address", example = "ana@example.com", max = 254) String to,
            AccountKind kind,
            @Param(value = "The id of the person, whose language is used where they chose one", max = 40)
                    Optional<String> person,
            @Param("What the link has behind its #") Optional<Secret> token,
            @Param("The language where the person chose none") Optional<Letters.Language> language) {}

    /** What can be sent. */
    public record Status(
            @Param("Whether e-mail is set up") boolean ready,
            @Param("Whether links can be sent, for which the panel's address is needed, too") boolean links) {}

    /** A message. */
    public record Queued(Ref mail) {}

    @Activate
    public MailActions(
            @Reference Panel panel,
            @Reference Mailer mailer,
            @Reference Outbox outbox,
            @Reference Digests digests,
            @Reference Preferences preferences) {
        this.panel = panel;
        this.mailer = mailer;
        this.outbox = outbox;
        this.digests = digests;
        this.preferences = preferences;
    }

    @Action(
            value = "mail.test",
            summary = "Sends a message to try the mail server out, and says what failed",
            effect = CHANGE,
            perMinute = 10,
            access = PANEL,
            http = "POST /mail/test")
    public Sent test(Call call, Test in) {
        String to = in.to()
                .orElseGet(() -> panel.call("profile.get", null, Profile.class).email());
        mailer.send(Ref.create("mail").id(), to, mailer.letters(language(call)).test());
        return new Sent(to, mailer.server());
    }

    @Action(
            value = "mail.invite",
            summary = "Sends an invitation's link by e-mail, where e-mail is set up",
            effect = CHANGE,
            http = "POST /mail/invite")
    public Invited invite(Call call, Invite in) {
        if (!sendsLinks()) {
            return new Invited(false);
        }
        outbox.queue(
                in.to(),
                mailer.letters(language(call)).invitation(call.caller().name(), in.team()),
                Optional.of(mailer.address() + "/join#" + in.token().reveal()));
        return new Invited(true);
    }

    @Action(
            value = "mail.account",
            summary = "Tells somebody about their account by e-mail, where e-mail is set up",
            effect = CHANGE,
            access = PANEL,
            http = "POST /mail/account")
    public Invited account(Account in) {
        boolean possible = in.token().isPresent() ? sendsLinks() : mailer.isSetUp();
        if (!possible) {
            return new Invited(false);
        }
        Letters.Language language = in.person()
                .flatMap(preferences::known)
                .map(Preferences.Reader::language)
                .or(in::language)
                .orElse(Preferences.Reader.UNKNOWN.language());
        outbox.queue(
                in.to(),
                mailer.letters(language).account(in.kind().name(), in.token().isPresent()),
                in.token().map(token -> mailer.address() + in.kind().path + token.reveal()));
        return new Invited(true);
    }

    @Action(
            value = "mail.status",
            summary = "Tells whether e-mail is set up",
            effect = READ,
            access = PANEL,
            http = "GET /mail/status")
    public Status status() {
        return new Status(mailer.isSetUp(), sendsLinks());
    }

    private boolean sendsLinks() {
        return mailer.isSetUp() && !mailer.address().isEmpty();
    }

    private Letters.Language language(Call call) {
        return call.team()
                .map(team -> preferences.reader(call.caller().ref().id()))
                .orElse(Preferences.Reader.UNKNOWN)
                .language();
    }

    @On("mail.queued")
    public void queued(Queued event) {
        outbox.send(event.mail());
    }

    @Every("PT10M")
    public void digests() {
        digests.send();
    }

    @Every("PT6H")
    public void sweep() {
        outbox.sweep();
    }
}
