package io.openpanel.api;

import java.util.Optional;

/**
 * A resource as the panel needs to know it: to authorise, to name and to detect concurrent changes.
 *
 * @param name what a person types to confirm its deletion, and its part of a path of names
 * @param parent the resource it belongs to, whose grants it inherits
 * @param team the team it belongs to; empty for resources of the panel itself
 * @param version changes whenever the resource does; sent as {@code ETag}, compared with {@code If-Match}
 */
public record Resource(Ref ref, String name, Optional<Ref> parent, Optional<Ref> team, String version) {}
