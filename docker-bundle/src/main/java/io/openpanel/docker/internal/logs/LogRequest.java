package io.openpanel.docker.internal.logs;

import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Which lines to read.
 *
 * @param tail only so many of the last
 * @param follow whether to wait for new ones
 * @param after only those with a greater {@link LogLine#seq}
 */
public record LogRequest(Optional<Integer> tail, boolean follow, Optional<Instant> since, Optional<Long> after) {
    private static final long MICROS = 1_000_000;

    /** The query of the engine's API. */
    String query() {
        StringBuilder query = new StringBuilder("?stdout=1&stderr=1&timestamps=1");
        if (follow) {
            query.append("&follow=1");
        }
        if (after.isPresent()) {
            // A second earlier: the engine's times need not rise from line to line, ours do.
            return query.append("&since=")
                    .append(Math.max(0, after.get() / MICROS - 1))
                    .toString();
        }
        since.ifPresent(from -> query.append("&since=")
                .append(from.getEpochSecond())
                .append('.')
                .append(String.format(Locale.ROOT, "%09d", from.getNano())));
        tail.ifPresent(lines -> query.append("&tail=").append(lines));
        return query.toString();
    }
}
