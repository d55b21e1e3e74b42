package io.openpanel.kernel.internal.install;

import java.util.List;

/**
 * A version of a plugin whose bytes are kept, and which may be installed here.
 *
 * @param sha256 of the jar, by which its bytes are found
 * @param permissions actions of others it may call
 * @param isolated whether it runs in a process of its own, because nobody trusts its publisher
 * @param development whether nobody signed it: whoever owns the machine builds it here
 */
public record Release(
        String plugin,
        String title,
        String version,
        String sha256,
        String marketplace,
        String publisher,
        List<String> permissions,
        boolean isolated,
        boolean development) {}
