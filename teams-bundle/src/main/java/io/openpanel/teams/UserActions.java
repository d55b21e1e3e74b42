package io.openpanel.teams;

import static io.openpanel.api.Action.Access.PANEL;
import static io.openpanel.api.Action.Effect.CHANGE;
import static io.openpanel.api.Action.Effect.DESTROY;
import static io.openpanel.api.Action.Effect.READ;

import io.openpanel.api.Action;
import io.openpanel.api.Call;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.teams.internal.Accounts;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Everybody who has an account on this panel, in whatever team. */
@Component(service = Extension.class)
public class UserActions implements Extension {
    private final Accounts accounts;

    /** Which person. */
    public record Get(@Param(value = "The person, by id or e-mail address", kind = "user") Ref user) {}

    /** Somebody with an account. */
    public record Item(
            @Param(kind = "user") Ref user,
            String name,
            String email,
            @Param("The names of their teams, the first one first") List<String> teams,
            @Param("Whether they are shut out") boolean disabled,
            @Param("Whether they have a second factor") boolean secondFactor,
            @Param("In how many places they are signed in") int sessions,
            @Param("When a session of theirs was last used") Optional<Instant> usedAt,
            Instant createdAt) {}

    /** People, the first one first. */
    public record Items(List<Item> items) {}

    @Activate
    public UserActions(@Reference Accounts accounts) {
        this.accounts = accounts;
    }

    @Action(
            value = "user.list",
            summary = "Lists everybody who has an account on this panel",
            effect = READ,
            access = PANEL)
    public Items list(Call call) {
        return new Items(accounts.list().stream()
                .filter(item -> call.reach("user").includes(item.user()))
                .toList());
    }

    @Action(
            value = "user.get",
            summary = "Shows somebody who has an account on this panel",
            effect = READ,
            access = PANEL)
    public Item get(Get in) {
        return accounts.get(in.user());
    }

    @Action(
            value = "user.disable",
            summary = "Shuts a person out: their sessions end, their API keys rest and no log-in works",
            effect = CHANGE,
            access = PANEL,
            recent = true,
            idempotent = true)
    public Item disable(Call call, Get in) {
        return accounts.disable(call, in.user());
    }

    @Action(
            value = "user.enable",
            summary = "Lets a person in again who was shut out; they log in anew",
            effect = CHANGE,
            access = PANEL,
            idempotent = true)
    public Item enable(Get in) {
        return accounts.enable(in.user());
    }

    @Action(
            value = "user.log-out",
            summary = "Ends all sessions of a person",
            effect = CHANGE,
            access = PANEL,
            idempotent = true)
    public Item logOut(Get in) {
        return accounts.logOut(in.user());
    }

    @Action(
            value = "user.delete",
            summary = "Deletes a person's account: their sessions, API keys, factors and places in teams go with it",
            effect = DESTROY,
            access = PANEL,
            recent = true)
    public void delete(Call call, Get in) {
        accounts.delete(call, in.user());
    }
}
