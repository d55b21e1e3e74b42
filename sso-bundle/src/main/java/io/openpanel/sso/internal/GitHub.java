package io.openpanel.sso.internal;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientSecretPost;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.util.JSONUtils;
import io.openpanel.api.Problem;
import io.openpanel.sso.Preset;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * GitHub, and GitHub Enterprise Server: OAuth 2 with PKCE, then the user API. There is no ID token, so whose code it was is
 * known by the API alone; a code reaches it from the browser that began, with the verifier only the panel has.
 */
@Component(service = Protocol.class)
public final class GitHub implements Protocol {
    private final Wire wire;

    @Activate
    public GitHub(@Reference Wire wire) {
        this.wire = wire;
    }

    @Override
    public boolean isOf(Provider provider) {
        return provider.preset() == Preset.GITHUB;
    }

    @Override
    public URI begin(Provider provider, Flows.Started started) {
        return new AuthorizationRequest.Builder(ResponseType.CODE, new ClientID(provider.clientId()))
                .endpointURI(URI.create(provider.address() + "/login/oauth/authorize"))
                .redirectionURI(URI.create(started.redirect()))
                .scope(new Scope("read:user", "user:email", "read:org"))
                .state(new State(started.state()))
                .codeChallenge(new CodeVerifier(started.verifier()), CodeChallengeMethod.S256)
                .build()
                .toURI();
    }

    @Override
    public Proved finish(Provider provider, Flows.Started started, Answer answer) {
        if (answer.issuer()
                .filter(each -> !(each + "/").startsWith(provider.address() + "/"))
                .isPresent()) {
            throw Protocol.refused(provider, "the answer came from another issuer");
        }
        String token = token(provider, started, answer.code());
        Map<?, ?> user = one(get(provider, token, "/user"));
        if (!(user.get("id") instanceof Number id)) {
            throw Protocol.refused(provider, "it does not say who you are");
        }
        String login = String.valueOf(user.get("login"));
        return new Proved(
                provider.address(),
                id.toString(),
                user.get("name") instanceof String name && !name.isBlank() ? name : login,
                email(get(provider, token, "/user/emails")),
                groups(provider, token),
                provider.secondFactor().contains("*"),
                Optional.empty());
    }

    private String token(Provider provider, Flows.Started started, String code) {
        AuthorizationCodeGrant grant = new AuthorizationCodeGrant(
                new AuthorizationCode(code), URI.create(started.redirect()), new CodeVerifier(started.verifier()));
        Map<?, ?> answer = one(send(provider, request(provider, grant)));
        if (answer.get("access_token") instanceof String token && !token.isEmpty()) {
            return token;
        }
        throw Protocol.refused(provider, "it did not take the code (" + code(answer) + ')');
    }

    private static HTTPRequest request(Provider provider, AuthorizationCodeGrant grant) {
        return new TokenRequest.Builder(
                        URI.create(provider.address() + "/login/oauth/access_token"),
                        new ClientSecretPost(
                                new ClientID(provider.clientId()),
                                new Secret(provider.secret().orElse(""))),
                        grant)
                .build()
                .toHTTPRequest();
    }

    private static String code(Map<?, ?> answer) {
        return String.valueOf(answer.get("error")).replaceAll("[^a-z_]", "?");
    }

    /** The main one, if GitHub has seen it answered. */
    private static Optional<String> email(Object answer) {
        return many(answer).stream()
                .filter(each -> Boolean.TRUE.equals(each.get("primary")) && Boolean.TRUE.equals(each.get("verified")))
                .map(each -> String.valueOf(each.get("email")))
                .findFirst();
    }

    private List<String> groups(Provider provider, String token) {
        List<String> groups = new ArrayList<>();
        many(get(provider, token, "/user/orgs?per_page=100"))
                .forEach(each -> groups.add(String.valueOf(each.get("login"))));
        for (Map<?, ?> team : many(get(provider, token, "/user/teams?per_page=100"))) {
            if (team.get("organization") instanceof Map<?, ?> organisation) {
                groups.add(organisation.get("login") + "/" + team.get("slug"));
            }
        }
        return groups;
    }

    private Object get(Provider provider, String token, String path) {
        String api = provider.address().equals(Preset.GITHUB.address())
                ? "https://api.github.com"
                : provider.address() + "/api/v3";
        HTTPRequest request = new HTTPRequest(HTTPRequest.Method.GET, URI.create(api + path));
        request.setAuthorization("Bearer " + token);
        return send(provider, request);
    }

    private Object send(Provider provider, HTTPRequest request) {
        try {
            HTTPResponse answer = request.send(wire);
            if (answer.getStatusCode() != 200) {
                throw new Problem(
                        Problem.Kind.UPSTREAM,
                        provider.name() + " answered " + answer.getStatusCode() + " at "
                                + request.getURI().getPath());
            }
            return JSONUtils.parseJSON(answer.getBody());
        } catch (ParseException e) {
            throw Protocol.refused(provider, "what it says cannot be read");
        } catch (IOException e) {
            throw Protocol.upstream(provider, e.getMessage(), e);
        }
    }

    private static Map<?, ?> one(Object json) {
        return json instanceof Map<?, ?> object ? object : Map.of();
    }

    private static List<Map<?, ?>> many(Object json) {
        List<Map<?, ?>> all = new ArrayList<>();
        if (json instanceof List<?> list) {
            list.forEach(each -> all.add(one(each)));
        }
        return all;
    }

    @Override
    public List<String> test(Provider provider) {
        Map<?, ?> answer = one(send(
                provider,
                request(
                        provider,
                        new AuthorizationCodeGrant(
                                new AuthorizationCode("openpanel-test"),
                                URI.create("https://openpanel.invalid/"),
                                new CodeVerifier(Token.create())))));
        if ("incorrect_client_credentials".equals(answer.get("error"))) {
            throw new Problem(
                    Problem.Kind.CONFLICT, provider.name() + " does not know the client id, or the secret is wrong");
        }
        return List.of("log-in at " + provider.address(), "client known");
    }
}
