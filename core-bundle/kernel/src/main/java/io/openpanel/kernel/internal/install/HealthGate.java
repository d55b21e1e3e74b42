package io.openpanel.kernel.internal.install;

import io.openpanel.api.Health;
import io.openpanel.kernel.internal.plugin.Contribution;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Whether a plugin that was just started is well. */
final class HealthGate {
    private final BundleContext context;

    HealthGate(BundleContext context) {
        this.context = context;
    }

    /**
     * What is not well.
     *
     * @param lasting whether waiting does not help
     */
    record Ill(String reason, boolean lasting) {
        private static Optional<Ill> forNow(String reason) {
            return Optional.of(new Ill(reason, false));
        }

        private static Optional<Ill> forGood(String reason) {
            return Optional.of(new Ill(reason, true));
        }
    }

    /** Empty when the plugin can serve. */
    Optional<Ill> look(Bundle bundle, Contribution contribution) {
        if (bundle.getState() != Bundle.ACTIVE) {
            return Ill.forGood("it is not running");
        }
        return contribution
                .failure()
                .flatMap(Ill::forGood)
                .or(() -> components(bundle))
                .or(() -> contribution.isPending() ? Ill.forNow("its actions are still being read") : Optional.empty())
                .or(() -> contribution.isEmpty() ? Ill.forNow("it offers no action") : Optional.empty())
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
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return Ill.forNow("the panel cannot look at its components");
        }
        try {
            return runtime.getComponentDescriptionDTOs(bundle).stream()
                    .filter(runtime::isComponentEnabled)
                    .flatMap(each -> problem(runtime, each).stream())
                    .findFirst();
        } finally {
            context.ungetService(reference);
        }
    }

    private static Optional<Ill> problem(ServiceComponentRuntime runtime, ComponentDescriptionDTO component) {
        Collection<ComponentConfigurationDTO> configurations = runtime.getComponentConfigurationDTOs(component);
        for (ComponentConfigurationDTO each : configurations) {
            if (each.state == ComponentConfigurationDTO.FAILED_ACTIVATION) {
                return Ill.forGood("its component " + component.name + " fails to start: " + cause(each.failure));
            }
            if (each.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE) {
                String missing = each.unsatisfiedReferences.length == 0
                        ? "something"
                        : Arrays.stream(component.references)
                                .filter(reference -> reference.name.equals(each.unsatisfiedReferences[0].name))
                                .map(reference -> reference.interfaceName)
                                .findFirst()
                                .orElse(each.unsatisfiedReferences[0].name);
                return Ill.forNow("its component " + component.name + " waits for " + missing);
            }
        }
        return Optional.empty();
    }

    /** The last cause that a stack trace names. */
    private static String cause(String trace) {
        String[] parts = (trace == null ? "no reason is known" : trace).split("Caused by: ");
        return parts[parts.length - 1].lines().findFirst().orElse("no reason is known");
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
