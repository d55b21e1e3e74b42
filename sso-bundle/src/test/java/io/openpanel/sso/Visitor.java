package io.openpanel.sso;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.osgi.framework.InvalidSyntaxException;

/** A browser with its cookies, and people of the real teams plugin. */
final class Visitor {
    static final ObjectMapper JSON = new ObjectMapper();
    static final String OWNER = "olga@example.com";
    static final String PASSWORD = "seven quiet otters";

    private final TestPanel panel;
    private final String address;
    private final Map<String, String> cookies = new HashMap<>();

    Visitor(TestPanel panel) {
        this(panel, "192.0.2.8");
    }

    Visitor(TestPanel panel, String address) {
        this.address = address;
        this.panel = panel;
    }

    /** The owner, who has set the panel up. */
    static Caller owner(TestPanel panel) throws IOException {
        panel.awaitActions("setup.create", "identity-provider.create", "single-sign-on.finish");
        Path token = panel.home().resolve("run/setup-token");
        TestPanel.await("the set-up token", () -> Files.exists(token));
        JsonNode made = call(
                panel,
                new Caller.Anonymous(),
                "setup.create",
                Map.of("token", Files.readString(token), "email", OWNER, "password", PASSWORD));
        return new Caller.Bearer(made.get("accessToken").asText(), Optional.empty());
    }

    static JsonNode call(TestPanel panel, Caller caller, String action, Map<String, ?> input) {
        try {
            byte[] answer = ((Gateway.Reply.Done) panel.get(Gateway.class)
                            .call(new Gateway.Invocation(
                                    action,
                                    JSON.writeValueAsBytes(input),
                                    caller,
                                    "rest",
                                    "192.0.2.7",
                                    "r",
                                    Optional.empty(),
                                    Optional.empty())))
                    .json();
            return answer.length == 0 ? JSON.createObjectNode() : JSON.readTree(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static Problem.Kind refused(TestPanel panel, Caller caller, String action, Map<String, ?> input) {
        try {
            call(panel, caller, action, input);
        } catch (Problem refused) {
            return refused.kind();
        }
        throw new AssertionError(action + " was allowed");
    }

    /** Where the panel sends the browser. */
    String go(String path, Map<String, String> query) {
        Door.Reply reply = knock("GET", path, query);
        if (reply.status() != 303) {
            throw new AssertionError(reply.status() + " at " + path);
        }
        return reply.headers().get("Location");
    }

    /** Where the panel sends a browser that posts another site's form, without its cookies as those are {@code Lax}. */
    String post(String path, Map<String, String> form) {
        Map<String, String> kept = Map.copyOf(cookies);
        cookies.clear();
        Door.Reply reply = knock("POST", path, form);
        cookies.putAll(kept);
        if (reply.status() != 303) {
            throw new AssertionError(reply.status() + " at " + path);
        }
        return reply.headers().get("Location");
    }

    /** With GET the words are in the address; with POST in a form. */
    Door.Reply knock(String method, String path, Map<String, String> words) {
        if (!method.equals("POST") || words.isEmpty()) {
            return knock(method, path, words, "application/json", "{}");
        }
        String body = words.entrySet().stream()
                .map(each -> each.getKey() + '=' + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return knock(method, path, Map.of(), "application/x-www-form-urlencoded", body);
    }

    private Door.Reply knock(String method, String path, Map<String, String> query, String type, String body) {
        String base = path.substring(0, path.indexOf('/', 1));
        Map<String, List<String>> headers = new HashMap<>(Map.of(
                "host",
                List.of("panel.example:8443"),
                "content-type",
                List.of(type),
                "user-agent",
                List.of("Firefox")));
        if (!cookies.isEmpty()) {
            headers.put(
                    "cookie",
                    List.of(String.join(
                            "; ",
                            cookies.entrySet().stream()
                                    .map(each -> each.getKey() + '=' + each.getValue())
                                    .toList())));
        }
        Door.Reply reply = door(base)
                .handle(new Door.Request(
                        method,
                        path.substring(base.length()),
                        query,
                        headers,
                        address,
                        true,
                        new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))));
        String set = reply.headers().get("Set-Cookie");
        if (set != null) {
            cookies.put(set.substring(0, set.indexOf('=')), set.substring(set.indexOf('=') + 1, set.indexOf(';')));
        }
        return reply;
    }

    private Door door(String base) {
        try {
            return panel.context().getServiceReferences(Door.class, "(openpanel.door=wrapped)").stream()
                    .map(reference -> panel.context().getService(reference))
                    .filter(door -> door.path().equals(base))
                    .findFirst()
                    .orElseThrow();
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String cookie(String name) {
        return cookies.get(name);
    }

    void forget(String cookie) {
        cookies.remove(cookie);
    }

    /** Who the browser is signed in as; empty where nobody is. */
    Optional<Caller> signedIn() {
        if (!cookies.containsKey("__Host-op_rt")) {
            return Optional.empty();
        }
        Door.Reply reply = knock("POST", "/auth/refresh", Map.of());
        try {
            return reply.status() == 200
                    ? Optional.of(new Caller.Bearer(
                            JSON.readTree(reply.body()).get("accessToken").asText(), Optional.empty()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
