package io.openpanel.kernel.internal;

import java.time.Instant;
import java.time.InstantSource;
import org.osgi.service.component.annotations.Component;

/** The clock of the machine; everything that needs the time asks this service. */
@Component(service = InstantSource.class, immediate = true)
public final class SystemClock implements InstantSource {
    @Override
    public Instant instant() {
        return Instant.now();
    }
}
