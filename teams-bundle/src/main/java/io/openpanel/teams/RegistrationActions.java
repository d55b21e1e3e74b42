package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Registrations;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Making an account by oneself, where the panel is open to anybody. */
@Component(service = Extension.class)
public class RegistrationActions implements Extension {
    private final Registrations registrations;

    /** Whether anybody may register. */
    public record State(boolean open) {}

    /** Who wants an account. */
    public record Create(
            @Param(value = "Your e-mail address", example = "ana@example.com", max = 254) String email,
            @Param(value = "The name others see", max = 100) String name,
            @Param("12 to 128 characters") Secret password,
            @Param("The language of the message") Optional<Language> language,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    /** A link. */
    public record Open(@Param("What the link has behind /verify#") Secret token) {}

    /** Whose link it is. */
    public record Shown(String email) {}

    /** The end of it. */
    public record Confirm(
            @Param("What the link has behind /verify#") Secret token,
            @Param("The password you registered with") Secret password,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    @Activate
    public RegistrationActions(@Reference Registrations registrations) {
        this.registrations = registrations;
    }

    @Action(
            value = "registration.get",
            summary = "Tells whether anybody may make an account",
            effect = READ,
            access = OPEN,
            http = "GET /registration")
    public State get() {
        return new State(registrations.isOpen());
    }

    @Action(
            value = "registration.create",
            summary = "Asks for an account and sends a link to the address, where the panel is open",
            effect = CHANGE,
            access = OPEN,
            http = "POST /registration")
    public void create(Call call, Create in) {
        registrations.request(in.email(), in.name(), in.password(), in.language(), Caller.address(call, in.address()));
    }

    @Action(
            value = "registration.open",
            summary = "Tells whose account a link makes",
            effect = READ,
            access = OPEN,
            http = "POST /registration/open")
    public Shown open(Call call, Open in) {
        return new Shown(registrations.open(in.token(), Caller.address(call, Optional.empty())));
    }

    @Action(
            value = "registration.confirm",
            summary = "Makes the account, with a team of its own, for whoever has the link and the password",
            effect = CHANGE,
            access = OPEN,
            http = "POST /registration/confirm")
    public void confirm(Call call, Confirm in) {
        registrations.confirm(in.token(), in.password(), Caller.address(call, in.address()));
    }
}
