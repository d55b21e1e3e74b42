package io.openpanel.sso.internal;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.id.Subject;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.ClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.LogoutTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.SessionID;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import io.openpanel.api.Problem;
import io.openpanel.sso.Preset;
import io.openpanel.sso.SignOnActions;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** OpenID Connect: authorisation code with PKCE, state and nonce; the issuer of the answer is checked (RFC 9207). */
@Component(service = Protocol.class)
public final class OpenIdConnect implements Protocol {
    /** Longer addresses are not taken everywhere. */
    private static final int LONGEST_HINT = 4_000;
    /** How old a token may be that ends sessions: as long as its id is kept, so that it counts once. */
    private static final Duration LOG_OUT_LIFE = Duration.ofMinutes(10);
    /** In lower case; a token of another kind that a provider signs for us is not taken for one. */
    private static final Set<String> LOG_OUT_TYPES = Set.of("logout+jwt", "jwt");

    private final Wire wire;
    private final Metadata metadata;
    private final Flows flows;
    private final InstantSource clock;

    @Activate
    public OpenIdConnect(
            @Reference Wire wire,
            @Reference Metadata metadata,
            @Reference Flows flows,
            @Reference InstantSource clock) {
        this.wire = wire;
        this.metadata = metadata;
        this.flows = flows;
        this.clock = clock;
    }

    @Override
    public boolean isOf(Provider provider) {
        return provider.preset() != Preset.GITHUB && provider.preset() != Preset.SAML;
    }

