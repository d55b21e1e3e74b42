package io.openpanel.docker.internal.build;

import io.openpanel.api.Call;

/** A way to make an image. */
interface Builder {
    /**
     * Builds and tags the image; returns when it is in the engine. Lines go to the call's log.
     *
     * @throws io.openpanel.api.Problem when the build failed or was cancelled; then nothing of it is left but caches
     */
    void build(Call call, BuildOrder order);
}
