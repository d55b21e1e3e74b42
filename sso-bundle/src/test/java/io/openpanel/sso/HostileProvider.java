package io.openpanel.sso;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** An OpenID Connect provider, and a GitHub, that does what it is told, also what none should. */
final class HostileProvider implements AutoCloseable {
    static final String CLIENT = "openpanel";
    static final String SECRET = "the client's secret";

    final AtomicInteger keyRequests = new AtomicInteger();
    final Map<String, Object> userInfo = new ConcurrentHashMap<>();
    RSAKey key = newKey("first");
    String subject = "s-1";
    String email = "nina@example.com";
    boolean verified = true;
    List<String> groups = List.of();
    Consumer<JWTClaimsSet.Builder> claims = any -> {};
    Signer signer = this::signed;
    boolean namesItself = true;
    String github = "[]";
    private final HttpServer server;
    private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

    interface Signer {
        String sign(JWTClaimsSet claims) throws JOSEException;
    }

    HostileProvider() throws IOException {
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer(exchange);
            } catch (JOSEException e) {
                throw new IllegalStateException(e);
            }
        });
        server.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    static RSAKey newKey(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    String signed(JWTClaimsSet said) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), said);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    String unsigned(JWTClaimsSet said) {
        return new PlainJWT(said).serialize();
    }

    /** The public key as a shared secret. */
    String confused(JWTClaimsSet said) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(key.getKeyID()).build(), said);
        token.sign(new MACSigner(key.toPublicJWK().toRSAPublicKey().getEncoded()));
        return token.serialize();
    }

    String foreign(JWTClaimsSet said) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), said);
        token.sign(new RSASSASigner(newKey(key.getKeyID())));
        return token.serialize();
    }

    /** What its server sends when a session there has ended. */
    String logOutToken(Consumer<JWTClaimsSet.Builder> lies) {
        JWTClaimsSet.Builder said = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject(subject)
                .audience(CLIENT)
                .jwtID(UUID.randomUUID().toString())
                .claim("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()))
                .issueTime(new Date())
                .expirationTime(new Date(System.currentTimeMillis() + 60_000));
        lies.accept(said);
        try {
            return signer.sign(said.build());
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As {@link #signed}, and says what kind of token it is. */
    String typed(JWTClaimsSet said, String type) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID(key.getKeyID())
                        .type(new JOSEObjectType(type))
                        .build(),
                said);
        token.sign(new RSASSASigner(key));
        return token.serialize();
    }

    /** What a person's browser does there: logs in, and comes back with these parameters. */
    Map<String, String> logIn(String url) {
        Map<String, String> asked = parameters(URI.create(url).getRawQuery());
        String code = UUID.randomUUID().toString();
        codes.put(code, asked);
        Map<String, String> back = new HashMap<>(Map.of("code", code, "state", asked.get("state")));
        if (namesItself && asked.get("scope").contains("openid")) {
            back.put("iss", issuer());
        }
        return back;
    }

    static Map<String, String> parameters(String query) {
        Map<String, String> all = new HashMap<>();
        for (String pair : query.split("&")) {
            String[] parts = pair.split("=", 2);
            all.put(parts[0], URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
        }
        return all;
    }

    private void answer(HttpExchange exchange) throws IOException, JOSEException {
        switch (exchange.getRequestURI().getPath()) {
            case "/.well-known/openid-configuration" -> send(exchange, 200, document());
            case "/keys" -> {
                keyRequests.incrementAndGet();
                send(exchange, 200, new JWKSet(key.toPublicJWK()).toString());
            }
            case "/token" -> token(exchange);
            case "/login/oauth/access_token" -> send(
                    exchange,
                    200,
                    code(exchange) == null
                            ? "{\"error\":\"bad_verification_code\"}"
                            : "{\"access_token\":\"g\",\"token_type\":\"bearer\"}");
            case "/userinfo" -> send(exchange, 200, json(userInfo));
            case "/api/v3/user" -> send(exchange, 200, "{\"id\":4711,\"login\":\"nina\",\"name\":\"Nina\"}");
            case "/api/v3/user/emails" -> send(
                    exchange,
                    200,
                    "[{\"email\":\"other@example.com\",\"primary\":false,\"verified\":true},{\"email\":\"" + email
                            + "\",\"primary\":true,\"verified\":" + verified + "}]");
            case "/api/v3/user/orgs" -> send(exchange, 200, "[{\"login\":\"acme\"}]");
            case "/api/v3/user/teams" -> send(
                    exchange, 200, "[{\"slug\":\"ops\",\"organization\":{\"login\":\"acme\"}}]");
            default -> send(exchange, 404, "{}");
        }
    }

    private static String json(Map<String, ?> object) {
        return Visitor.JSON.valueToTree(object).toString();
    }

    private String document() {
        return json(Map.of(
                "issuer",
                issuer(),
                "authorization_endpoint",
                issuer() + "/authorize",
                "token_endpoint",
                issuer() + "/token",
                "userinfo_endpoint",
                issuer() + "/userinfo",
                "jwks_uri",
                issuer() + "/keys",
                "end_session_endpoint",
                issuer() + "/leave",
                "response_types_supported",
                List.of("code"),
                "subject_types_supported",
                List.of("public"),
                "id_token_signing_alg_values_supported",
                List.of("RS256", "HS256", "none"),
                "authorization_response_iss_parameter_supported",
                true));
    }

    /** What was asked for with the code, if it is one, is shown for the first time, and by whoever has the verifier. */
    private Map<String, String> code(HttpExchange exchange) throws IOException {
        Map<String, String> given =
                parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Map<String, String> asked = codes.remove(given.getOrDefault("code", ""));
        return asked != null
                        && asked.get("code_challenge").equals(challenge(given.get("code_verifier")))
                        && asked.get("redirect_uri").equals(given.get("redirect_uri"))
                ? asked
                : null;
    }

    private void token(HttpExchange exchange) throws IOException, JOSEException {
        Map<String, String> asked = code(exchange);
        String basic = "Basic "
                + Base64.getEncoder()
                        .encodeToString((CLIENT + ":the+client%27s+secret").getBytes(StandardCharsets.UTF_8));
        if (!basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            send(exchange, 401, "{\"error\":\"invalid_client\"}");
            return;
        }
        if (asked == null) {
            send(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        JWTClaimsSet.Builder said = new JWTClaimsSet.Builder()
                .issuer(issuer())
                .subject(subject)
                .audience(CLIENT)
                .claim("nonce", asked.get("nonce"))
                .claim("name", "Nina")
                .claim("email", email)
                .claim("email_verified", verified)
                .claim("groups", groups)
                .issueTime(new Date())
                .expirationTime(new Date(System.currentTimeMillis() + 60_000));
        claims.accept(said);
        send(
                exchange,
                200,
                json(Map.of(
                        "access_token",
                        "a",
                        "token_type",
                        "Bearer",
                        "expires_in",
                        60,
                        "id_token",
                        signer.sign(said.build()))));
    }

    private static String challenge(String verifier) {
        try {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256")
                            .digest(String.valueOf(verifier).getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().put("Content-Type", Arrays.asList("application/json"));
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
