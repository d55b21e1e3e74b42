package io.openpanel.kernel.internal.health;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** Whether the components of a bundle run. */
public final class ComponentHealth {
    private final BundleContext context;

    public ComponentHealth(BundleContext context) {
        this.context = context;
    }

    /** What its components wait for, or fail with. */
    public Optional<Ill> look(Bundle bundle) {
        ServiceReference<ServiceComponentRuntime> reference =
                context.getServiceReference(ServiceComponentRuntime.class);
        ServiceComponentRuntime runtime = reference == null ? null : context.getService(reference);
        if (runtime == null) {
            return Ill.forNow("the panel cannot look at its components");
        }
        Collection<ComponentDescriptionDTO> described = runtime.getComponentDescriptionDTOs(bundle);
        return described.stream()
                .filter(runtime::isComponentEnabled)
                .flatMap(each -> problem(runtime, each).stream())
                .findFirst();
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
}
