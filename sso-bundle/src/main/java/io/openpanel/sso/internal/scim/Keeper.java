package io.openpanel.sso.internal.scim;

import io.openpanel.api.Problem;
import io.openpanel.spi.Provisioning;
import java.time.Duration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whoever keeps members: exchanged while this plugin runs, and away for a moment then. */
@Component(service = Keeper.class)
public final class Keeper {
    private volatile Provisioning provisioning;

    @Activate
    public Keeper() {
        // Public for Declarative Services.
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindProvisioning(Provisioning next) {
        provisioning = next;
    }

    void unbindProvisioning(Provisioning former) {
        if (provisioning == former) {
            provisioning = null;
        }
    }

    Provisioning get() {
        Provisioning there = provisioning;
        if (there == null) {
            throw new Problem(Problem.Kind.UNAVAILABLE, "Sign-in is being updated; try again in a moment")
                    .retryAfter(Duration.ofSeconds(1));
        }
        return there;
    }
}
