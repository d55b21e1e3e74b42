package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.testkit.TestMarketplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A panel with two teams, a member of each role, a guest of one project, and a plugin of strangers. */
final class Tenants implements AutoCloseable {
    static final List<String> BUILT_IN = List.of("owner", "admin", "developer", "viewer", "guest");
    /** What the first team's apps keep to themselves. */
    static final String CANARY = "canary-4711";

    private static final String PASSWORD = "nine lazy harbours";

    final Panel panel = Panel.start();
    final Asking asking;
    final String own;
    final String secret;
    final String ownRole;
    /** What the second team has of its own. */
    final Asking theirs;
    /** The second team. */
    final String otherTeam;

    private final String container;
    private final TestMarketplace market = new TestMarketplace("strangers");
    private final Api owner = panel.owner();

    Tenants() {
        installJanitor();
        asking = new Asking(owner);
        asking.known("plugin:janitor");
        asking.known("offer:janitor");
        asking.known("marketplace:strangers");
        secret = project(owner, asking, "secret", "hidden", CANARY);
        own = project(owner, asking, "own", "web", CANARY);
        ownRole = asking.made(
                owner,
                "role",
                "/api/v1/roles",
                Map.of(
                        "name",
                        "Releaser",
                        "base",
                        "viewer",
                        "allowed",
                        List.of("deployment.*"),
                        "withheld",
                        List.of("app.logs", "*.list")));
        for (String role : BUILT_IN.subList(1, BUILT_IN.size())) {
            join(role, invite(owner, Map.of("email", email(role), "role", "role:" + role)));
        }
        join("leaver", invite(owner, Map.of("email", email("leaver"), "role", "role:viewer")));
        join("demoted", invite(owner, Map.of("email", email("demoted"), "role", "role:developer")));
        join("releaser", invite(owner, Map.of("email", email("releaser"), "role", ownRole)));
        join(
                "contractor",
                invite(owner, Map.of("email", email("contractor"), "role", "role:developer", "resource", own)));
        otherTeam = foreignTeam();
        remember(owner, asking, email("admin"), "late");
        asking.known(first(owner, "/api/v1/users", "user"));
        asking.known(first(owner, "/api/v1/routes", "route"));
        container = asking.made(
                owner,
                "container",
                "/api/v1/containers/run",
                Map.of(
                        "name",
                        "secret-" + panel.port,
                        "image",
                        "openpanel-test/busybox:1",
                        "command",
                        List.of("sleep", "3600")));
        Api stranger = as("stranger");
        theirs = new Asking(stranger);
        project(stranger, theirs, "theirs", "site", "canary-of-theirs");
        remember(stranger, theirs, email("stranger"), "soon");
        theirs.made(stranger, "role", "/api/v1/roles", Map.of("name", "Helper", "base", "viewer"));
    }

    private void installJanitor() {
        market.publish(janitor());
        owner.post("/api/v1/marketplaces", Map.of("url", market.url(), "fingerprint", market.fingerprint()))
                .ok();
        owner.post("/api/v1/publishers/trust", Map.of("offer", "janitor")).ok();
        String job = owner.post(
                        "/api/v1/plugins/install",
                        Map.of(
                                "offer",
                                "janitor",
                                "permissions",
                                List.of("container.list", "container.delete", "deployment.get")))
                .ok()
                .json()
                .get("job")
                .asText();
        JsonNode ended = owner.await(job, Duration.ofMinutes(3));
        if (!ended.path("state").asText().equals("done")) {
            throw new AssertionError("The janitor was not installed: " + ended);
        }
    }

