package io.openpanel.teams;

import static io.openpanel.api.Action.Access.SIGNED_IN;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.teams.internal.Caller;
import io.openpanel.teams.internal.Identities;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Accounts elsewhere that open one's account here. */
@Component(service = Extension.class)
public class IdentityActions implements Extension {
    private final Identities identities;

    /** An account elsewhere. */
    public record Item(
            @Param(kind = "identity") Ref identity,
            @Param("Who knows you there, by the id of identity-provider.offered") String provider,
            String issuer,
            @Param("Your address or name there") String name,
            Instant createdAt,
            Optional<Instant> usedAt) {}

    /** Yours, the oldest first. */
    public record Items(List<Item> items) {}

    /** Which one to unlink. */
    public record Unlink(
            @Param(value = "The account elsewhere", kind = "identity") Ref identity,
            @Param("Your password here: from then on, it is the way in") Secret password) {}

    @Activate
    public IdentityActions(@Reference Identities identities) {
        this.identities = identities;
    }

    @Action(
            value = "identity.list",
            summary = "Lists the accounts elsewhere that open your account here",
            effect = READ,
            access = SIGNED_IN)
    public Items list(Call call) {
        return new Items(identities.list(Caller.person(call)).stream()
                .map(row ->
                        new Item(row.ref(), row.provider(), row.issuer(), row.name(), row.createdAt(), row.usedAt()))
                .toList());
    }

    @Action(
            value = "identity.unlink",
            summary = "Unlinks an account elsewhere, and takes the roles away that its groups gave",
            effect = CHANGE,
            access = SIGNED_IN,
            http = "POST /identities/{identity}/unlink")
    public void unlink(Call call, Unlink in) {
        identities.unlink(Caller.person(call), in.identity(), in.password(), Caller.address(call, Optional.empty()));
    }
}
