package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.PasswordResets;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** A new password for somebody who forgot theirs. */
@Component(service = Extension.class)
public class PasswordResetActions implements Extension {
    private final PasswordResets resets;

    /** How one gets a link. */
    public record Ways(@Param("Whether links are sent by e-mail; else an owner of the panel makes one") boolean mail) {}

    /** Who wants a link. */
    public record Request(
            @Param(value = "The e-mail address of the account", example = "ana@example.com", max = 254) String email,
            @Param("The language of the message") Optional<Language> language,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** A link. */
    public record Open(@Param("What the link has behind /reset#") Secret token) {}

    /** Whose link it is. */
    public record Shown(String email) {}

    /** A new password. */
    public record Complete(
            @Param("What the link has behind /reset#") Secret token,
            @Param("12 to 128 characters") Secret password,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** For whom. */
    public record Create(
            @Param(value = "The person, by id or e-mail address", kind = "user") Ref user,
            @Param(value = "How long it is good, at most 24 hours; one hour where not given", example = "PT1H")
                    Optional<Duration> expiresIn) {}

    /** A new link. It is plain text on purpose: it is shown this once, and nobody can read it again. */
    public record Created(
            String email,
            @Param("Behind the panel's address, the link to hand on") String path,
            String token,
            Instant expiresAt) {
        @Override
        public String toString() {
            return "Created[•••]";
        }
    }

    @Activate
    public PasswordResetActions(@Reference PasswordResets resets) {
        this.resets = resets;
    }

    @Action(
            value = "password-reset.get",
            summary = "Tells how one gets a link to set a new password",
            effect = READ,
            access = OPEN,
            http = "GET /password-reset")
    public Ways get() {
        return new Ways(resets.isByMail());
    }

    @Action(
            value = "password-reset.request",
            summary = "Sends a link to set a new password, if the address has an account",
            effect = CHANGE,
            access = OPEN,
            http = "POST /password-reset/request")
    public void request(Call call, Request in) {
        resets.request(in.email(), in.language(), Caller.address(call, in.address()));
    }

    @Action(
            value = "password-reset.open",
            summary = "Tells whose password a link sets",
            effect = READ,
            access = OPEN,
            http = "POST /password-reset/open")
    public Shown open(Call call, Open in) {
        return new Shown(resets.open(in.token(), Caller.address(call, Optional.empty())));
    }

    @Action(
            value = "password-reset.complete",
            summary = "Sets a new password with a link and signs the person out everywhere",
            effect = CHANGE,
            access = OPEN,
            http = "POST /password-reset/complete")
    public void complete(Call call, Complete in) {
        resets.complete(in.token(), in.password(), Caller.address(call, in.address()));
    }

    @Action(
            value = "password-reset.create",
            summary = "Makes a link with which a person sets a new password, and shows it this once",
            effect = CHANGE,
            perMinute = 10,
            recent = true,
            access = PANEL,
            http = "POST /password-reset")
    public Created create(Create in) {
        PasswordResets.Link link = resets.create(in.user(), in.expiresIn());
        return new Created(link.email(), "/reset#" + link.token(), link.token(), link.expiresAt());
    }
}
