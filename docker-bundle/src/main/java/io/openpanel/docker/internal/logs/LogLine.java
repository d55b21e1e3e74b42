package io.openpanel.docker.internal.logs;

import io.openpanel.api.Param;
import java.time.Instant;

/** A line a container printed. */
public record LogLine(
        @Param("Rises from line to line; hand it in as after to go on from here") long seq,
        Instant at,
        Stream stream,
        String line) {
    /** Where it printed it to; a terminal knows only the first. */
    public enum Stream {
        STDOUT,
        STDERR
    }
}
