package io.openpanel.sso.internal;

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
        boolean secondFactor) {}
