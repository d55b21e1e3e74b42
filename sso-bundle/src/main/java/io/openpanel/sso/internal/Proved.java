package io.openpanel.sso.internal;

import io.openpanel.api.Secret;
import java.util.List;
import java.util.Optional;

/**
 * What a provider said, verified.
 *
 * @param email only where the provider says that it is verified
 */
record Proved(
        String issuer,
        String subject,
        String name,
        Optional<String> email,
        List<String> groups,
        boolean secondFactor,
        Optional<There> session) {
    /**
     * The session at the provider.
     *
     * @param there what the provider calls it, where it does
     * @param hint what it asks for to end it
     */
    record There(Optional<String> there, Secret hint) {}
}
