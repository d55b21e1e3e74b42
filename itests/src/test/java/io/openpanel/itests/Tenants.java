package io.openpanel.itests;

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
    private static final String PASSWORD = "nine lazy harbours";

    final Panel panel = Panel.start();
    final Asking asking;
    final String own;
    final String secret;
    final String ownRole;
    private final TestMarketplace market = new TestMarketplace("strangers");
    private final Api owner = panel.owner();

    Tenants() {
        installJanitor();
        asking = new Asking(owner);
        asking.known("plugin:janitor");
        asking.known("offer:janitor");
        asking.known("marketplace:strangers");
        secret = project("secret", "hidden");
        own = project("own", "web");
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
        foreignTeam();
        rememberTheTeam();
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
    private String project(String name, String appName) {
        String project = asking.made(owner, "project", "/api/v1/projects", Map.of("name", name));
        String app = asking.made(
                owner,
                "app",
                "/api/v1/apps",
                Map.of("project", project, "name", appName, "image", "nowhere.invalid/x"));
        asking.made(owner, "domain", "/api/v1/domains", Map.of("app", app, "host", name + ".localhost"));
        asking.made(owner, "hook", "/api/v1/hooks", Map.of("app", app));
        owner.post("/api/v1/variables/set", Map.of("app", app, "name", "KEY", "value", "canary-4711"))
                .ok();
        asking.known(first("/api/v1/variables?app=" + Api.encode(app), "variable"));
        asking.known(owner.deploy(app).get("job").asText());
        asking.known(first("/api/v1/deployments?app=" + Api.encode(app), "deployment"));
        return project;
    }

    private String first(String path, String name) {
        return owner.get(path).ok().json().at("/items/0/" + name).asText();
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

    private void foreignTeam() {
        String team = owner.post("/api/v1/teams", Map.of("name", "Other"))
                .ok()
                .json()
                .get("team")
                .asText();
        String token = invite(owner, Map.of("email", email("stranger"), "role", "role:owner"), "OpenPanel-Team", team);
        join("stranger", token);
    }

    private void rememberTheTeam() {
        invite(owner, Map.of("email", email("late"), "role", "role:viewer"));
        owner.get("/api/v1/members").ok().json().get("items").forEach(member -> {
            if (member.get("email").asText().equals(email("admin"))) {
                asking.known(member.get("member").asText());
            }
        });
        owner.get("/api/v1/teams").ok().json().get("items").forEach(team -> {
            if (team.get("current").asBoolean()) {
                asking.known(team.get("team").asText());
            }
        });
        asking.known(first("/api/v1/grants", "grant"));
        asking.known(first("/api/v1/invitations", "invitation"));
        asking.known(first("/api/v1/users", "user"));
        asking.known(first("/api/v1/routes", "route"));
        asking.known(owner.post("/api/v1/api-keys", Map.of("name", "known", "actions", List.of("*.list")))
                .ok()
                .json()
                .get("key")
                .asText());
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
        panel.close();
    }
}
