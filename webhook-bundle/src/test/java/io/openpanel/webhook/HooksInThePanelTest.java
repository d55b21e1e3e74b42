package io.openpanel.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Action;
import io.openpanel.api.Door;
import io.openpanel.api.Event;
import io.openpanel.api.Extension;
import io.openpanel.api.Param;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Resource;
import io.openpanel.api.Resources;
import io.openpanel.spi.Events;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;

/** Hooks in a running panel, with a stand-in for the plugin that owns the apps. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.webhook")
class HooksInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Ref TEAM = Ref.create("team");
    private static final Ref OTHER_TEAM = Ref.create("team");
    private static final Ref APP = Ref.create("app");
    private static final String COMMIT = "6dcb09b5b57875f334f61aebed695e2e4193db5e";
    private static final List<Event> PUSHED = new CopyOnWriteArrayList<>();
    private static TestPanel panel;

    /** The apps, as far as hooks want to know. */
    public static final class Apps implements Extension, Resources {
        /** Which app. */
        public record Get(@Param(kind = "app") Ref app) {}

        /** An app. */
        public record App(Ref app, String name, Optional<String> branch) {}

        @Action(value = "app.get", summary = "Shows an app", effect = Action.Effect.READ)
        public App get(Get in) {
            return new App(in.app(), "web", Optional.of("release"));
        }

        @Action(value = "deployment.start", summary = "Deploys an app", effect = Action.Effect.CHANGE)
        public void start(Get in) {
            // Deployments are not what is tested here.
        }

        @Override
        public String kind() {
            return "app";
        }

        @Override
        public String plural() {
            return "apps";
        }

        @Override
        public Optional<Resource> find(String idOrPath) {
            return idOrPath.equals(APP.id())
                    ? Optional.of(new Resource(APP, "web", Optional.empty(), Optional.of(TEAM), "1"))
                    : Optional.empty();
        }
    }

    @BeforeAll
    static void open(TestPanel running) {
        panel = running;
        Bundle deploy = panel.plugin(
                "deploy",
                List.of(),
                Map.of("OPENPANEL-INF/roles.yaml", "app.get: [owner]\ndeployment.start: [owner]\n"));
        Apps apps = new Apps();
        deploy.getBundleContext()
                .registerService(new String[] {Extension.class.getName(), Resources.class.getName()}, apps, null);
        panel.awaitActions("hook.create", "hook.list", "hook.delete", "app.get", "deployment.start");
        TestPanel.await("the kinds", () -> panel.get(io.openpanel.spi.Catalogue.class)
                .kinds()
                .keySet()
                .containsAll(List.of("app", "hook")));
        panel.get(Events.class).watch("git.pushed", PUSHED::add);
    }

    private static JsonNode call(String action, String json) {
        try {
            return JSON.readTree(panel.json(TestPanel.local(TEAM), action, json));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode hook(String branch) {
        return call(
                "hook.create",
                "{\"app\":\"" + APP + '"' + (branch == null ? "" : ",\"branch\":\"" + branch + '"') + '}');
    }

    private static String push(String ref) {
        return "{\"ref\":\"" + ref + "\",\"after\":\"" + COMMIT + "\",\"repository\":{\"full_name\":\"acme/web\"}}";
    }

    private static String sign(String secret, String body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Door.Reply deliver(String path, String address, String body, String... headers) {
        Map<String, List<String>> all = new HashMap<>();
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return panel.get(Door.class)
                .handle(new Door.Request(
                        "POST",
                        path.substring("/hooks".length()),
                        Map.of(),
                        all,
                        address,
                        true,
                        new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))));
    }

    private static JsonNode good(JsonNode hook, String body, String... more) {
        List<String> headers = new ArrayList<>(
                List.of("x-hub-signature-256", sign(hook.get("secret").asText(), body)));
        headers.addAll(List.of(more));
        Door.Reply reply = deliver(hook.get("path").asText(), "192.0.2.1", body, headers.toArray(new String[0]));
        try {
            JsonNode answer = JSON.readTree(reply.body());
            ((com.fasterxml.jackson.databind.node.ObjectNode) answer).put("status", reply.status());
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Event> heardFor(JsonNode hook) {
        return PUSHED.stream()
                .filter(event ->
                        event.data().get("hook").equals(hook.get("hook").asText()))
                .toList();
    }

    @Test
    void aSignedPushIsAnsweredStoredAndPublishedInTheHooksTeam() {
        JsonNode hook = hook(null);
        JsonNode answer =
                good(hook, push("refs/heads/release"), "x-github-event", "push", "x-github-delivery", "72d3162e");

        assertThat(answer.get("status").asInt()).isEqualTo(202);
        assertThat(answer.get("delivery").asText()).isEqualTo("72d3162e");
        TestPanel.await("the event", () -> !heardFor(hook).isEmpty());
        Event event = heardFor(hook).get(0);
        assertThat(event.team()).contains(TEAM);
        assertThat(event.ref()).contains(APP);
        assertThat(event.data())
                .containsEntry("app", APP.toString())
                .containsEntry("branch", "release")
                .containsEntry("commit", COMMIT)
                .containsEntry("repository", "acme/web")
                .containsEntry("deploy", true);
        assertThat(call("hook.list", "{}").get("items").findValuesAsText("hook"))
                .contains(hook.get("hook").asText());
    }

    @Test
    void theHooksBranchElseTheAppsDecidesWhetherToDeploy() {
        assertThat(good(hook("main"), push("refs/heads/main")).get("deploy").asBoolean())
                .isTrue();
        assertThat(good(hook("main"), push("refs/heads/other")).get("deploy").asBoolean())
                .isFalse();
        assertThat(good(hook(null), push("refs/heads/main")).get("deploy").asBoolean())
                .isFalse();
        assertThat(good(hook("main"), "{\"ref\":\"refs/heads/main\",\"deleted\":true}")
                        .get("deploy")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void theSameDeliveryCountsOnce() {
        JsonNode hook = hook(null);
        for (int i = 0; i < 20; i++) {
            assertThat(good(hook, push("refs/heads/release"), "x-openpanel-delivery", "one")
                            .get("repeated")
                            .asBoolean())
                    .isEqualTo(i > 0);
        }
        assertThat(good(hook, push("refs/heads/release")).get("repeated").asBoolean())
                .isFalse();
        assertThat(good(hook, push("refs/heads/release")).get("repeated").asBoolean())
                .isTrue();
        assertThat(good(hook, push("refs/heads/release"), "x-github-delivery", "two")
                        .get("repeated")
                        .asBoolean())
                .isFalse();

        TestPanel.await("the events", () -> heardFor(hook).size() >= 3);
        assertThat(heardFor(hook)).hasSize(3);
    }

    @Test
    void aBadSignatureAndAnUnknownHookAreToldTheSame() {
        JsonNode hook = hook(null);
        String path = hook.get("path").asText();
        String body = push("refs/heads/release");
        String right = sign(hook.get("secret").asText(), body);
        List<Problem> answers = new ArrayList<>();
        for (String wrong : List.of(
                "",
                "sha256=",
                right.substring(7),
                right.replace("sha256=", "sha1="),
                right + "0",
                sign("other", body),
                sign(hook.get("secret").asText(), body + ' '))) {
            answers.add(catchThrowableOfType(
                    Problem.class, () -> deliver(path, "198.51.100.1", body, "x-hub-signature-256", wrong)));
        }
        for (String nowhere :
                List.of("/hooks/" + Ref.create("hook").id(), "/hooks", "/hooks/x", "/hooks/../etc", path + "/x")) {
            answers.add(catchThrowableOfType(
                    Problem.class, () -> deliver(nowhere, "198.51.100.1", body, "x-hub-signature-256", right)));
        }
        answers.add(catchThrowableOfType(Problem.class, () -> deliver(path, "198.51.100.1", "not json")));

        assertThat(answers).extracting(Problem::kind).containsOnly(Problem.Kind.UNAUTHENTICATED);
        assertThat(answers)
                .extracting(Problem::getMessage)
                .hasSameSizeAs(answers)
                .containsOnly(answers.get(0).getMessage());
        assertThat(heardFor(hook)).isEmpty();
        assertThat(deliver(path, "198.51.100.1", body, "x-openpanel-signature", right)
                        .status())
                .isEqualTo(202);
    }

    @Test
    void whatIsSignedButNoPushIsSaidSo() {
        JsonNode hook = hook(null);

        assertThat(good(hook, "{\"zen\":\"x\"}", "x-github-event", "ping")
                        .get("pong")
                        .asBoolean())
                .isTrue();
        assertThat(good(hook, "{}", "x-github-event", "issues").has("ignored")).isTrue();
        assertThat(good(hook, push("refs/tags/v1")).has("ignored")).isTrue();
        for (String bad : List.of("payload=%7B%7D", "[]", "{\"ref\":\"--x\"}", "{}")) {
            assertThat(catchThrowableOfType(Problem.class, () -> good(hook, bad))
                            .kind())
                    .isEqualTo(Problem.Kind.INVALID);
        }
        assertThat(panel.get(Door.class)
                        .handle(new Door.Request(
                                "GET", "/x", Map.of(), Map.of(), "", true, new ByteArrayInputStream(new byte[0])))
                        .status())
                .isEqualTo(405);
        assertThat(heardFor(hook)).isEmpty();
    }

    @Test
    void sixtyDeliveriesAMinuteAreEnough() {
        JsonNode hook = hook(null);
        for (int i = 0; i < 60; i++) {
            good(hook, push("refs/heads/release"), "x-openpanel-delivery", "d" + i);
        }
        Problem problem = catchThrowableOfType(
                Problem.class, () -> good(hook, push("refs/heads/release"), "x-openpanel-delivery", "d60"));

        assertThat(problem.kind()).isEqualTo(Problem.Kind.LIMITED);
        assertThat(problem.retryAfter()).isPresent();
        assertThat(good(hook(null), push("refs/heads/release")).get("status").asInt())
                .isEqualTo(202);
    }

    @Test
    void whoGuessesIsSlowedDown() {
        for (int i = 0; i < 60; i++) {
            catchThrowableOfType(Problem.class, () -> deliver("/hooks/x", "203.0.113.5", "{}"));
        }

        assertThat(catchThrowableOfType(Problem.class, () -> deliver("/hooks/x", "203.0.113.5", "{}"))
                        .kind())
                .isEqualTo(Problem.Kind.LIMITED);
    }

    @Test
    void aHookIsItsTeamsAloneAndItsSecretIsShownOnce() {
        JsonNode hook = hook(null);
        assertThat(hook.get("secret").asText()).matches("[0-9a-f]{64}");
        assertThat(call("hook.list", "{\"app\":\"" + APP + "\"}").toString())
                .contains(hook.get("hook").asText())
                .doesNotContain(hook.get("secret").asText());
        assertThat(panel.json(TestPanel.local(OTHER_TEAM), "hook.list", "{}"))
                .doesNotContain(hook.get("hook").asText());
        assertThat(catchThrowableOfType(
                                Problem.class,
                                () -> panel.json(
                                        TestPanel.local(OTHER_TEAM),
                                        "hook.delete",
                                        "{\"hook\":\"" + hook.get("hook").asText() + "\"}"))
                        .kind())
                .isEqualTo(Problem.Kind.MISSING);

        call("hook.delete", "{\"hook\":\"" + hook.get("hook").asText() + "\"}");

        assertThat(catchThrowableOfType(Problem.class, () -> good(hook, push("refs/heads/release")))
                        .kind())
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(catchThrowableOfType(Problem.class, () -> hook("bad branch")).kind())
                .isEqualTo(Problem.Kind.INVALID);
    }
}
