package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.sso.Preset;
import io.openpanel.sso.SignOnActions;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A session that ends at the provider ends here, and the other way round where its owner wants that. */
@Component(service = LogOuts.class)
public final class LogOuts {
    private static final Logger LOG = LoggerFactory.getLogger(LogOuts.class);

    private final Providers providers;
    private final Protocols protocols;
    private final ProviderSessions sessions;

    @Activate
    public LogOuts(
            @Reference Providers providers, @Reference Protocols protocols, @Reference ProviderSessions sessions) {
        this.providers = providers;
        this.protocols = protocols;
        this.sessions = sessions;
    }

    /**
     * Who has ended what.
     *
     * @param subject whose sessions; empty where only sessions are named
     * @param there the provider's names of the sessions; empty for all of the subject's
     * @param answer where the browser that brought it goes on
     */
    record Ended(Optional<String> subject, Set<String> there, Optional<URI> answer) {}

    /** Where to log out at the provider that let this session in; empty where it is not to be told. */
    public Optional<URI> leave(Ref session, String origin) {
        return sessions.find(session.id()).flatMap(row -> {
            Provider provider = providers.get(row.providerId());
            return provider.logOut() ? leave(provider, row, SignOns.origin(origin)) : Optional.empty();
        });
    }

    /** Nobody is kept from logging out here by a provider that does not answer. */
    private Optional<URI> leave(Provider provider, ProviderSessions.Row row, String origin) {
        try {
            return protocols.of(provider).leave(provider, row, origin);
        } catch (Problem e) {
            LOG.warn("Somebody logged out here and not at the provider: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** @throws Problem UNAUTHENTICATED unless it is the provider who says so, now and for the first time */
    public Optional<URI> end(SignOnActions.End in) {
        Provider provider = providers.get(in.provider());
        Ended ended = protocols.of(provider).ended(provider, in);
        if (ended.subject().isEmpty() && ended.there().isEmpty()) {
            throw Protocol.refusedLogOut(provider, "it names nobody");
        }
        int count = sessions.end(provider, ended.subject(), ended.there());
        LOG.info("{} ended {} sessions", provider.name(), count);
        return ended.answer();
    }

    /** Whether a provider may tell the panel of log-outs. */
    public static boolean hears(Provider provider) {
        return provider.preset() == Preset.OIDC || provider.preset() == Preset.SAML;
    }
}
