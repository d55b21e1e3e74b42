package io.openpanel.web.internal.rest;

import io.openpanel.spi.Catalogue;
import io.openpanel.web.internal.KernelServices;
import java.util.concurrent.atomic.AtomicBoolean;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of the catalogue as it is now; drawn anew at the first request after a change. */
@Component(service = LiveRoutes.class)
public final class LiveRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(LiveRoutes.class);

    private final KernelServices kernel;
    private volatile Drawn drawn = new Drawn(null, null, new AtomicBoolean(true), () -> {});

    private record Drawn(Catalogue catalogue, Routes routes, AtomicBoolean stale, AutoCloseable listening) {
        boolean shows(Catalogue wanted) {
            return catalogue == wanted && !stale.get();
        }
    }

    @Activate
    public LiveRoutes(@Reference KernelServices kernel) {
        this.kernel = kernel;
    }

    /** @throws io.openpanel.api.Problem while the kernel is not running */
    public Routes now() {
        Catalogue catalogue = kernel.catalogue();
        Drawn current = drawn;
        return current.shows(catalogue) ? current.routes() : draw(catalogue);
    }

    private synchronized Routes draw(Catalogue catalogue) {
        Drawn former = drawn;
        if (former.shows(catalogue)) {
            return former.routes();
        }
        // Listening begins before reading: a change in between costs one more drawing, never a wrong picture.
        AtomicBoolean stale = new AtomicBoolean();
        AutoCloseable listening = catalogue.onChange(() -> stale.set(true));
        drawn = new Drawn(catalogue, new Routes(catalogue.operations()), stale, listening);
        stopListening(former);
        return drawn.routes();
    }

    @Deactivate
    void deactivate() {
        stopListening(drawn);
    }

    private static void stopListening(Drawn former) {
        try {
            former.listening().close();
        } catch (Exception e) {
            LOG.debug("The catalogue has gone: {}", e.toString());
        }
    }
}
