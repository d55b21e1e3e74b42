package io.openpanel.kernel.internal.install;

import io.openpanel.api.Health;
import io.openpanel.kernel.internal.health.ComponentHealth;
import io.openpanel.kernel.internal.health.Ill;
import io.openpanel.kernel.internal.plugin.Contribution;
import java.util.Optional;
import java.util.function.Function;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** Whether a plugin that was just started is well. */
final class HealthGate {
    private final BundleContext context;
    private final ComponentHealth components;
    private final Function<Bundle, Optional<String>> isolated;

    /** @param isolated why a plugin's own process does not serve */
    HealthGate(BundleContext context, Function<Bundle, Optional<String>> isolated) {
        this.context = context;
        this.components = new ComponentHealth(context);
        this.isolated = isolated;
    }

    /** Empty when the plugin can serve. */
    Optional<Ill> look(Bundle bundle, Contribution contribution) {
        if (bundle.getState() != Bundle.ACTIVE) {
            return Ill.forGood("it is not running");
        }
        return contribution
                .failure()
                .or(() -> isolated.apply(bundle))
                .flatMap(Ill::forGood)
                .or(() -> components(bundle))
                .or(() -> contribution.isPending() ? Ill.forNow("its actions are still being read") : Optional.empty())
                .or(() -> contribution.isEmpty() && contribution.plugin().hasCode()
                        ? Ill.forNow("it offers no action")
                        : Optional.empty())
                .or(() -> foreignName(contribution).flatMap(Ill::forGood))
                .or(() -> health(bundle).flatMap(Ill::forNow));
    }

    /** Nobody from elsewhere takes a name that a capability of the panel may want. */
    private static Optional<String> foreignName(Contribution contribution) {
        String own = contribution.plugin().id();
        return contribution.actions().stream()
                .filter(action -> !action.startsWith(own + '.') && !action.startsWith(own + '-'))
                .findFirst()
                .map(action -> "its action " + action
                        + " is named after somebody else; the names of its own begin with " + own);
    }

    /** What its components wait for, or fail with. */
    Optional<Ill> components(Bundle bundle) {
        return components.look(bundle);
    }

    private Optional<String> health(Bundle bundle) {
        try {
            for (ServiceReference<Health> each : context.getServiceReferences(Health.class, null)) {
                Health health = each.getBundle() == bundle ? context.getService(each) : null;
                if (health != null) {
                    Optional<String> problem = health.problem();
                    context.ungetService(each);
                    if (problem.isPresent()) {
                        return problem;
                    }
                }
            }
            return Optional.empty();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        } catch (RuntimeException e) {
            return Optional.of("it cannot say how it is: " + e.getMessage());
        }
    }
}
