package io.openpanel.teams;

import static io.openpanel.api.Action.Access.OPEN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Setup;
import io.openpanel.teams.internal.SignIn;
import io.openpanel.teams.internal.SignInLimits;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Becoming the owner of a new panel. */
@Component(service = Extension.class)
public class SetupActions implements Extension {
    private final Setup setup;
    private final SignIn signIn;
    private final SignInLimits limits;

    /** Whether the panel still waits for its owner. */
    public record State(boolean needed) {}

    /** The owner to be. */
    public record Create(
            @Param("The set-up token that the server printed") Secret token,
            @Param(value = "Your e-mail address", example = "ana@example.com", max = 254) String email,
            @Param("12 to 128 characters") Secret password,
            @Param(value = "Your name", max = 100) Optional<String> name,
            @Param(value = "The name of your team", example = "Home", max = 100) Optional<String> team,
            @Param(value = "What you see in the list of your sessions", max = 1000) Optional<String> device,
            @Param(value = "Where from; told by the panel itself only", max = 64) Optional<String> address) {}

    @Activate
    public SetupActions(@Reference Setup setup, @Reference SignIn signIn, @Reference SignInLimits limits) {
        this.setup = setup;
        this.signIn = signIn;
        this.limits = limits;
    }

    @Action(
            value = "setup.get",
            summary = "Tells whether the panel still waits for its owner",
            effect = READ,
            access = OPEN,
            http = "GET /setup")
    public State get() {
        return new State(setup.isNeeded());
    }

    @Action(
            value = "setup.create",
            summary = "Makes the owner of a new panel and signs them in",
            effect = CHANGE,
            access = OPEN,
            http = "POST /setup")
    public SignedIn create(Call call, Create in) {
        String address = Caller.address(call, in.address());
        if (!setup.isNeeded()) {
            throw new Problem(Problem.Kind.CONFLICT, "This panel has an owner already; sign in instead");
        }
        if (!setup.isToken(in.token())) {
            limits.count(address);
            throw new Problem(
                    Problem.Kind.DENIED,
                    "The set-up token is not right; it is printed on the server, and is in run/setup-token there");
        }
        String user = setup.create(new Setup.Owner(in.email(), in.name(), in.password(), in.team()))
                .id();
        return signIn.start(user, address, in.device().orElse(""));
    }
}