    @Override
    public URI begin(Provider provider, Flows.Started started) {
        OIDCProviderMetadata known = metadata.of(provider).document();
        return new AuthenticationRequest.Builder(
                        ResponseType.CODE,
                        scope(known),
                        new ClientID(provider.clientId()),
                        URI.create(started.redirect()))
                .endpointURI(known.getAuthorizationEndpointURI())
                .state(new State(started.state()))
                .nonce(new Nonce(started.nonce()))
                .codeChallenge(new CodeVerifier(started.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    /** Keycloak gives groups to whoever asks for nothing more; a provider that has a scope for them is asked for it. */
    private static Scope scope(OIDCProviderMetadata known) {
        Scope scope = new Scope("openid", "profile", "email");
        if (known.getScopes() != null && known.getScopes().contains("groups")) {
            scope.add("groups");
        }
        return scope;
    }

    @Override
    public Proved finish(Provider provider, Flows.Started started, Answer answer) {
        Metadata.Known known = metadata.of(provider);
        requireIssuer(provider, known.document(), answer.issuer());
        OIDCTokenResponse tokens = tokens(provider, known.document(), started, answer.code());
        if (tokens.getOIDCTokens().getIDToken() == null) {
            throw Protocol.refused(provider, "it sent no ID token");
        }
        ClaimsSet idToken = known.verify(provider, tokens.getOIDCTokens().getIDToken(), new Nonce(started.nonce()));
        Optional<ClaimsSet> userInfo =
                userInfo(provider, known.document(), tokens.getOIDCTokens().getAccessToken(), idToken);
        return Claims.read(
                provider,
                idToken,
                userInfo,
                io.openpanel.api.Secret.of(tokens.getOIDCTokens().getIDToken().serialize()));
    }

    /** Another provider's answer is not taken for this one's (mix-up). */
    private static void requireIssuer(Provider provider, OIDCProviderMetadata known, Optional<String> issuer) {
        boolean must = known.supportsAuthorizationResponseIssuerParam();
        if (issuer.isEmpty() ? must : !issuer.get().equals(known.getIssuer().getValue())) {
            throw Protocol.refused(provider, "the answer came from another issuer");
        }
    }

    private OIDCTokenResponse tokens(
            Provider provider, OIDCProviderMetadata known, Flows.Started started, String code) {
        TokenResponse response = ask(
                provider,
                known,
                new AuthorizationCodeGrant(
                        new AuthorizationCode(code),
                        URI.create(started.redirect()),
                        new CodeVerifier(started.verifier())));
        if (!response.indicatesSuccess()) {
            throw Protocol.refused(provider, "it did not take the code (" + code(response) + ')');
        }
        return (OIDCTokenResponse) response.toSuccessResponse();
    }

    private TokenResponse ask(Provider provider, OIDCProviderMetadata known, AuthorizationCodeGrant grant) {
        Optional<ClientAuthentication> client = authentication(provider, known);
        TokenRequest request = client.map(
                        each -> new TokenRequest.Builder(known.getTokenEndpointURI(), each, grant).build())
                .orElseGet(() -> new TokenRequest.Builder(
                                known.getTokenEndpointURI(), new ClientID(provider.clientId()), grant)
                        .build());
        try {
            return OIDCTokenResponseParser.parse(request.toHTTPRequest().send(wire));
        } catch (ParseException e) {
            throw Protocol.refused(provider, "its answer to the code is not one of OpenID Connect");
        } catch (IOException e) {
            throw Protocol.upstream(provider, e.getMessage(), e);
        }
    }

    private static Optional<ClientAuthentication> authentication(Provider provider, OIDCProviderMetadata known) {
        ClientID id = new ClientID(provider.clientId());
        List<ClientAuthenticationMethod> methods = known.getTokenEndpointAuthMethods();
        boolean byPost = methods != null && !methods.contains(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        return provider.secret()
                .map(Secret::new)
                .map(secret -> byPost ? new ClientSecretPost(id, secret) : new ClientSecretBasic(id, secret));
    }

    private static String code(TokenResponse response) {
        return Optional.ofNullable(response.toErrorResponse().getErrorObject())
                .map(ErrorObject::getCode)
                .map(code -> code.replaceAll("[^a-z0-9_.-]", "?"))
                .map(code -> code.substring(0, Math.min(code.length(), 60)))
                .orElse("no reason given");
    }

    private Optional<ClaimsSet> userInfo(
            Provider provider, OIDCProviderMetadata known, AccessToken token, ClaimsSet idToken) {
        if (known.getUserInfoEndpointURI() == null || Claims.isWhole(provider, idToken)) {
            return Optional.empty();
        }
        try {
            HTTPResponse answer = new UserInfoRequest(known.getUserInfoEndpointURI(), token)
                    .toHTTPRequest()
                    .send(wire);
            UserInfoResponse response = UserInfoResponse.parse(answer);
            if (!response.indicatesSuccess() || response.toSuccessResponse().getUserInfo() == null) {
                throw Protocol.refused(provider, "it does not say who you are");
            }
            ClaimsSet said = response.toSuccessResponse().getUserInfo();
            if (!idToken.getStringClaim("sub").equals(said.getStringClaim("sub"))) {
                throw Protocol.refused(provider, "it says two different things of who you are");
            }
            return Optional.of(said);
        } catch (ParseException e) {
            throw Protocol.refused(provider, "what it says of you cannot be read");
        } catch (IOException e) {
            throw Protocol.upstream(provider, e.getMessage(), e);
        }
    }

    /** By OpenID Connect RP-Initiated Logout 1.0; without the ID token, where it is too long for an address, the person is asked. */
    @Override
    public Optional<URI> leave(Provider provider, ProviderSessions.Row session, String origin) {
        return Optional.ofNullable(metadata.of(provider).document().getEndSessionEndpointURI())
                .map(uri -> new LogoutRequest(
                                Wire.checked("address", uri.toString()),
                                idToken(session.hintText()),
                                null,
                                new ClientID(provider.clientId()),
                                URI.create(origin + '/'),
                                null,
                                null)
                        .toURI());
    }

    private static JWT idToken(String text) {
        try {
            return text.length() > LONGEST_HINT ? null : JWTParser.parse(text);
        } catch (java.text.ParseException e) {
            return null;
        }
    }

    /** By OpenID Connect Back-Channel Logout 1.0; an ID token is none, and such a token is no ID token, since it has no nonce. */
    @Override
    public LogOuts.Ended ended(Provider provider, SignOnActions.End in) {
        LogoutTokenClaimsSet said = metadata.of(provider)
                .verifyLogOut(
                        provider,
                        logOutToken(
                                provider, in.token().map(each -> each.reveal()).orElse("")));
        Instant made = said.getIssueTime().toInstant();
        Instant now = clock.instant();
        if (made.plus(LOG_OUT_LIFE).isBefore(now) || made.isAfter(now.plusSeconds(Metadata.SKEW_SECONDS))) {
            throw Protocol.refusedLogOut(
                    provider, "its token is too old, or of another day; look at the clocks of both machines");
        }
        if (!flows.isFirst(provider, "logout " + said.getJWTID().getValue(), made.plus(LOG_OUT_LIFE))) {
            throw Protocol.refusedLogOut(provider, "its token was followed already");
        }
        return new LogOuts.Ended(
                Optional.ofNullable(said.getSubject()).map(Subject::getValue),
                Optional.ofNullable(said.getSessionID())
                        .map(SessionID::getValue)
                        .map(Set::of)
                        .orElse(Set.of()),
                Optional.empty());
    }

    private static JWT logOutToken(Provider provider, String text) {
        try {
            SignedJWT token = SignedJWT.parse(text);
            JOSEObjectType type = token.getHeader().getType();
            if (type == null || LOG_OUT_TYPES.contains(type.getType().toLowerCase(Locale.ROOT))) {
                return token;
            }
        } catch (java.text.ParseException e) {
            // Said below.
        }
        throw Protocol.refusedLogOut(provider, "it sent no logout_token");
    }

    @Override
    public List<String> test(Provider provider) {
        Metadata.Known known = metadata.fresh(provider);
        known.requireKeys(provider);
        TokenResponse response = ask(
                provider,
                known.document(),
                new AuthorizationCodeGrant(
                        new AuthorizationCode("openpanel-test"),
                        URI.create("https://openpanel.invalid/"),
                        new CodeVerifier(Token.create())));
        String code = response.indicatesSuccess() ? "" : code(response);
        if (code.equals("invalid_client") || code.equals("unauthorized_client")) {
            throw new Problem(
                    Problem.Kind.CONFLICT,
                    provider.name() + " does not know the client id, or the secret is wrong (" + code + ')');
        }
        return List.of(
                "issuer " + known.document().getIssuer().getValue(),
                "log-in at " + known.document().getAuthorizationEndpointURI(),
                "client known");
    }
}
