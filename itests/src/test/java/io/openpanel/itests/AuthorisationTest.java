package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every action of the running catalogue, asked for by everybody: taken from the catalogue, so none is left out. */
class AuthorisationTest {
    /** Withheld from every role: plugins of the panel call them by themselves. */
    private static final Set<String> FOR_PLUGINS = Set.of("mail.account");

    private static Tenants tenants;
    private static Asking asking;

    @BeforeAll
    static void start() {
        tenants = new Tenants();
        asking = tenants.asking;
    }

    @AfterAll
    static void stop() {
        tenants.close();
    }

    private static String method(JsonNode operation) {
        return operation.get("method").asText();
    }

    private static Set<String> roles(JsonNode operation) {
        Set<String> roles = new HashSet<>();
        operation.get("roles").forEach(role -> roles.add(role.asText()));
        return roles;
    }

    @Test
    void anActionThatNoRoleLineMentionsIsNobodys() {
        assertThat(asking.decided())
                .as("roles.yaml of its plugin names at least one role")
                .allSatisfy(operation -> assertThat(roles(operation).isEmpty())
                        .as(Asking.id(operation))
                        .isEqualTo(FOR_PLUGINS.contains(Asking.id(operation))));
        assertThat(asking.operations()).extracting(Asking::id).contains("janitor.run", "container.list", "plugin.list");
    }

    /** Whoever may is told what is wrong with the question, whoever may not that they may not. */
    private static boolean isLetIn(Api caller, JsonNode operation, String who) {
        Api.Answer answer = asking.askInVain(caller, operation, method(operation), true);
        assertThat(answer.status())
                .as(who + ": " + Asking.id(operation) + ": " + answer.text())
                .isIn(400, 403, 404);
        return answer.status() == 400;
    }

    @Test
    void eachRoleHasWhatItsLineSaysAndNothingElse() {
        int asked = 0;
        for (String role : Tenants.BUILT_IN) {
            Api caller = tenants.as(role);
            for (JsonNode operation : asking.decided()) {
                if (asking.isDecidable(operation)) {
                    assertThat(isLetIn(caller, operation, role))
                            .as(role + ": " + Asking.id(operation))
                            .isEqualTo(roles(operation).contains(role));
                    asked++;
                }
            }
        }
        assertThat(asked).isGreaterThan(300);
        Figure.say(asked + " answers to " + Tenants.BUILT_IN.size() + " roles as declared");
    }

    @Test
    void aRoleOfTheTeamHasItsBaseAndWhatItAllowsWithoutWhatItWithholds() {
        Api caller = tenants.as("releaser");
        int asked = 0;
        for (JsonNode operation : asking.decided()) {
            String id = Asking.id(operation);
            boolean withheld = id.equals("app.logs") || id.endsWith(".list");
            boolean has = !withheld && (roles(operation).contains("viewer") || id.startsWith("deployment."));
            if (asking.isDecidable(operation)) {
                assertThat(isLetIn(caller, operation, "releaser")).as(id).isEqualTo(has);
                asked++;
            }
        }
        Figure.say(asked + " to a role of the team");
    }

    @Test
    void whoHasOneProjectSeesItInEveryListAndNothingElse() {
        Api contractor = tenants.as("contractor");
        int lists = tenants.noListShows(contractor, "secret", "hidden", tenants.secret, Tenants.CANARY);

        assertThat(contractor.get("/api/v1/projects").ok().text()).contains(tenants.own);
        assertThat(contractor.get("/api/v1/apps").ok().text()).contains("\"web\"");
        assertThat(contractor.get("/api/v1/domains").ok().text()).contains("own.localhost");
        assertThat(contractor.get("/api/v1/hooks").ok().json().get("items")).hasSize(1);
        assertThat(contractor.get("/api/v1/jobs").ok().text()).contains("deployment.start");
        assertThat(contractor.get("/api/v1/projects/secret").status()).isEqualTo(404);
        assertThat(contractor.get("/api/v1/projects/own").status()).isEqualTo(200);
        assertThat(contractor.post("/api/v1/projects", Map.of("name", "more")).status())
                .isEqualTo(403);
        Figure.say(lists + " lists cut for a guest of one project");
    }

    @Test
    void whoeverIsNotSignedInIsLetIntoWhatIsOpenAlone() {
        int asked = 0;
        for (Api stranger : List.of(tenants.panel.anonymous(), new Api(tenants.panel.url(), "op_nobody"))) {
            asked += everyMethod(stranger, true);
        }
        Figure.say(asked + " calls of strangers over " + asking.operations().size() + " actions, none let in");
    }

    @Test
    void noOtherMethodLeadsToAnAction() {
        Figure.say(everyMethod(tenants.as("guest"), false) + " calls of a guest by every method, none let in");
    }

