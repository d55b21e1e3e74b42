package io.openpanel.teams.internal;

import io.openpanel.api.Ref;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells who listens that a session or key has ended, or that its owner's rights changed. */
@Component(service = Revocations.class)
public final class Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);

    private final List<Consumer<Ref>> listeners = new CopyOnWriteArrayList<>();

    AutoCloseable listen(Consumer<Ref> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void revoked(Ref what) {
        for (Consumer<Ref> listener : listeners) {
            try {
                listener.accept(what);
            } catch (RuntimeException e) {
                LOG.warn("A listener failed on the end of {}", what, e);
            }
        }
    }
}
