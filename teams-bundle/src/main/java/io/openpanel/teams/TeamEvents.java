package io.openpanel.teams;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;
import java.time.Instant;
import java.util.Optional;

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

    @Topic(
            value = "factor.refused",
            summary = "Somebody who knows a person's password gave five wrong codes in one log-in")
    public record FactorRefused(@Param(kind = "user") Ref user, String address) {}

    @Topic(value = "factor.reset", summary = "A member's second factors were taken away by somebody else")
    public record FactorReset(@Param(kind = "member") Ref member, String name) {}

    @Topic(value = "account.requested", summary = "Something is to be done about an account, such as to send a link")
    public record AccountRequested(Ref request) {}

    @Topic(value = "password.reset", summary = "A person who forgot their password set a new one with a link")
    public record PasswordReset(@Param(kind = "user") Ref user, String name) {}

    @Topic(value = "user.disabled", summary = "A person was shut out of the panel")
    public record UserDisabled(@Param(kind = "user") Ref user, String name) {}

    @Topic(value = "user.enabled", summary = "A person who was shut out may come in again")
    public record UserEnabled(@Param(kind = "user") Ref user, String name) {}

    @Topic(value = "user.deleted", summary = "A person's account was deleted")
    public record UserDeleted(@Param(kind = "user") Ref user, String name) {}

    @Topic(value = "signing-key.rotated", summary = "Access tokens are signed with a new key from now on")
    public record SigningKeyRotated(Instant formerUntil) {}

    @Topic(value = "identity.linked", summary = "Somebody linked an account elsewhere, which opens theirs from now on")
    public record IdentityLinked(@Param(kind = "user") Ref user, String issuer, String name) {}

    @Topic(value = "member.created", summary = "A person joined the team")
    public record MemberCreated(@Param(kind = "member") Ref member, String name, String role) {}

    @Topic(value = "member.updated", summary = "A person's role in the team changed")
    public record MemberUpdated(@Param(kind = "member") Ref member, String name, String role) {}

    @Topic(value = "member.removed", summary = "A person was taken out of the team")
    public record MemberRemoved(@Param(kind = "member") Ref member, String name) {}

    @Topic(value = "invitation.created", summary = "Somebody was invited to the team")
    public record InvitationCreated(@Param(kind = "invitation") Ref invitation, String email, String role) {}

    @Topic(value = "invitation.accepted", summary = "An invitation was accepted and is spent")
    public record InvitationAccepted(
            @Param(kind = "invitation") Ref invitation, @Param(kind = "member") Ref member, String email) {}

    @Topic(value = "invitation.deleted", summary = "An invitation was withdrawn")
    public record InvitationDeleted(@Param(kind = "invitation") Ref invitation, String email) {}

    @Topic(value = "role.created", summary = "The team got a role of its own")
    public record RoleCreated(@Param(kind = "role") Ref role, String name) {}

    @Topic(value = "role.updated", summary = "What a role of the team may do changed")
    public record RoleUpdated(
            @Param(kind = "role") Ref role,
            String name,
            @Param("What it was and what it is: what it begins with, what it has besides and what it withholds")
                    String message) {}

    @Topic(value = "role.deleted", summary = "A role of the team was deleted")
    public record RoleDeleted(@Param(kind = "role") Ref role, String name) {}

    @Topic(value = "grant.created", summary = "A person got a role on one resource")
    public record GrantCreated(
            @Param(kind = "grant") Ref grant,
            @Param(kind = "member") Ref member,
            @Param("The member's") String name,
            String role,
            String resource) {}

    @Topic(value = "grant.deleted", summary = "A person's role on one resource was taken away")
    public record GrantDeleted(
            @Param(kind = "grant") Ref grant,
            @Param(kind = "member") Ref member,
            @Param("The member's") String name,
            String resource) {}

    @Topic(value = "team.created", summary = "A team was made")
    public record TeamCreated(@Param(kind = "team") Ref team, String name) {}

    @Topic(value = "team.updated", summary = "A team's name, or what it asks of its members, changed")
    public record TeamUpdated(@Param(kind = "team") Ref team, String name, boolean secondFactor) {}

    @Topic(value = "team.deleted", summary = "A team was deleted")
    public record TeamDeleted(@Param(kind = "team") Ref team, String name) {}

    @Topic(value = "quota.changed", summary = "An owner of the panel changed how much of something the team may have")
    public record QuotaChanged(
            @Param(kind = "team") Ref team,
            String quota,
            @Param("Any amount where there is none") Optional<Long> limit) {}

    @Topic(value = "api-key.created", summary = "An API key was made")
    public record ApiKeyCreated(@Param(kind = "api-key") Ref key, String name, @Param(kind = "user") Ref owner) {}

    @Topic(value = "api-key.rotated", summary = "An API key got a new secret")
    public record ApiKeyRotated(@Param(kind = "api-key") Ref key, String name) {}

    @Topic(value = "api-key.deleted", summary = "An API key was deleted and no longer works")
    public record ApiKeyDeleted(@Param(kind = "api-key") Ref key, String name) {}
}
