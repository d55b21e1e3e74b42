package io.openpanel.api;

import java.util.Optional;

/**
 * Who acts.
 *
 * @param ref {@code user:…}, {@code key:…}, {@code bundle:…} or {@code local:…} (the owner of the machine)
 * @param name for people: a name or e-mail address
 * @param team the team the call is made in
 * @param session what ends its streams and jobs when revoked
 */
public record Principal(Ref ref, String name, Optional<Ref> team, Optional<Ref> session) {}
