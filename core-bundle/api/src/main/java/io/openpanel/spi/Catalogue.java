package io.openpanel.spi;

import io.openpanel.api.Operation;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;
import org.osgi.framework.Bundle;

/** Every action there is right now. */
@ProviderType
public interface Catalogue {
    /** Sorted by id. */
    List<Operation> operations();

    Optional<Operation> operation(String id);

    /** Kind → plural: {@code app} → {@code apps}. */
    java.util.Map<String, String> kinds();

    /** The plugins that are running while their actions are still to come; empty once the catalogue is whole. */
    List<String> pending();

    /** Whether a bundle is the one that serves; of two bundles of one plugin, one is only tried. True for what is no plugin. */
    boolean isServing(Bundle bundle);

    /** Changes whenever an action comes or goes; fit for an ETag. */
    String version();

    /** Runs after each change, until closed. */
    AutoCloseable onChange(Runnable listener);
}
