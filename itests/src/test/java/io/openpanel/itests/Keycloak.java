package io.openpanel.itests;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.testkit.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Keycloak of its own, with one realm. */
final class Keycloak implements AutoCloseable {
    static final String SECRET = "the secret of the client";
    static final String PASSWORD = "a password at Keycloak";
    private static final String ADMIN = "an administrator's password";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    final int port = FreePorts.next();
    private final Process process;
    private final Path data;

    /** @param panel whose browsers may be sent back */
    static Keycloak start(Panel panel) throws IOException {
        String dist = System.getenv("OPENPANEL_TEST_KEYCLOAK");
        if (dist == null) {
            throw new AssertionError("OPENPANEL_TEST_KEYCLOAK is not set; run ./openpanel test sso");
        }
        Keycloak keycloak = new Keycloak(Path.of(dist));
        try {
            keycloak.makeRealm(panel);
            return keycloak;
        } catch (RuntimeException | Error e) {
            keycloak.close();
            throw e;
        }
    }

    private Keycloak(Path dist) throws IOException {
        data = dist.resolve("data");
        clear();
        ProcessBuilder builder = new ProcessBuilder(
                        dist.resolve("bin/kc.sh").toString(),
                        "start-dev",
                        "--http-host=127.0.0.1",
                        "--http-port=" + port,
                        "--log-level=warn")
                .redirectErrorStream(true)
                .redirectOutput(Panel.OUT.resolve("keycloak.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "KC_BOOTSTRAP_ADMIN_USERNAME",
                        "admin",
                        "KC_BOOTSTRAP_ADMIN_PASSWORD",
                        ADMIN,
                        "JAVA_OPTS_KC_HEAP",
                        "-Xms128m -Xmx400m"));
        process = builder.start();
    }

    String issuer() {
        return "http://127.0.0.1:" + port + "/realms/panel";
    }

    private void makeRealm(Panel panel) {
        long end = System.nanoTime() + Duration.ofMinutes(5).toNanos();
        while (!answers()) {
            if (System.nanoTime() > end || !process.isAlive()) {
                throw new AssertionError("Keycloak does not start; see keycloak.log");
            }
            Wait.millis(300);
        }
        Map<String, Object> groups = Map.of(
                "name",
                "groups",
                "protocol",
                "openid-connect",
                "protocolMapper",
                "oidc-group-membership-mapper",
                "config",
                Map.of(
                        "claim.name",
                        "groups",
                        "full.path",
                        "false",
                        "id.token.claim",
                        "true",
                        "userinfo.token.claim",
                        "true"));
        admin(
                "POST",
                "",
                Map.of(
                        "realm",
                        "panel",
                        "enabled",
                        true,
                        "groups",
                        List.of(Map.of("name", "devs"), Map.of("name", "viewers")),
                        "users",
                        List.of(
                                user("nina", List.of("/devs")),
                                user("olaf", List.of()),
                                user("sara", List.of("/devs"))),
                        "clients",
                        List.of(
                                Map.of(
                                        "clientId",
                                        "openpanel",
                                        "secret",
                                        SECRET,
                                        "publicClient",
                                        false,
                                        "standardFlowEnabled",
                                        true,
                                        "redirectUris",
                                        List.of(panel.url() + "/sso/callback/*"),
                                        "attributes",
                                        Map.of("pkce.code.challenge.method", "S256"),
                                        "protocolMappers",
                                        List.of(groups)),
                                samlClient(panel))));
    }

    String samlMetadata() {
        return issuer() + "/protocol/saml/descriptor";
    }