    private static Path janitor() {
        try (var files = Files.list(Panel.ROOT.resolve("marketplace/examples/janitor/target"))) {
            return files.filter(each -> each.getFileName().toString().matches("janitor-[0-9.]+\\.jar"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("The janitor is not built; run ./openpanel build"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A project with an app that has one of everything. */
    private static String project(Api api, Asking asking, String name, String appName, String value) {
        String project = asking.made(api, "project", "/api/v1/projects", Map.of("name", name));
        String app = asking.made(
                api, "app", "/api/v1/apps", Map.of("project", project, "name", appName, "image", "nowhere.invalid/x"));
        asking.made(api, "domain", "/api/v1/domains", Map.of("app", app, "host", name + ".localhost"));
        asking.made(api, "hook", "/api/v1/hooks", Map.of("app", app));
        api.post("/api/v1/variables/set", Map.of("app", app, "name", "KEY", "value", value))
                .ok();
        asking.known(first(api, "/api/v1/variables?app=" + Api.encode(app), "variable"));
        asking.known(api.deploy(app).get("job").asText());
        asking.known(first(api, "/api/v1/deployments?app=" + Api.encode(app), "deployment"));
        asking.made(
                api,
                "comment",
                "/api/v1/comments",
                Map.of("resource", app, "text", "Mind the gap of " + name + " @" + name + "!"));
        return project;
    }

    private static String first(Api api, String path, String name) {
        return api.get(path).ok().json().at("/items/0/" + name).asText();
    }

    static String email(String person) {
        return person + "@example.test";
    }

    private static String invite(Api by, Map<String, ?> input, String... headers) {
        return by.send("POST", "/api/v1/invitations", Api.json(input).getBytes(StandardCharsets.UTF_8), headers)
                .ok()
                .json()
                .get("token")
                .asText();
    }

    private void join(String person, String token) {
        panel.anonymous()
                .post("/api/v1/invitations/accept", Map.of("token", token, "password", PASSWORD, "name", person))
                .ok();
    }

    /** Signed in anew: an access token lives for ten minutes. */
    Api as(String person) {
        if (person.equals("owner")) {
            return panel.owner();
        }
        return new Api(
                panel.url(),
                panel.anonymous()
                        .post("/api/v1/sessions", Map.of("email", email(person), "password", PASSWORD))
                        .ok()
                        .json()
                        .get("accessToken")
                        .asText());
    }

    private String foreignTeam() {
        String team = owner.post("/api/v1/teams", Map.of("name", "Other"))
                .ok()
                .json()
                .get("team")
                .asText();
        String token = invite(owner, Map.of("email", email("stranger"), "role", "role:owner"), "OpenPanel-Team", team);
        join("stranger", token);
        // Whoever made it would be in both, and what is theirs be the second team's too.
        owner.send(
                        "POST",
                        "/api/v1/teams/" + team.substring("team:".length()) + "/leave",
                        Api.json(Map.of("confirm", "Other")).getBytes(StandardCharsets.UTF_8),
                        "OpenPanel-Team",
                        team)
                .ok();
        return team;
    }

    /** @param member who stands for the team's members */
    private static void remember(Api api, Asking asking, String member, String late) {
        invite(api, Map.of("email", email(late), "role", "role:viewer"));
        api.get("/api/v1/members").ok().json().get("items").forEach(each -> {
            if (each.get("email").asText().equals(member)) {
                asking.known(each.get("member").asText());
            }
        });
        api.get("/api/v1/teams").ok().json().get("items").forEach(team -> {
            if (team.get("current").asBoolean()) {
                asking.known(team.get("team").asText());
            }
        });
        JsonNode grant = api.get("/api/v1/grants").ok().json().at("/items/0/grant");
        if (grant.isTextual()) {
            asking.known(grant.asText());
        }
        asking.known(first(api, "/api/v1/invitations", "invitation"));
        asking.known(first(api, "/api/v1/sessions", "session"));
        asking.known(api.post("/api/v1/api-keys", Map.of("name", "known-" + late, "actions", List.of("*.list")))
                .ok()
                .json()
                .get("key")
                .asText());
    }

    /** How many lists answered, none of them with one of these words. */
    int noListShows(Api caller, String... words) {
        int lists = 0;
        for (JsonNode operation : asking.decided()) {
            boolean list = operation.get("effect").asText().equals("read")
                    && operation.get("form").asText().equals("record")
                    && !operation.get("path").asText().contains("{")
                    && !operation.at("/refs/0/required").asBoolean();
            if (list && !Asking.id(operation).startsWith("access.")) {
                Api.Answer answer = caller.send("GET", asking.path(operation, true), null);
                assertThat(answer.text()).as(Asking.id(operation)).doesNotContain(words);
                lists += answer.status() == 200 ? 1 : 0;
            }
        }
        return lists;
    }

    /** A key of the owner's. */
    Api key(Map<String, ?> scope) {
        Map<String, Object> input = new LinkedHashMap<>(Map.of("name", "narrow-" + System.nanoTime()));
        input.putAll(scope);
        return new Api(
                panel.url(),
                panel.owner()
                        .post("/api/v1/api-keys", input)
                        .ok()
                        .json()
                        .get("token")
                        .asText());
    }

    @Override
    public void close() {
        market.close();
        Panel.run(List.of("docker", "rm", "-f", container.substring("container:".length())), Map.of(), null);
        panel.close();
    }
}
