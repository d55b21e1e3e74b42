package io.openpanel.teams;

import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Every;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Challenges;
import io.openpanel.teams.internal.FactorReset;
import io.openpanel.teams.internal.Factors;
import io.openpanel.teams.internal.Profiles;
import io.openpanel.teams.internal.Sessions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a person proves themselves with besides the password. */
@Component(service = Extension.class)
public class FactorActions implements Extension {
    private final Factors factors;
    private final Challenges challenges;
    private final Profiles profiles;
    private final Sessions sessions;
    private final FactorReset resets;

    /** A second factor of yours. */
    public record Item(
            @Param(kind = "factor") Ref factor,
            @Param("totp for an authenticator app, passkey") String kind,
            String name,
            Instant createdAt,
            Optional<Instant> usedAt) {}

    /** Your second factors, the oldest first. */
    public record Items(List<Item> items, @Param("How many recovery codes are left") int recoveryCodes) {}

    /** A factor to be. */
    public record Create(
            @Param(value = "What you call it", example = "Phone", min = 1, max = 60) String name,
            @Param("Your password") Secret password) {}

    /** What the authenticator app is told; prints without it. */
    public record Begun(
            @Param(kind = "factor") Ref factor,
            @Param("For the QR code") String uri,
            @Param("For typing it in") String secret) {
        @Override
        public String toString() {
            return "Begun[" + factor + ']';
        }
    }

    /** A first code. */
    public record Confirm(
            @Param(value = "The factor", kind = "factor") Ref factor,
            @Param("The code that the app shows") Secret code) {}

    /** Codes for the day a factor is lost, each good once; prints without them. */
    public record RecoveryCodes(@Param("Shown this once; none for a further factor") List<String> recoveryCodes) {
        @Override
        public String toString() {
            return "RecoveryCodes[•••]";
        }
    }

    /** Which one to remove. */
    public record Remove(
            @Param(value = "The factor", kind = "factor") Ref factor,
            @Param("Your password") Secret password,
            @Param("A code, of the app or for recovery") Secret code) {}

    /** A code. */
    public record Codes(@Param("A code, of the app or for recovery") Secret code) {}

    /** Whose to take away. */
    public record Reset(@Param(value = "The member, by id or e-mail address", kind = "member") Ref member) {}

    @Activate
    public FactorActions(
            @Reference Factors factors,
            @Reference Challenges challenges,
            @Reference Profiles profiles,
            @Reference Sessions sessions,
            @Reference FactorReset resets) {
        this.factors = factors;
        this.challenges = challenges;
        this.profiles = profiles;
        this.sessions = sessions;
        this.resets = resets;
    }

    @Action(value = "factor.list", summary = "Lists your second factors", effect = READ, access = SIGNED_IN)
    public Items list(Call call) {
        return factors.list(Caller.person(call));
    }

    @Action(
            value = "factor.create",
            summary = "Begins with an authenticator app; it counts once confirmed with a code",
            effect = CHANGE,
            access = SIGNED_IN)
    public Begun create(Call call, Create in) {
        String user = Caller.person(call);
        profiles.requirePassword(user, "password", in.password(), Caller.address(call, Optional.empty()));
        return factors.begin(user, in.name());
    }

    @Action(
            value = "factor.confirm",
            summary = "Makes an authenticator app a second factor and signs you out everywhere else",
            effect = CHANGE,
            access = SIGNED_IN)
    public RecoveryCodes confirm(Call call, Confirm in) {
        String user = Caller.person(call);
        List<String> codes = factors.confirm(user, in.factor(), in.code().reveal());
        Optional<String> current = call.caller().session().map(Ref::id);
        sessions.endOthers(user, current);
        current.ifPresent(session -> sessions.proved(session, "otp"));
        return new RecoveryCodes(codes);
    }

    @Action(
            value = "factor.remove",
            summary = "Removes a second factor, with your password and a code",
            effect = CHANGE,
            access = SIGNED_IN)
    public void remove(Call call, Remove in) {
        String user = Caller.person(call);
        String address = Caller.address(call, Optional.empty());
        Ref factor = factors.get(user, in.factor()).ref();
        profiles.requirePassword(user, "password", in.password(), address);
        challenges.requireCode(user, in.code().reveal(), address);
        factors.remove(user, factor);
    }

    @Action(
            value = "factor.codes",
            summary = "Makes new recovery codes; the former ones are good no more",
            effect = CHANGE,
            access = SIGNED_IN)
    public RecoveryCodes codes(Call call, Codes in) {
        String user = Caller.person(call);
        challenges.requireCode(user, in.code().reveal(), Caller.address(call, Optional.empty()));
        return new RecoveryCodes(factors.renewRecoveryCodes(user));
    }

    @Action(
            value = "factor.reset",
            summary = "Takes a member's second factors away and signs them out",
            effect = DESTROY,
            recent = true)
    public void reset(Call call, Reset in) {
        resets.reset(call, in.member());
    }

    @Every("PT1H")
    public void sweep() {
        challenges.sweep();
    }
}
