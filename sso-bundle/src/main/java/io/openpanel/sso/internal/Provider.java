package io.openpanel.sso.internal;

import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.sso.Preset;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Who may say who people are.
 *
 * @param address the issuer, a SAML provider's entity id, or where GitHub is
 * @param clientId what it calls the panel; to a SAML provider the panel's entity id
 * @param secondFactor what in {@code acr} or {@code amr}, or as SAML's authentication context, says that it saw two means; {@code *} for always
 * @param logOut whether somebody who logs out here is sent to log out there
 * @param metadata of a SAML provider, or where it is; else empty
 */
public record Provider(
        String id,
        String name,
        Preset preset,
        String address,
        String clientId,
        Optional<Secret> clientSecret,
        String groupsClaim,
        boolean newcomers,
        List<String> secondFactor,
        boolean offered,
        String metadata,
        boolean logOut,
        Instant createdAt,
        long version) {
    /** Whoever is in the group gets the role in the team. */
    public record Rule(String groupName, String team, String role) {}

    public Ref ref() {
        return new Ref("identity-provider", id);
    }

    /** The client's secret in plain text; empty for a public client. */
    Optional<String> secret() {
        return clientSecret.map(
                each -> each.at("identity_provider", "client_secret", id).reveal());
    }

    /** Where the provider sends browsers back to, below the panel's address. */
    public String callback() {
        return SignOnDoor.PATH + "/callback/" + id;
    }

    /** Where a SAML provider finds what the panel says of itself, below the panel's address. */
    public String description() {
        return SignOnDoor.PATH + SignOnDoor.METADATA + id;
    }

    /** Where a provider says that sessions have ended, below the panel's address. */
    public String logOutPath() {
        return SignOnDoor.PATH + SignOnDoor.LOG_OUT + id;
    }

    @Override
    public String toString() {
        return "Provider[" + id + ']';
    }
}
