package io.openpanel.api;

import java.util.Optional;

/**
 * Who acts.
 *
 * @param ref {@code user:…}, {@code key:…}, {@code bundle:…}, {@code local:…} (the owner of the machine) or, in what is
 *     open to everybody, {@code anonymous:…} with the address
 * @param name for people: a name or e-mail address; {@code ""} for whoever is not signed in
 * @param team the team the call is made in
 * @param session what ends its streams and jobs when revoked
 */
public record Principal(Ref ref, String name, Optional<Ref> team, Optional<Ref> session) {}