    private static int everyMethod(Api caller, boolean unknown) {
        int asked = 0;
        for (JsonNode operation : unknown ? asking.operations() : asking.decided()) {
            for (String method : Asking.METHODS) {
                if (asking.isOpen(method, operation.get("path").asText())) {
                    continue;
                }
                Api.Answer answer = asking.askInVain(caller, operation, method, true);
                String what = method + ' ' + operation.get("id") + ": " + answer.status() + ' ' + answer.text();
                assertThat(answer.status()).as(what).isBetween(400, 499);
                assertThat(answer.text()).as(what).doesNotContain(Tenants.CANARY);
                if (unknown && method(operation).equals(method)) {
                    assertThat(answer.status()).as(what).isEqualTo(401);
                }
                asked++;
            }
        }
        return asked;
    }

    @Test
    void aKeyIsGoodForItsActionsAlone() {
        Api narrow = tenants.key(Map.of("actions", List.of("route.list")));
        int refused = 0;
        for (JsonNode operation : asking.decided()) {
            if (Asking.id(operation).equals("route.list")) {
                continue;
            }
            Api.Answer answer = asking.ask(narrow, operation, method(operation), true);
            // What it may not even see is not there for it.
            assertThat(answer.status())
                    .as(operation.get("id") + ": " + answer.text())
                    .isIn(403, 404);
            refused++;
        }
        narrow.get("/api/v1/routes").ok();
        Figure.say("a key for one action refused " + refused + " others");
    }

    @Test
    void aKeyForOneProjectIsAnsweredAsForWhatIsNotThereElsewhere() {
        Api other = tenants.key(Map.of("actions", List.of("*.*"), "resources", List.of(tenants.secret)));
        int compared = 0;
        for (JsonNode operation : asking.decided()) {
            if (!operation.at("/refs/0/required").asBoolean() || !asking.isDecidable(operation)) {
                continue;
            }
            Api.Answer foreign = asking.askInVain(other, operation, method(operation), true);
            Api.Answer absent = asking.askInVain(other, operation, method(operation), false);
            assertThat(foreign.status())
                    .as(operation.get("id") + ": " + foreign.text())
                    .isEqualTo(404);
            assertThat(asking.plain(foreign)).as(Asking.id(operation)).isEqualTo(asking.plain(absent));
            compared++;
        }
        Figure.say(compared + " answer a key for one project as for what is not there");
    }

    @Test
    void noActionTakesAPropertyItDoesNotDeclare() {
        Api owner = tenants.as("owner");
        for (JsonNode operation : asking.operations()) {
            boolean spared = !method(operation).matches("POST|PATCH|PUT")
                    || operation.get("access").asText().equals("local")
                    || Asking.id(operation).matches("(session|setup|invitation)[.].*|plugin[.](stop|start)")
                    || asking.path(operation, true).contains(Asking.ABSENT);
            if (spared) {
                continue;
            }
            Api.Answer answer = owner.send(
                    method(operation),
                    asking.path(operation, true),
                    "{\"teamId\":\"t\",\"owner\":true,\"roles\":\"owner\"}".getBytes(StandardCharsets.UTF_8));
            assertThat(answer.status())
                    .as(operation.get("id") + ": " + answer.text())
                    .isEqualTo(FOR_PLUGINS.contains(Asking.id(operation)) ? 403 : 400);
        }
    }

    @Test
    void whatSomebodyFollowsEndsWithinFiveSecondsOfTheirRight() throws Exception {
        Api owner = tenants.as("owner");
        List<String> ended = new ArrayList<>();
        for (Map.Entry<String, Runnable> loss : losses(owner).entrySet()) {
            Api caller = tenants.as(loss.getKey());
            CompletableFuture<String> following = CompletableFuture.supplyAsync(
                    () -> caller.send("GET", "/api/v1/events/watch", null, "Accept", "text/event-stream")
                            .text());
            Wait.millis(1_500);
            assertThat(following).as(loss.getKey() + " follows").isNotDone();
            long began = System.nanoTime();

            loss.getValue().run();

            String last = following.get(5, TimeUnit.SECONDS);
            ended.add(Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
            assertThat(last).as(loss.getKey()).contains("no longer");
        }
        Figure.say("streams ended " + String.join(" and ", ended) + " after the right was lost");
    }

    private static Map<String, Runnable> losses(Api owner) {
        return Map.of(
                "leaver",
                () -> owner.delete("/api/v1/members/" + Tenants.email("leaver"), "leaver")
                        .ok(),
                "demoted",
                () -> owner.patch("/api/v1/members/" + Tenants.email("demoted"), Map.of("role", "role:guest"))
                        .ok());
    }
}