    /** As docs/guide/sso.md says; the panel's entity id is its address. */
    private static Map<String, Object> samlClient(Panel panel) {
        return Map.of(
                "clientId",
                panel.url(),
                "protocol",
                "saml",
                "redirectUris",
                List.of(panel.url() + "/sso/callback/*"),
                "attributes",
                Map.of(
                        "saml.client.signature", "false",
                        "saml.server.signature", "true",
                        "saml.assertion.signature", "true",
                        "saml.signature.algorithm", "RSA_SHA256",
                        "saml.authnstatement", "true",
                        "saml.force.post.binding", "true",
                        "saml_name_id_format", "persistent"),
                "protocolMappers",
                List.of(
                        samlMapper("saml-group-membership-mapper", "groups", Map.of("full.path", "false")),
                        samlMapper("saml-user-property-mapper", "email", Map.of("user.attribute", "email")),
                        samlMapper("saml-user-property-mapper", "givenName", Map.of("user.attribute", "firstName")),
                        samlMapper("saml-user-property-mapper", "surname", Map.of("user.attribute", "lastName"))));
    }

    /** Changes attributes of a client. */
    void set(String client, Map<String, String> attributes) {
        JsonNode found = admin("GET", "/panel/clients?clientId=" + Api.encode(client), null)
                .get(0);
        attributes.forEach(((ObjectNode) found.get("attributes"))::put);
        admin("PUT", "/panel/clients/" + found.get("id").asText(), Api.JSON.convertValue(found, Map.class));
    }

    private static Map<String, Object> samlMapper(String kind, String name, Map<String, String> besides) {
        Map<String, String> config = new HashMap<>(besides);
        config.put("attribute.name", name);
        config.put("attribute.nameformat", "Basic");
        return Map.of("name", name, "protocol", "saml", "protocolMapper", kind, "config", config);
    }

    private static Map<String, Object> user(String name, List<String> groups) {
        return Map.of(
                "username",
                name,
                "enabled",
                true,
                "email",
                name + "@example.test",
                "emailVerified",
                true,
                "firstName",
                name,
                "lastName",
                "Example",
                "credentials",
                List.of(Map.of("type", "password", "value", PASSWORD, "temporary", false)),
                "groups",
                groups);
    }

    private boolean answers() {
        try {
            return send(HttpRequest.newBuilder(URI.create(
                                    "http://127.0.0.1:" + port + "/realms/master/.well-known/openid-configuration")))
                            .statusCode()
                    == 200;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** Ends all that somebody is signed in to. */
    void logOut(String name) {
        admin("POST", "/panel/users/" + user(name) + "/logout", Map.of());
    }

    private String user(String name) {
        return admin("GET", "/panel/users?exact=true&username=" + name, null)
                .get(0)
                .get("id")
                .asText();
    }

    /** Takes somebody out of all groups and puts them into the given ones. */
    void move(String name, String... groups) {
        String user = user(name);
        for (JsonNode group : admin("GET", "/panel/groups", null)) {
            boolean in = List.of(groups).contains(group.get("name").asText());
            admin(
                    in ? "PUT" : "DELETE",
                    "/panel/users/" + user + "/groups/" + group.get("id").asText(),
                    null);
        }
    }

    private JsonNode admin(String method, String path, Map<String, ?> body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/admin/realms" + path))
                .header("Authorization", "Bearer " + token())
                .header("Content-Type", "application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(Api.json(body)));
        HttpResponse<String> answer = send(request);
        if (answer.statusCode() >= 300) {
            throw new AssertionError(method + ' ' + path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return new Api.Answer(answer.statusCode(), answer.body(), answer.headers()).json();
    }

    private String token() {
        HttpResponse<String> answer = send(HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + port + "/realms/master/protocol/openid-connect/token"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "grant_type=password&client_id=admin-cli&username=admin&password=" + Api.encode(ADMIN))));
        return new Api.Answer(answer.statusCode(), answer.body(), answer.headers())
                .ok()
                .json()
                .get("access_token")
                .asText();
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return CLIENT.send(request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void clear() throws IOException {
        if (Files.exists(data)) {
            try (Stream<Path> all = Files.walk(data)) {
                all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
            }
        }
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
