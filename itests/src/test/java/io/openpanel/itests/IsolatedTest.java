package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A plugin nobody trusts does what plugins do, gets nothing else, and its end is nobody else's. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class IsolatedTest {
    private static final List<String> OTHERS =
            List.of("/api/v1/projects", "/api/v1/containers?limit=20", "/api/v1/domains", "/api/v1/plugins");
    private static final Duration BACK = Duration.ofSeconds(60);

    @TempDir
    private static Path folder;

    private static Panel panel;
    private static Api api;
    private static Lodger lodger;
    private static Lodger trusted;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        api = panel.owner();
        lodger = new Lodger(api, folder, "lodger");
        long begun = System.nanoTime();
        JsonNode job = lodger.install();
        assertThat(job.get("state").asText())
                .as(job + "\n" + api.log(job.get("job").asText()))
                .isEqualTo("done");
        Figure.say(String.format(Locale.ROOT, "installed in %.1f s, image and all", (System.nanoTime() - begun) / 1e9));
    }

    @AfterAll
    static void stop() {
        lodger.close();
        if (trusted != null) {
            trusted.close();
        }
        panel.close();
    }

    @BeforeEach
    void itServes() {
        Wait.until("it serves", BACK, () -> say().status() == 200);
    }

    private static Api.Answer say() {
        return api.get("/api/v1/lodger/say?text=hello");
    }

    private static List<String> containers() {
        return Panel.run(
                        List.of("docker", "ps", "-a", "--filter", "label=op.plugin=lodger", "--format", "{{.ID}}"),
                        Map.of(),
                        null)
                .output()
                .lines()
                .toList();
    }

    /** The engine takes a moment to take one away. */
    private static void haveOneContainer() {
        Wait.until(
                "it has one container",
                Duration.ofSeconds(15),
                () -> containers().size() == 1);
    }

    private static void haveNoContainer() {
        Wait.until("it has no container", Duration.ofSeconds(15), () -> containers()
                .isEmpty());
    }

    @Test
    @Order(1)
    void anActionIsOneLikeAnyOther() {
        assertThat(say().json().get("text").asText()).isEqualTo("hello");
        assertThat(api.get("/api/v1/lodger/say?text=" + "x".repeat(101)).status())
                .isEqualTo(400);
        assertThat(api.get("/api/v1/lodger/say?other=1").status()).isEqualTo(400);
        assertThat(panel.anonymous().get("/api/v1/lodger/say").status()).isEqualTo(401);
        assertThat(api.get("/api/v1/openapi.json").text()).contains("lodger.say");
        assertThat(lodger.plugin().get("trust").asText()).isEqualTo("isolated");
        panel.logIn();
        assertThat(panel.cli("lodger", "say", "--json").output()).contains("1.0.0");
        JsonNode project =
                api.post("/api/v1/projects", Map.of("name", "shown")).ok().json();
        assertThat(api.get("/api/v1/lodger/show/shown").ok().json().get("name").asText())
                .isEqualTo("shown");
        assertThat(api.get("/api/v1/lodger/show/none").status()).isEqualTo(404);
        assertThat(project.get("name").asText()).isEqualTo("shown");
    }

    @Test
    @Order(2)
    void itHasTablesOfItsOwnAndReadsNoOthers() {
        JsonNode row =
                api.post("/api/v1/lodger/note", Map.of("text", "first")).ok().json();
        assertThat(row.get("text").asText()).isEqualTo("first");
        assertThat(api.post("/api/v1/lodger/undo", Map.of("text", "second")).status())
                .isEqualTo(409);
        JsonNode rows = api.get("/api/v1/lodgers").ok().json().get("items");
        assertThat(rows).hasSize(1);
        assertThat(rows.get(0).get("at").asText()).startsWith("20");
        assertThat(api.post("/api/v1/lodger/keep", Map.of("secret", "open sesame"))
                        .ok()
                        .json()
                        .get("length")
                        .asInt())
                .isEqualTo(11);
        Map<String, String> tried = tried("/api/v1/lodger/others");
        assertThat(tried).isNotEmpty();
        tried.forEach((sql, found) ->
                assertThat(found).as(sql).matches(each -> each.startsWith("refused") || each.equals("rows 0")));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> tried(String path) {
        return Api.JSON.convertValue(api.get(path).ok().json().get("found"), Map.class);
    }

    @Test
    @Order(3)
    void itHearsItsEventsAndThoseItListsAndItsScheduleRuns() {
        api.post("/api/v1/lodger/note", Map.of("text", "heard")).ok();
        panel.owner();
        Wait.until(
                "it heard its own",
                Duration.ofSeconds(20),
                () -> say().json().get("heard").asInt() > 0);
        Wait.until(
                "it heard the other",
                Duration.ofSeconds(20),
                () -> say().json().get("foreign").asInt() > 0);
        Wait.until(
                "its schedule runs",
                Duration.ofSeconds(40),
                () -> say().json().get("ticks").asInt() > 0);
    }

    @Test
    @Order(4)
    void itCallsWhatItListsAndWhatThePersonMayAndNothingElse() {
        assertThat(api.get("/api/v1/lodger/projects").ok().json().get("items")).isNotEmpty();
        assertThat(api.get("/api/v1/lodger/users").status()).isEqualTo(403);
        assertThat(api.post("/api/v1/lodger/build", Map.of("name", "built"))
                        .ok()
                        .json()
                        .get("name")
                        .asText())
                .isEqualTo("built");
        Api narrow = new Api(
                panel.url(),
                api.post("/api/v1/api-keys", Map.of("name", "narrow", "actions", List.of("lodger.*")))
                        .ok()
                        .json()
                        .get("token")
                        .asText());
        assertThat(narrow.get("/api/v1/lodger/say").status()).isEqualTo(200);
        assertThat(narrow.post("/api/v1/lodger/build", Map.of("name", "smuggled"))
                        .status())
                .isEqualTo(403);
        assertThat(api.get("/api/v1/projects").text()).doesNotContain("smuggled");
    }

    @Test
    @Order(5)
    void itsJobHasStepsAndALog() {
        String job =
                api.post("/api/v1/lodger/copy", Map.of()).ok().json().get("job").asText();
        JsonNode ended = api.await(job, Duration.ofSeconds(30));
        assertThat(ended.get("state").asText()).as(ended.toString()).isEqualTo("done");
        assertThat(ended.at("/result/copies").asInt()).isEqualTo(5);
        assertThat(api.log(job)).contains("Copied 4");
    }

    @Test
    @Order(6)
    void itsListAndItsFramedPageAreInTheConsoleAndItsModulesAndItsWordsForOthersAreNot() {
        JsonNode console = api.get("/api/v1/console").ok().json().get("plugins");
        JsonNode own = null;
        for (JsonNode each : console) {
            own = each.get("id").asText().equals("lodger") ? each : own;
        }
        assertThat(own.at("/console/pages").findValuesAsText("path")).containsExactly("/lodger", "/lodger/own");
        assertThat(own.at("/console/widgets").findValuesAsText("id")).containsExactly("a");
        assertThat(own.at("/console/nav")).hasSize(1);
        assertThat(own.at("/i18n/en").has("action.project.delete")).isFalse();
        String digest = own.get("digest").asText();
        String files = "/ui/lodger/" + digest;
        assertThat(api.get(files + "/own.html").ok().headers().firstValue("Content-Security-Policy"))
                .hasValueSatisfying(policy -> assertThat(policy).startsWith("sandbox allow-scripts allow-forms; "));
        assertThat(api.send("GET", files + "/s.js", null, "Sec-Fetch-Site", "same-origin")
                        .status())
                .as("its script, in a page of the panel itself")
                .isEqualTo(404);
    }

    @Test
    @Order(7)
    void fromInsideThereIsNoNetworkNoEngineAndNoOtherFile() {
        Map<String, String> tried = tried("/api/v1/lodger/probe?name=" + panel.port);
        assertThat(tried.get("status"))
                .contains("CapEff: 0000000000000000")
                .contains("CapBnd: 0000000000000000")
                .contains("NoNewPrivs: 1")
                .contains("Seccomp: 2")
                .contains("Uid: 19");
        assertThat(tried.get("interfaces")).isEqualTo("[]");
        assertThat(tried.get("root")).doesNotContain("home", "var", "root").contains("/java", "/panel");
        assertThat(tried.get("environment")).doesNotContain("OPENPANEL");
        tried.forEach((what, found) -> {
            if (!List.of("status", "interfaces", "root", "environment").contains(what)) {
                assertThat(found).as(what).startsWith("refused");
            }
        });
        Figure.say(tried.size() + " ways out tried, all closed");
    }

    @Test
    @Order(8)
    void aCallCostsLessThanThreeMillisecondsMore() throws IOException {
        trusted = new Lodger(api, folder, "family");
        trusted.trust();
        JsonNode job = trusted.install();
        assertThat(job.get("state").asText()).as(job.toString()).isEqualTo("done");
        assertThat(trusted.plugin().get("trust").asText()).isEqualTo("trusted");
        String[] bearer = {"Authorization", "Bearer " + ReadBench.token(panel)};
        long[] inside = ReadBench.latencies(panel, "/api/v1/family/say?text=x", bearer);
        long[] apart = ReadBench.latencies(panel, "/api/v1/lodger/say?text=x", bearer);
        double more = Bench.percentile(apart, 0.95) - Bench.percentile(inside, 0.95);
        Figure.say(String.format(
                Locale.ROOT,
                "a call p50 %.2f ms and p95 %.2f ms, in process p50 %.2f ms and p95 %.2f ms: p95 %.2f ms more",
                Bench.percentile(apart, 0.5),
                Bench.percentile(apart, 0.95),
                Bench.percentile(inside, 0.5),
                Bench.percentile(inside, 0.95),
                more));
        assertThat(more).isLessThan(3);
    }

    @Test
    @Order(9)
    void itsSettingsAreCheckedHereAndCountThereAtOnce() {
        assertThat(say().json().get("greeting").asText()).isEqualTo("hello");
        String settings = "/api/v1/plugins/lodger/settings";
        assertThat(api.send(
                                "PATCH",
                                settings,
                                "{\"values\":{\"greeting\":\"far too long to be a greeting\"}}".getBytes())
                        .status())
                .isEqualTo(400);
        JsonNode changed = api.send("PATCH", settings, "{\"values\":{\"greeting\":\"ahoy\"}}".getBytes())
                .ok()
                .json();
        assertThat(changed.get("applied").asBoolean()).as(changed.toString()).isTrue();
        assertThat(say().json().get("greeting").asText()).isEqualTo("ahoy");
        assertThat(say().json().get("started").asInt()).isEqualTo(1);
        startAgain();
        assertThat(say().json().get("greeting").asText()).isEqualTo("ahoy");
        assertThat(say().json().get("started").asInt()).isEqualTo(1);
    }

    /** The plugin is asked for the worst while the others are asked as ever; then it serves again. */
    private static void survives(String what) throws IOException {
        Others others = new Others(panel, OTHERS);
        Duration back;
        try (others) {
            Api.Answer answer = api.get("/api/v1/lodger/" + what);
            assertThat(answer.status()).as(answer.text()).isIn(500, 503, 504);
            Wait.until("its end is seen", Duration.ofSeconds(30), () -> say().status() != 200);
            Api.Answer meanwhile = say();
            if (meanwhile.status() == 503) {
                assertThat(meanwhile.headers().firstValue("Retry-After")).isPresent();
            }
            back = Wait.until("it serves again", BACK, () -> say().status() == 200);
        }
        assertThat(others.failed()).isEmpty();
        Figure.say(String.format(
                Locale.ROOT,
                "%s: back after %.1f s, others p99 %.0f ms, 0 of %d failed",
                what,
                back.toMillis() / 1e3,
                others.percentile(0.99),
                others.requests()));
        haveOneContainer();
    }

    @Test
    @Order(10)
    void itEndsItsProcess() throws IOException {
        survives("exit");
    }

    @Test
    @Order(11)
    void itHalts() throws IOException {
        survives("halt");
    }

    @Test
    @Order(12)
    void itTakesAllMemory() throws IOException {
        startAgain();
        survives("eat");
    }

    @Test
    @Order(13)
    void itNeverEnds() throws IOException {
        startAgain();
        survives("hang");
    }

    /** Some deaths within a minute are too many; here they are wanted. */
    private static void startAgain() {
        api.post("/api/v1/plugins/lodger/stop", Map.of()).ok();
        haveNoContainer();
        assertThat(say().status()).isEqualTo(404);
        api.post("/api/v1/plugins/lodger/start", Map.of()).ok();
        Wait.until("it serves", BACK, () -> say().status() == 200);
    }

    @Test
    @Order(14)
    void oneThatAlwaysFailsIsPutInQuarantine() {
        for (int i = 0; i < 6; i++) {
            api.get("/api/v1/lodger/fail");
        }
        Wait.until(
                "it is in quarantine",
                Duration.ofSeconds(20),
                () -> lodger.plugin().get("state").asText().equals("quarantined"));
        assertThat(lodger.plugin().get("reason").asText()).contains("I never work");
        haveNoContainer();
        api.post("/api/v1/plugins/lodger/start", Map.of()).ok();
    }

    @Test
    @Order(15)
    void anUpdateIsTriedBesideTheVersionThatServes() {
        lodger.publish(Lodger.version("lodger", "2.0.0").header("Require-Capability", "no.such;filter:=\"(a=b)\""));
        lodger.publish(Lodger.version("lodger", "1.1.0"));
        lodger.refresh();
        JsonNode refused = lodger.end("/api/v1/plugins/lodger/update", Map.of("version", "2.0.0"));
        assertThat(refused.get("state").asText()).isEqualTo("failed");
        assertThat(refused.at("/error/message").asText()).contains("no.such").contains("1.0.0 goes on serving");
        assertThat(say().json().get("version").asText()).isEqualTo("1.0.0");
        JsonNode done = lodger.end("/api/v1/plugins/lodger/update", Map.of("version", "1.1.0"));
        assertThat(done.get("state").asText()).as(done.toString()).isEqualTo("done");
        assertThat(say().json().get("version").asText()).isEqualTo("1.1.0");
        haveOneContainer();
        JsonNode back = lodger.end("/api/v1/plugins/lodger/rollback", Map.of());
        assertThat(back.get("state").asText()).as(back.toString()).isEqualTo("done");
        assertThat(say().json().get("version").asText()).isEqualTo("1.0.0");
    }

    @Test
    @Order(16)
    void aPanelThatWasKilledLeavesNoContainer() {
        List<String> before = containers();
        panel.kill("panel");
        panel.awaitReady(Duration.ofSeconds(60));
        api = panel.owner();
        Wait.until("it serves again", BACK, () -> say().status() == 200);
        haveOneContainer();
        assertThat(containers()).doesNotContainAnyElementsOf(before);
    }

    @Test
    @Order(17)
    void trustBringsItInside() {
        lodger.trust();
        JsonNode done = lodger.end("/api/v1/plugins/lodger/update", Map.of("version", "1.1.0"));
        assertThat(done.get("state").asText()).as(done.toString()).isEqualTo("done");
        assertThat(lodger.plugin().get("trust").asText()).isEqualTo("trusted");
        haveNoContainer();
        assertThat(api.get("/api/v1/lodgers").ok().json().get("items")).isNotEmpty();
        api.post("/api/v1/lodger/note", Map.of("text", "from inside")).ok();
    }

    @Test
    @Order(18)
    void itGoesWithAllItHad() {
        api.post("/api/v1/plugins/lodger/uninstall", Map.of()).ok();
        haveNoContainer();
        api.send("POST", "/api/v1/plugins/lodger/purge", "{\"confirm\":\"lodger\"}".getBytes())
                .ok();
        assertThat(api.get("/api/v1/plugins/lodger").status()).isEqualTo(404);
    }
}
