package org.example.janitor;

import io.openpanel.api.Param;
import io.openpanel.api.Ref;
import io.openpanel.api.Topic;

/** What others may hear of the janitor. */
public final class JanitorEvents {
    private JanitorEvents() {}

    /** A container that is gone. */
    @Topic(value = "janitor.removed", summary = "A container that had ended was removed")
    public record Removed(@Param(kind = "container") Ref container, String name) {}
}
