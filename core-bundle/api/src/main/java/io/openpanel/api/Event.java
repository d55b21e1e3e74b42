package io.openpanel.api;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * Something that happened, as heard by name.
 *
 * @param id the same at each delivery
 * @param caller who caused it
 * @param ref what it happened to, where it names one
 */
public record Event(
        String id,
        String topic,
        Instant at,
        Ref caller,
        Optional<Ref> team,
        Optional<Ref> ref,
        Map<String, Object> data) {}
