package io.openpanel.teams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Members that are programs, and secrets that are renewed without a gap. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.teams")
@Tag("slow")
class ServiceAccountsInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static TestPanel panel;
    private static Caller owner;

    @BeforeAll
    static void setUp(TestPanel running) throws IOException {
        panel = running;
        panel.awaitActions("setup.create", "service-account.create", "api-key.rotate", "api-key.create", "user.list");
        Path token = panel.home().resolve("run/setup-token");
        TestPanel.await("the set-up token", () -> Files.exists(token));
        owner = bearer(call(
                new Caller.Anonymous(),
                "setup.create",
                "{\"token\":\"" + Files.readString(token).strip()
                        + "\",\"email\":\"ana@example.com\",\"password\":\"seven quiet otters\"}"));
    }

    private static JsonNode call(Caller caller, String action, String json) {
        Gateway.Reply reply = panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        json.getBytes(StandardCharsets.UTF_8),
                        caller,
                        "rest",
                        "192.0.2.7",
                        "r",
                        Optional.empty(),
                        Optional.empty()));
        try {
            byte[] answer = ((Gateway.Reply.Done) reply).json();
            return answer.length == 0 ? JSON.createObjectNode() : JSON.readTree(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Caller bearer(JsonNode answer) {
        return new Caller.Bearer(
                answer.get(answer.has("token") ? "token" : "accessToken").asText(), Optional.empty());
    }

    private static Problem.Kind refused(Caller caller, String action, String json) {
        Problem problem = catchThrowableOfType(Problem.class, () -> call(caller, action, json));
        assertThat(problem).as(action).isNotNull();
        return problem.kind();
    }

    private static JsonNode account(String name, String role) {
        return call(owner, "service-account.create", "{\"name\":\"" + name + "\",\"role\":\"" + role + "\"}");
    }

    private static JsonNode keyOf(Caller caller, String name, String account) {
        return call(
                caller,
                "api-key.create",
                "{\"name\":\"" + name + "\",\"actions\":[\"*\"],\"account\":\"" + account + "\"}");
    }

    private static Caller join(String email, String role) {
        JsonNode invitation =
                call(owner, "invitation.create", "{\"email\":\"" + email + "\",\"role\":\"" + role + "\"}");
        JsonNode joined = call(
                new Caller.Anonymous(),
                "invitation.accept",
                "{\"token\":\"" + invitation.get("token").asText() + "\",\"password\":\"nine lazy harbours\"}");
        return bearer(joined.get("session"));
    }

    @Test
    void aProgramIsAMemberWithARoleAndNothingButKeys() {
        JsonNode made = account("ci", "viewer");
        Caller key = bearer(keyOf(owner, "ci-key", "ci"));

        assertThat(made.get("service").asBoolean()).isTrue();
        assertThat(call(key, "member.list", "{}").get("items").findValuesAsText("name"))
                .contains("ci");
        assertThat(refused(key, "invitation.create", "{\"email\":\"x@example.com\",\"role\":\"viewer\"}"))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(
                        new Caller.Anonymous(),
                        "session.create",
                        "{\"email\":\"" + made.get("email").asText() + "\",\"password\":\"\"}"))
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(owner, "user.list", "{}").toString()).doesNotContain("service.invalid");
        assertThat(call(owner, "api-key.list", "{}").get("items").findValuesAsText("ownerName"))
                .contains("ci");

        call(owner, "member.update", "{\"member\":\"ci\",\"role\":\"admin\"}");
        assertThat(call(key, "invitation.list", "{}").has("items")).isTrue();
        call(owner, "member.remove", "{\"member\":\"ci\",\"confirm\":\"ci\"}");
        assertThat(refused(key, "member.list", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(account("ci", "viewer").get("name").asText()).isEqualTo("ci");
    }

    @Test
    void nobodyGetsMoreByAProgramThanTheyHave() {
        Caller admin = join("ada@example.com", "admin");
        Caller dev = join("dev@example.com", "developer");
        account("strong", "owner");
        account("weak", "viewer");
        JsonNode strong = keyOf(owner, "strong-key", "strong");

        assertThat(refused(admin, "service-account.create", "{\"name\":\"mine\",\"role\":\"owner\"}"))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(catchThrowableOfType(Problem.class, () -> keyOf(admin, "stolen", "strong"))
                        .kind())
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(admin, "api-key.rotate", "{\"key\":\"strong-key\"}")).isEqualTo(Problem.Kind.DENIED);
        assertThat(catchThrowableOfType(Problem.class, () -> keyOf(dev, "weak-key", "weak"))
                        .kind())
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(keyOf(admin, "weak-key", "weak").has("token")).isTrue();
        assertThat(catchThrowableOfType(Problem.class, () -> keyOf(owner, "persons", "ada@example.com"))
                        .kind())
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(call(bearer(strong), "member.list", "{}").has("items")).isTrue();
    }

    @Test
    void whatAKeyMayDoIsExplainedToWhoLooksAfterIt() {
        account("asked", "viewer");
        call(
                owner,
                "api-key.create",
                "{\"name\":\"asked-key\",\"actions\":[\"member.list\",\"member.remove\"],\"account\":\"asked\"}");

        assertThat(why(owner, "member.list")).isEqualTo("role");
        assertThat(why(owner, "role.list")).isEqualTo("key-action");
        assertThat(why(owner, "member.remove")).isEqualTo("lacking");
        assertThat(refused(
                        join("curious@example.com", "viewer"),
                        "access.explain",
                        "{\"action\":\"member.list\",\"key\":\"asked-key\"}"))
                .isEqualTo(Problem.Kind.MISSING);
    }

    private static String why(Caller caller, String action) {
        return call(caller, "access.explain", "{\"action\":\"" + action + "\",\"key\":\"asked-key\"}")
                .get("reason")
                .asText();
    }

    @Test
    void anotherPersonsKeyIsRotatedByNobodyElse() {
        call(owner, "api-key.create", "{\"name\":\"anas\",\"actions\":[\"*\"]}");
        Caller admin = join("abe@example.com", "admin");

        assertThat(refused(admin, "api-key.rotate", "{\"key\":\"anas\"}")).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aRotatedKeyOpensWithBothSecretsForTheOverlapAndThenWithTheNewOne() {
        JsonNode first = call(owner, "api-key.create", "{\"name\":\"spin\",\"actions\":[\"member.list\"]}");

        JsonNode second = call(owner, "api-key.rotate", "{\"key\":\"spin\",\"overlap\":\"PT2S\"}");

        assertThat(second.get("token").asText()).isNotEqualTo(first.get("token").asText());
        assertThat(call(bearer(first), "member.list", "{}").has("items")).isTrue();
        assertThat(call(bearer(second), "member.list", "{}").has("items")).isTrue();
        TestPanel.await(
                "the end of the former secret",
                () -> catchThrowableOfType(Problem.class, () -> call(bearer(first), "member.list", "{}")) != null,
                Duration.ofSeconds(4));
        assertThat(refused(bearer(first), "member.list", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(bearer(second), "member.list", "{}").has("items")).isTrue();
        assertThat(Duration.between(
                        panel.get(java.time.InstantSource.class).instant(),
                        Instant.parse(second.get("expiresAt").asText())))
                .isBetween(Duration.ofDays(89), Duration.ofDays(91));
    }

    @Test
    void withoutAnOverlapTheFormerSecretEndsAtOnceAndADayIsTheMost() {
        JsonNode first =
                call(owner, "api-key.create", "{\"name\":\"now\",\"actions\":[\"api-key.rotate\",\"member.list\"]}");
        assertThat(refused(owner, "api-key.rotate", "{\"key\":\"now\",\"overlap\":\"PT25H\"}"))
                .isEqualTo(Problem.Kind.INVALID);

        assertThat(refused(bearer(first), "api-key.rotate", "{\"key\":\"now\",\"expiresIn\":\"P365D\"}"))
                .as("longer than it was made for")
                .isEqualTo(Problem.Kind.INVALID);
        JsonNode second = call(bearer(first), "api-key.rotate", "{\"key\":\"now\"}");

        assertThat(refused(bearer(first), "member.list", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(bearer(second), "member.list", "{}").has("items")).isTrue();
    }

    @Test
    void aNameIsTakenOnceInATeamAndHasAShape() {
        account("twice", "viewer");

        assertThat(refused(owner, "service-account.create", "{\"name\":\"twice\",\"role\":\"viewer\"}"))
                .isEqualTo(Problem.Kind.CONFLICT);
        assertThat(refused(owner, "service-account.create", "{\"name\":\"ana@example.com\",\"role\":\"viewer\"}"))
                .isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void aProgramIsNotTheOwnerThatATeamNeeds() {
        account("boss", "owner");

        assertThat(refused(owner, "member.update", "{\"member\":\"ana@example.com\",\"role\":\"viewer\"}"))
                .isEqualTo(Problem.Kind.CONFLICT);
    }
}
