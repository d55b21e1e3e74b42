package io.openpanel.web.internal;

import io.openpanel.api.Problem;
import io.openpanel.spi.Authority;
import io.openpanel.spi.Catalogue;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Storage;
import io.openpanel.web.internal.stream.OpenStreams;
import io.openpanel.web.internal.terminal.OpenTerminals;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The kernel's services as they come and go: web stays and says what is missing. */
@Component(service = KernelServices.class)
public final class KernelServices {
    private final OpenStreams streams;
    private final OpenTerminals terminals;
    private volatile Gateway gateway;
    private volatile Catalogue catalogue;
    private volatile Authority authority;
    private volatile Storage storage;
    private volatile InstantSource clock;

    @Activate
    public KernelServices(@Reference OpenStreams streams, @Reference OpenTerminals terminals) {
        this.streams = streams;
        this.terminals = terminals;
    }

    /** @throws Problem while the kernel is not running */
    public Gateway gateway() {
        Gateway current = gateway;
        if (current == null) {
            throw starting();
        }
        return current;
    }

    /** @throws Problem while the kernel is not running */
    public Catalogue catalogue() {
        return findCatalogue().orElseThrow(KernelServices::starting);
    }

    public Optional<Gateway> findGateway() {
        return Optional.ofNullable(gateway);
    }

    public Optional<Catalogue> findCatalogue() {
        return Optional.ofNullable(catalogue);
    }

    public Optional<Authority> findAuthority() {
        return Optional.ofNullable(authority);
    }

    public Optional<Storage> findStorage() {
        return Optional.ofNullable(storage);
    }

    /** @throws Problem while the kernel is not running */
    public Instant now() {
        InstantSource current = clock;
        if (current == null) {
            throw starting();
        }
        return current.instant();
    }

    private static Problem starting() {
        return new Problem(Problem.Kind.UNAVAILABLE, "The panel is starting or being updated; try again in a moment")
                .retryAfter(Duration.ofSeconds(1));
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindGateway(Gateway service) {
        gateway = service;
    }

    void unbindGateway(Gateway service) {
        if (gateway == service) {
            gateway = null;
            streams.endAll();
            terminals.endAll();
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindCatalogue(Catalogue service) {
        catalogue = service;
    }

    void unbindCatalogue(Catalogue service) {
        if (catalogue == service) {
            catalogue = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAuthority(Authority service) {
        authority = service;
    }

    void unbindAuthority(Authority service) {
        if (authority == service) {
            authority = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindStorage(Storage service) {
        storage = service;
    }

    void unbindStorage(Storage service) {
        if (storage == service) {
            storage = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindClock(InstantSource service) {
        clock = service;
    }

    void unbindClock(InstantSource service) {
        if (clock == service) {
            clock = null;
        }
    }
}
