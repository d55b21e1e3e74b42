package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.spi.Provisioning;
import io.openpanel.spi.SignOn;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whoever keeps people and members: exchanged while this plugin runs, and away for a moment then. */
@Component(service = People.class)
public final class People {
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile SignOn signOn;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile Provisioning provisioning;

    @Activate
    public People() {
        // Public for Declarative Services.
    }

    /** Whoever it is now that keeps people. */
    public SignOn keeper() {
        return there(signOn);
    }

    /** Whoever it is now that keeps the members whom directories name. */
    public Provisioning provisioning() {
        return there(provisioning);
    }

    private static <T> T there(T service) {
        if (service == null) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Sign-in is being updated; try again in a moment")
                    .retryAfter(Duration.ofSeconds(1));
        }
        return service;
    }
}
