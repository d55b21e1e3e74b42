package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a team of the product may have of projects, apps, memory, cores, domains and deployments. */
class QuotasTest {
    private static final long MIB = 1 << 20;
    private static Panel panel;
    private static Api owner;
    private static String project;
    private static int names;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        owner = panel.owner();
        project = owner.post("/api/v1/projects", Map.of("name", "first"))
                .ok()
                .json()
                .get("project")
                .asText();
    }

    @AfterAll
    static void stop() {
        panel.close();
    }

    @BeforeEach
    void lift() {
        standings().keySet().forEach(each -> set(each, null));
    }

    private static Map<String, JsonNode> standings() {
        Map<String, JsonNode> standings = new TreeMap<>();
        owner.get("/api/v1/quotas")
                .ok()
                .json()
                .get("items")
                .forEach(each -> standings.put(each.get("quota").asText(), each));
        return standings;
    }

    private static long used(String quota) {
        return standings().get(quota).get("used").asLong();
    }

    private static void set(String quota, Long limit) {
        String team = owner.get("/api/v1/profile").ok().json().get("teamName").asText();
        owner.post(
                        "/api/v1/quotas/set",
                        limit == null
                                ? Map.of("team", team, "quota", quota)
                                : Map.of("team", team, "quota", quota, "limit", limit))
                .ok();
    }

    private static Api.Answer app(Map<String, ?> more) {
        Map<String, Object> input =
                new TreeMap<>(Map.of("project", project, "name", "app-" + names++, "image", "nowhere.invalid/x"));
        input.putAll(more);
        return owner.post("/api/v1/apps", input);
    }

    private static String made(Api.Answer answer) {
        return answer.ok().json().get("app").asText();
    }

    /** How many of twenty that came at once were let through. */
    private static long ofTwenty(IntFunction<Api.Answer> what) {
        ExecutorService threads = Executors.newFixedThreadPool(20);
        try {
            List<CompletableFuture<Api.Answer>> all = IntStream.range(0, 20)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> what.apply(i), threads))
                    .toList();
            List<Api.Answer> answers = all.stream().map(CompletableFuture::join).toList();
            assertThat(answers).allSatisfy(each -> assertThat(each.status()).isIn(200, 201, 202, 409));
            return answers.stream().filter(each -> each.status() < 300).count();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void everyPluginSaysWhatATeamMayHaveSoMuchOf() {
        assertThat(standings().keySet())
                .contains("api-keys", "apps", "cpus", "deployments", "domains", "members", "memory", "projects");
    }

    @Test
    void projectsAndAppsAreNoMoreThanThereMayBeHoweverManyAskAtOnce() {
        set("projects", used("projects") + 3);
        assertThat(ofTwenty(i -> owner.post("/api/v1/projects", Map.of("name", "raced-" + i))))
                .isEqualTo(3);
        set("apps", used("apps") + 4);
        assertThat(ofTwenty(i -> owner.post(
                        "/api/v1/apps",
                        Map.of("project", project, "name", "raced-" + i, "image", "nowhere.invalid/x"))))
                .isEqualTo(4);
        Api.Answer refused = app(Map.of());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail()).contains("of apps (apps in all projects)", "an owner of the panel");
        set("apps", null);
        app(Map.of()).ok();
    }

    @Test
    void memoryAndCoresAreCountedAsPromisedAndAnAppWithoutALimitIsTooMuch() {
        made(app(Map.of()));
        long before = used("memory");
        set("memory", before + 256 * MIB);
        set("cpus", used("cpus") + 1_500);

        assertThat(app(Map.of("memory", 128 * MIB)).detail()).contains("cpus", "could take any amount");
        assertThat(app(Map.of("cpus", 0.5)).detail()).contains("memory", "could take any amount");
        String app = made(app(Map.of("memory", 128 * MIB, "cpus", 1)));
        assertThat(app(Map.of("memory", 200 * MIB, "cpus", 0.25)).detail()).contains("256 MiB", "200 MiB more");
        assertThat(app(Map.of("memory", 64 * MIB, "cpus", 0.75)).detail()).contains("1.5 cores", "0.75 cores more");

        assertThat(patch(app, Map.of("memory", 300 * MIB)).status()).isEqualTo(409);
        assertThat(patch(app, Map.of("memory", 0)).status()).isEqualTo(409);
        patch(app, Map.of("memory", 256 * MIB)).ok();
        patch(app, Map.of("healthPath", "/ready")).ok();
        assertThat(used("memory")).isEqualTo(before + 256 * MIB);
        patch(app, Map.of("memory", 64 * MIB)).ok();
        owner.delete("/api/v1/apps/" + bare(app), "app-" + nameOf(app)).ok();
        assertThat(used("memory")).isEqualTo(before);
    }

    private static Api.Answer patch(String app, Map<String, ?> change) {
        return owner.patch("/api/v1/apps/" + bare(app), change);
    }

    private static String nameOf(String app) {
        return owner.get("/api/v1/apps/" + bare(app))
                .ok()
                .json()
                .get("name")
                .asText()
                .substring("app-".length());
    }

    private static String bare(String ref) {
        return ref.substring(ref.indexOf(':') + 1);
    }

    @Test
    void domainsThatPeopleAddCountAndThoseOfThePanelDoNot() {
        String app = made(app(Map.of()));
        set("domains", used("domains") + 1);
        owner.post("/api/v1/domains/generate", Map.of("app", app)).ok();
        owner.post("/api/v1/domains", Map.of("app", app, "host", "one.quota.localhost"))
                .ok();
        assertThat(owner.post("/api/v1/domains", Map.of("app", app, "host", "two.quota.localhost"))
                        .status())
                .isEqualTo(409);
    }

    @Test
    void deploymentsAtOnceCountUntilTheyEnd() {
        List<String> apps =
                IntStream.range(0, 20).mapToObj(i -> made(app(Map.of()))).toList();
        set("deployments", 2L);
        CompletableFuture<Long> let = CompletableFuture.supplyAsync(
                () -> ofTwenty(i -> owner.post("/api/v1/deployments/start", Map.of("app", apps.get(i)))));
        while (!let.isDone()) {
            assertThat(used("deployments")).as("at once").isLessThanOrEqualTo(2);
        }
        assertThat(let.join())
                .as("others may have found room when the first ended")
                .isGreaterThanOrEqualTo(2);
        Wait.until("they end", Duration.ofMinutes(1), () -> used("deployments") == 0);
        set("deployments", 0L);
        assertThat(owner.post("/api/v1/deployments/start", Map.of("app", apps.get(0)))
                        .status())
                .isEqualTo(409);
        set("deployments", 1L);
        owner.deploy(apps.get(0));
        Figure.say("20 projects, apps, deployments at once never more than their quotas");
    }

    @Test
    void theCommandLineSetsAndListsThem() {
        panel.logIn();
        String team = owner.get("/api/v1/profile").ok().json().get("teamName").asText();
        Panel.Ran said = panel.cli("quota", "set", team, "members", "--limit", "77");
        assertThat(said.exitCode()).as(said.output()).isZero();
        Panel.Ran listed = panel.cli("quotas");
        assertThat(listed.exitCode()).as(listed.output()).isZero();
        assertThat(listed.output()).contains("memory", "77");
    }
}
