package io.openpanel.docker.internal.stats;

import io.openpanel.api.Param;
import java.time.Instant;

/** What a container uses right now; counters are since its start. */
public record Stats(
        Instant at,
        @Param("100 is one core") double cpuPercent,
        @Param(kind = "bytes", value = "In use, without file caches that can be dropped") long memory,
        @Param(kind = "bytes", value = "What it may use at most") long memoryLimit,
        @Param(kind = "bytes", value = "Read from disks") long read,
        @Param(kind = "bytes", value = "Written to disks") long written,
        @Param(kind = "bytes", value = "Received from networks") long received,
        @Param(kind = "bytes", value = "Sent to networks") long sent) {}
