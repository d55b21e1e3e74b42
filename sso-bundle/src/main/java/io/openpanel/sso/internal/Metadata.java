package io.openpanel.sso.internal;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.LogoutTokenValidator;
import io.openpanel.api.Problem;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What providers say of themselves, and their keys: asked once an hour, keys anew where one is not known, at most twice a minute. */
@Component(service = Metadata.class)
public final class Metadata {
    private static final Duration GOOD_FOR = Duration.ofHours(1);
    private static final long KEYS_GOOD_FOR = Duration.ofMinutes(15).toMillis();
    private static final long KEYS_WAIT = Duration.ofSeconds(12).toMillis();
    private static final long KEYS_APART = Duration.ofSeconds(30).toMillis();
    static final int SKEW_SECONDS = 60;
    private static final int MOST = 200;
    /** Public keys only: with a shared secret, or with none, anybody who knows the public key could sign. */
    private static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    private final Wire wire;
    private final InstantSource clock;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /** A provider's document and keys. */
    record Known(long version, Instant until, OIDCProviderMetadata document, JWKSource<SecurityContext> keys) {
        /** @throws Problem UNAUTHENTICATED unless the token is signed by the provider, for us, now, for this log-in */
        IDTokenClaimsSet verify(Provider provider, JWT token, Nonce nonce) {
            IDTokenValidator validator = new IDTokenValidator(
                    document.getIssuer(),
                    new ClientID(provider.clientId()),
                    new JWSVerificationKeySelector<>(ALGORITHMS, keys),
                    null);
            validator.setMaxClockSkew(SKEW_SECONDS);
            try {
                IDTokenClaimsSet said = validator.validate(token, nonce);
                if (said.getAuthorizedParty() != null
                        && !said.getAuthorizedParty().getValue().equals(provider.clientId())) {
                    throw Protocol.refused(provider, "its ID token was made for another client");
                }
                return said;
            } catch (BadJOSEException e) {
                throw Protocol.refused(provider, "its ID token is not good (" + e.getMessage() + ')');
            } catch (KeySourceException e) {
                throw Protocol.upstream(provider, "does not give its keys", e);
            } catch (JOSEException e) {
                throw Protocol.refused(provider, "its ID token cannot be verified");
            }
        }

        /** @throws Problem UNAUTHENTICATED unless the token says that the provider, now, ends a session for us */
        LogoutTokenClaimsSet verifyLogOut(Provider provider, JWT token) {
            LogoutTokenValidator validator = new LogoutTokenValidator(
                    document.getIssuer(),
                    new ClientID(provider.clientId()),
                    new JWSVerificationKeySelector<>(ALGORITHMS, keys),
                    null);
            validator.setMaxClockSkew(SKEW_SECONDS);
            try {
                return validator.validate(token);
            } catch (BadJOSEException e) {
                throw Protocol.refusedLogOut(provider, "its token is not good (" + e.getMessage() + ')');
            } catch (KeySourceException e) {
                throw Protocol.upstream(provider, "does not give its keys", e);
            } catch (JOSEException e) {
                throw Protocol.refusedLogOut(provider, "its token cannot be verified");
            }
        }

        void requireKeys(Provider provider) {
            try {
                if (keys.get(new JWKSelector(new JWKMatcher.Builder().build()), null)
                        .isEmpty()) {
                    throw new Problem(Problem.Kind.UPSTREAM, provider.name() + " has no keys to sign with");
                }
            } catch (KeySourceException e) {
                throw Protocol.upstream(provider, "does not give its keys: " + e.getMessage(), e);
            }
        }
    }

    @Activate
    public Metadata(@Reference Wire wire, @Reference InstantSource clock) {
        this.wire = wire;
        this.clock = clock;
    }

    Known of(Provider provider) {
        Known there = known.get(provider.id());
        return there != null && there.version == provider.version() && there.until.isAfter(clock.instant())
                ? there
                : fresh(provider);
    }

    Known fresh(Provider provider) {
        OIDCProviderMetadata document = document(provider);
        if (known.size() >= MOST) {
            known.clear();
        }
        Known found = new Known(
                provider.version(), clock.instant().plus(GOOD_FOR), document, keys(provider, document.getJWKSetURI()));
        known.put(provider.id(), found);
        return found;
    }

    private OIDCProviderMetadata document(Provider provider) {
        String base = provider.address();
        URI uri = URI.create((base.endsWith("/") ? base.substring(0, base.length() - 1) : base)
                + "/.well-known/openid-configuration");
        try {
            HTTPResponse answer = new HTTPRequest(HTTPRequest.Method.GET, uri).send(wire);
            if (answer.getStatusCode() != 200) {
                throw new Problem(
                        Problem.Kind.UPSTREAM,
                        provider.name() + " answered " + answer.getStatusCode() + " at " + uri + "; check its address");
            }
            OIDCProviderMetadata document = OIDCProviderMetadata.parse(answer.getBody());
            requireUsable(provider, document);
            return document;
        } catch (ParseException e) {
            throw Protocol.upstream(provider, "does not speak OpenID Connect at " + uri + "; check its address", e);
        } catch (IOException e) {
            throw Protocol.upstream(provider, String.valueOf(e.getMessage()) + "; check " + uri, e);
        }
    }

    private static void requireUsable(Provider provider, OIDCProviderMetadata document) {
        if (!document.getIssuer().equals(new Issuer(provider.address()))) {
            throw new Problem(
                    Problem.Kind.UPSTREAM,
                    provider.name() + " calls itself " + document.getIssuer() + "; give exactly that as its address");
        }
        if (document.getAuthorizationEndpointURI() == null
                || document.getTokenEndpointURI() == null
                || document.getJWKSetURI() == null) {
            throw new Problem(
                    Problem.Kind.UPSTREAM, provider.name() + " does not name where to log in, or its keys, as it must");
        }
        Wire.checked("address", document.getAuthorizationEndpointURI().toString());
    }

    private JWKSource<SecurityContext> keys(Provider provider, URI uri) {
        try {
            return JWKSourceBuilder.<SecurityContext>create(uri.toURL(), wire)
                    .cache(KEYS_GOOD_FOR, KEYS_WAIT)
                    .refreshAheadCache(false)
                    .rateLimited(KEYS_APART)
                    .build();
        } catch (MalformedURLException e) {
            throw Protocol.upstream(provider, "names no address for its keys", e);
        }
    }
}
