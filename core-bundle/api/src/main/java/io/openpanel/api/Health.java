package io.openpanel.api;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * How a plugin is, beyond that its components run. Published as a service, it is asked before a new version takes the
 * place of the one that serves: as long as there is a problem it does not, and after 30 s the new version is given up.
 */
@ConsumerType
public interface Health {
    /** What is not well, in a sentence that says what to do; empty when all is well. Must answer within a second. */
    Optional<String> problem();
}
