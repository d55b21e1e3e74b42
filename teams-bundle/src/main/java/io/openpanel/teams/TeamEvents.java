package io.openpanel.teams;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;

/** What happens to people, sessions and keys. */
public final class TeamEvents {
    private TeamEvents() {}

    @Topic(value = "session.created", summary = "Somebody signed in")
    public record SessionCreated(
            @Param(kind = "user") Ref user, @Param(kind = "session") Ref session, String address, String device) {}

    @Topic(
            value = "session.reused",
            summary = "A spent refresh token was shown again, so its session was ended: it was probably stolen")
    public record SessionReused(@Param(kind = "user") Ref user, @Param(kind = "session") Ref session, String address) {}

    @Topic(value = "user.created", summary = "A person got an account")
    public record UserCreated(@Param(kind = "user") Ref user, String name, String role) {}

    @Topic(value = "user.updated", summary = "A person's role in the team changed")
    public record UserUpdated(@Param(kind = "user") Ref user, String role) {}

    @Topic(value = "user.deleted", summary = "A person was taken out of the team")
    public record UserDeleted(@Param(kind = "user") Ref user) {}

    @Topic(value = "api-key.created", summary = "An API key was made")
    public record ApiKeyCreated(@Param(kind = "api-key") Ref key, String name, @Param(kind = "user") Ref owner) {}

    @Topic(value = "api-key.deleted", summary = "An API key was deleted and no longer works")
    public record ApiKeyDeleted(@Param(kind = "api-key") Ref key, String name) {}
}
