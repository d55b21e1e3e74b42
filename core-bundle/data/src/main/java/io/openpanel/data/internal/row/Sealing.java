package io.openpanel.data.internal.row;

import io.openpanel.api.Secret;

/** How the secrets of one transaction become text and text becomes secrets. */
public interface Sealing {
    /** @throws IllegalArgumentException when the secret has no place */
    String seal(Secret secret);

    /** Not opened until somebody reveals it. */
    Secret sealed(String text);
}
