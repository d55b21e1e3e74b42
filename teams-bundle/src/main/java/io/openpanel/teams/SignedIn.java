package io.openpanel.teams;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import java.time.Instant;

/**
 * What somebody who signs in gets. The tokens are plain text here because an output never shows a
 * {@link io.openpanel.api.Secret}, and handing them over is what the action is for; the record itself prints without them.
 *
 * @param accessToken for the header {@code Authorization: Bearer …}
 * @param expiresAt when the access token ends
 * @param refreshToken good once, for the next pair
 */
public record SignedIn(
        String accessToken,
        Instant expiresAt,
        String refreshToken,
        @Param(kind = "user") Ref user,
        String name,
        String email,
        @Param(kind = "team") Ref team,
        String teamName,
        String role) {
    @Override
    public String toString() {
        return "SignedIn[user=" + user + ", team=" + team + ']';
    }
}
