package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.spi.SignOn;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whoever keeps people: exchanged while this plugin runs, and away for a moment then. */
@Component(service = People.class)
public final class People {
    private volatile SignOn signOn;

    @Activate
    public People() {
        // Public for Declarative Services.
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSignOn(SignOn next) {
        signOn = next;
    }

    void unbindSignOn(SignOn former) {
        if (signOn == former) {
            signOn = null;
        }
    }

    /** Whoever it is now. */
    public SignOn keeper() {
        SignOn there = signOn;
        if (there == null) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Sign-in is being updated; try again in a moment")
                    .retryAfter(Duration.ofSeconds(1));
        }
        return there;
    }
}
