package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every action of the running catalogue, asked for by those who may not: taken from the catalogue, so none is left out. */
class PermissionsTest {
    private static final String ABSENT = "zzzzzzzzzzzzzzzz";
    private static final List<String> METHODS =
            List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "INVENTED");

    private static Panel panel;
    private static Api api;
    private static List<JsonNode> operations;
    /** Kind → an id that is there. */
    private static final Map<String, String> THERE = new TreeMap<>();

    @BeforeAll
    static void start() {
        panel = Panel.start();
        api = panel.owner();
        operations = new ArrayList<>();
        api.get("/api/v1/catalogue").ok().json().get("items").forEach(operations::add);
        String project = made("project", "/api/v1/projects", Map.of("name", "own"));
        String app = made("app", "/api/v1/apps", Map.of("project", project, "name", "web", "image", "nginx"));
        made("domain", "/api/v1/domains", Map.of("app", app, "host", "own.localhost"));
        made("hook", "/api/v1/hooks", Map.of("app", app));
        api.post("/api/v1/variables/set", Map.of("app", app, "name", "KEY", "value", "canary-4711"))
                .ok();
        JsonNode variables =
                api.get("/api/v1/variables?app=" + Api.encode(app)).ok().json();
        THERE.put("variable", id(variables.at("/items/0/variable").asText()));
        JsonNode deployment = api.deploy(app);
        THERE.put("job", id(deployment.get("job").asText()));
        JsonNode deployments =
                api.get("/api/v1/deployments?app=" + Api.encode(app)).ok().json();
        THERE.put("deployment", id(deployments.at("/items/0/deployment").asText()));
    }

    @AfterAll
    static void stop() {
        panel.close();
    }

    private static String made(String kind, String path, Map<String, ?> input) {
        String ref = api.post(path, input).ok().json().get(kind).asText();
        THERE.put(kind, id(ref));
        return ref;
    }

    private static String id(String ref) {
        return ref.substring(ref.indexOf(':') + 1);
    }

    private static Api key(Map<String, ?> scope) {
        Map<String, Object> input = new LinkedHashMap<>(Map.of("name", "narrow-" + System.nanoTime()));
        input.putAll(scope);
        return new Api(
                panel.url(),
                api.post("/api/v1/api-keys", input).ok().json().get("token").asText());
    }

    /** The operation's path with ids of what is there, or of nothing. */
    private static String path(JsonNode operation, boolean there) {
        String path = operation.get("path").asText();
        for (JsonNode ref : operation.get("refs")) {
            String id = there ? THERE.getOrDefault(ref.get("kind").asText(), ABSENT) : ABSENT;
            path = path.replace('{' + ref.get("name").asText() + '}', id);
        }
        return "/api/v1" + path.replaceAll("\\{\\w+}", ABSENT);
    }

    private static Api.Answer ask(Api caller, JsonNode operation, String method, boolean there) {
        Map<String, Object> body = new LinkedHashMap<>();
        for (JsonNode ref : operation.get("refs")) {
            String kind = ref.get("kind").asText();
            body.put(ref.get("name").asText(), kind + ':' + (there ? THERE.getOrDefault(kind, ABSENT) : ABSENT));
        }
        String path = path(operation, there);
        body.keySet().removeIf(name -> operation.get("path").asText().contains('{' + name + '}'));
        boolean asQuery = method.matches("GET|HEAD|DELETE|OPTIONS|TRACE|INVENTED");
        if (asQuery) {
            StringBuilder query = new StringBuilder("?");
            body.forEach((name, value) -> query.append(name)
                    .append('=')
                    .append(Api.encode(value.toString()))
                    .append('&'));
            return caller.send(method, path + query, null);
        }
        return caller.send(method, path, Api.json(body).getBytes(StandardCharsets.UTF_8));
    }

    private static boolean isOpen(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        return operations.stream()
                .anyMatch(each -> each.get("access").asText().equals("open")
                        && each.get("method").asText().equals(asked)
                        && each.get("path").asText().equals(path));
    }

    @Test
    void whoeverIsNotSignedInIsLetIntoWhatIsOpenAlone() {
        int asked = 0;
        for (Api stranger : List.of(panel.anonymous(), new Api(panel.url(), "op_nobody"))) {
            for (JsonNode operation : operations) {
                for (String method : METHODS) {
                    boolean declared = operation.get("method").asText().equals(method);
                    if (isOpen(method, operation.get("path").asText())) {
                        continue;
                    }
                    Api.Answer answer = ask(stranger, operation, method, true);
                    String what = method + ' ' + operation.get("id") + ": " + answer.status() + ' ' + answer.text();
                    assertThat(answer.status()).as(what).isBetween(400, 499);
                    assertThat(answer.text()).as(what).doesNotContain("canary-4711");
                    if (declared) {
                        assertThat(answer.status()).as(what).isEqualTo(401);
                    }
                    asked++;
                }
            }
        }
        Figure.say(asked + " calls of strangers over " + operations.size() + " actions, none let in");
    }

    @Test
    void aKeyIsGoodForItsActionsAlone() {
        Api narrow = key(Map.of("actions", List.of("route.list")));
        int refused = 0;
        for (JsonNode operation : operations) {
            boolean own = operation.get("id").asText().equals("route.list");
            if (own || !operation.get("access").asText().equals("permission")) {
                continue;
            }
            Api.Answer answer = ask(narrow, operation, operation.get("method").asText(), true);
            // What it may not even see is not there for it.
            assertThat(answer.status())
                    .as(operation.get("id") + ": " + answer.text())
                    .isIn(403, 404);
            refused++;
        }
        narrow.get("/api/v1/routes").ok();
        assertThat(api.get("/api/v1/projects/own").status()).isEqualTo(200);
        Figure.say("a key for one action refused " + refused + " others");
    }

    @Test
    void whatIsNotOnesOwnIsAsIfItWereNotThere() {
        String elsewhere = api.post("/api/v1/projects", Map.of("name", "elsewhere"))
                .ok()
                .json()
                .get("project")
                .asText();
        Api other = key(Map.of("actions", List.of("*.*"), "resources", List.of(elsewhere)));
        int compared = 0;
        for (JsonNode operation : operations) {
            boolean ofThese = operation.get("access").asText().equals("permission")
                    && !operation.get("refs").isEmpty()
                    && operation.get("refs").get(0).get("required").asBoolean()
                    && THERE.containsKey(
                            operation.get("refs").get(0).get("kind").asText());
            if (!ofThese) {
                continue;
            }
            String method = operation.get("method").asText();
            Api.Answer foreign = ask(other, operation, method, true);
            Api.Answer absent = ask(other, operation, method, false);
            assertThat(foreign.status())
                    .as(operation.get("id") + ": " + foreign.text())
                    .isEqualTo(404);
            assertThat(plain(foreign)).as(operation.get("id").asText()).isEqualTo(plain(absent));
            compared++;
        }
        assertThat(compared).isGreaterThan(20);
        Figure.say(compared + " actions answer for what is another's as for what is not there");
    }

    /** Without what differs by itself: the request's number and the id that was asked for. */
    private static String plain(Api.Answer answer) {
        String text = answer.text().replaceAll("\"instance\":\"\\w+\"", "");
        for (String id : THERE.values()) {
            text = text.replace(id, ABSENT);
        }
        return answer.status() + text;
    }

    @Test
    void noActionTakesAPropertyItDoesNotDeclare() {
        for (JsonNode operation : operations) {
            String method = operation.get("method").asText();
            boolean spared = !method.matches("POST|PATCH|PUT")
                    || operation.get("id").asText().matches("session[.].*|setup[.].*|plugin[.](stop|start)")
                    || path(operation, true).contains(ABSENT);
            if (spared) {
                continue;
            }
            Api.Answer answer = api.send(
                    method,
                    path(operation, true),
                    "{\"teamId\":\"t\",\"owner\":true,\"role\":\"owner\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(answer.status())
                    .as(operation.get("id") + ": " + answer.text())
                    .isEqualTo(400);
        }
    }
}
