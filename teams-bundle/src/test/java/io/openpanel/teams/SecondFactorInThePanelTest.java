package io.openpanel.teams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Log-in in two steps and teams that ask for it, through the gateway and through the door of browsers. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.teams")
class SecondFactorInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String OWNER = "ana@example.com";
    private static final String PASSWORD = "seven quiet otters";
    private static final AtomicInteger PEOPLE = new AtomicInteger();

    private static TestPanel panel;
    private static JsonNode owner;

    @BeforeAll
    static void setUp(TestPanel running) throws IOException {
        panel = running;
        panel.awaitActions("setup.create", "factor.create", "member.list", "team.update", "invitation.accept");
        Path token = panel.home().resolve("run/setup-token");
        TestPanel.await("the set-up token", () -> Files.exists(token));
        owner = anonymous("setup.create", "token", Files.readString(token), "email", OWNER, "password", PASSWORD);
    }

    private static JsonNode call(Caller caller, String action, ObjectNode input) {
        Gateway.Reply reply = panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        input.toString().getBytes(StandardCharsets.UTF_8),
                        caller,
                        "rest",
                        "192.0.2.7",
                        "r",
                        Optional.empty(),
                        Optional.empty()));
        try {
            return JSON.readTree(((Gateway.Reply.Done) reply).json());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ObjectNode body(String... pairs) {
        ObjectNode body = JSON.createObjectNode();
        for (int i = 0; i < pairs.length; i += 2) {
            body.put(pairs[i], pairs[i + 1]);
        }
        return body;
    }

    private static JsonNode anonymous(String action, String... pairs) {
        return call(new Caller.Anonymous(), action, body(pairs));
    }

    private static JsonNode as(JsonNode person, String action, String... pairs) {
        return call(bearer(person), action, body(pairs));
    }

    private static Caller bearer(JsonNode person) {
        return new Caller.Bearer(person.get("accessToken").asText(), Optional.empty());
    }

    private static Problem.Kind refused(Caller caller, String action, String... pairs) {
        Problem problem = catchThrowableOfType(Problem.class, () -> call(caller, action, body(pairs)));
        assertThat(problem).as(action).isNotNull();
        return problem.kind();
    }

    private static JsonNode join(String email, String role) {
        JsonNode made = as(owner, "invitation.create", "email", email, "role", role);
        return anonymous(
                        "invitation.accept",
                        "token",
                        made.get("token").asText(),
                        "password",
                        "nine lazy harbours",
                        "name",
                        email.substring(0, email.indexOf('@')))
                .get("session");
    }

    private static String address() {
        return "person" + PEOPLE.incrementAndGet() + "@example.com";
    }

    /** What an authenticator app shows: its own arithmetic, not the panel's. */
    private static String code(String seed) {
        try {
            long step = System.currentTimeMillis() / 30_000;
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(base32(seed), "HmacSHA1"));
            byte[] digest = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
            int number = ByteBuffer.wrap(digest).getInt(digest[19] & 15) & 0x7fffffff;
            return "%06d".formatted(number % 1_000_000);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] base32(String text) {
        java.math.BigInteger number = java.math.BigInteger.ONE;
        for (char letter : text.toCharArray()) {
            number = number.shiftLeft(5)
                    .add(java.math.BigInteger.valueOf("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter)));
        }
        byte[] bytes = number.toByteArray();
        return java.util.Arrays.copyOfRange(bytes, bytes.length - 20, bytes.length);
    }

    /** Adds a factor; answers with its recovery codes. */
    private static List<String> enrol(JsonNode person, String password) {
        JsonNode begun = as(person, "factor.create", "name", "Phone", "password", password);
        String seed = begun.get("secret").asText();
        assertThat(begun.get("uri").asText())
                .startsWith("otpauth://totp/OpenPanel:")
                .contains(seed);
        JsonNode codes = as(
                        person, "factor.confirm", "factor", begun.get("factor").asText(), "code", code(seed))
                .get("recoveryCodes");
        return JSON.convertValue(codes, JSON.getTypeFactory().constructCollectionType(List.class, String.class));
    }

    private static Door.Reply knock(String path, ObjectNode body) {
        return knock(path, body, "192.0.2.8");
    }

    private static Door.Reply knock(String path, ObjectNode body, String address) {
        Map<String, List<String>> headers = new HashMap<>(Map.of(
                "host", List.of("panel.example:8443"),
                "content-type", List.of("application/json")));
        return panel.get(Door.class)
                .handle(new Door.Request(
                        "POST",
                        path,
                        Map.of(),
                        headers,
                        address,
                        true,
                        new ByteArrayInputStream(body.toString().getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void aBrowserGetsItsCookieAfterTheSecondStepOnly() throws IOException {
        String email = address();
        List<String> recovery = enrol(join(email, "developer"), "nine lazy harbours");

        Door.Reply first = knock("/login", body("email", email, "password", "nine lazy harbours"));

        JsonNode challenge = JSON.readTree(first.body());
        assertThat(first.headers()).doesNotContainKey("Set-Cookie");
        assertThat(challenge.has("accessToken")).isFalse();
        assertThat(challenge.get("factors").asText()).isEqualTo("totp");
        assertThat(catchThrowableOfType(
                                Problem.class,
                                () -> knock(
                                        "/verify",
                                        body(
                                                "challenge",
                                                challenge.get("challenge").asText(),
                                                "code",
                                                "none")))
                        .fields())
                .containsKey("code");
        Door.Reply second =
                knock("/verify", body("challenge", challenge.get("challenge").asText(), "code", recovery.get(0)));
        assertThat(second.headers().get("Set-Cookie")).startsWith("__Host-op_rt=");
        assertThat(as(JSON.readTree(second.body()), "profile.get").get("email").asText())
                .isEqualTo(email);
    }

    @Test
    void theApiAnswersWithAChallengeAndTakesTheCode() {
        String email = address();
        JsonNode before = join(email, "developer");
        List<String> recovery = enrol(before, "nine lazy harbours");
        assertThat(as(before, "session.list").get("items").get(0).get("methods").toString())
                .isEqualTo("[\"pwd\",\"otp\",\"mfa\"]");

        JsonNode begun = anonymous("session.create", "email", email, "password", "nine lazy harbours");
        String challenge = begun.get("challenge").get("token").asText();

        assertThat(begun.has("accessToken")).isFalse();
        assertThat(refused(new Caller.Anonymous(), "session.verify", "challenge", challenge, "code", "000"))
                .isEqualTo(Problem.Kind.INVALID);
        JsonNode in = anonymous("session.verify", "challenge", challenge, "code", recovery.get(1));
        assertThat(as(in, "factor.list").get("recoveryCodes").asInt()).isEqualTo(9);
        String factor = as(in, "factor.list").get("items").get(0).get("factor").asText();
        assertThat(refused(bearer(in), "factor.remove", "factor", factor, "password", "wrong", "code", recovery.get(2)))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(
                        bearer(owner),
                        "factor.remove",
                        "factor",
                        factor,
                        "password",
                        PASSWORD,
                        "code",
                        recovery.get(2)))
                .isEqualTo(Problem.Kind.MISSING);
        as(in, "factor.remove", "factor", factor, "password", "nine lazy harbours", "code", recovery.get(2));
        assertThat(anonymous("session.create", "email", email, "password", "nine lazy harbours")
                        .has("accessToken"))
                .isTrue();
    }

    @Test
    void whoAsksForPasskeysTooOftenWaitsAndNobodyElseDoes() {
        for (int i = 0; i < 20; i++) {
            assertThat(knock("/passkey", body(), "192.0.2.66").status()).isEqualTo(200);
        }

        assertThat(catchThrowableOfType(Problem.class, () -> knock("/passkey", body(), "192.0.2.66"))
                        .kind())
                .isEqualTo(Problem.Kind.LIMITED);
        assertThat(knock("/passkey", body(), "192.0.2.67").status()).isEqualTo(200);
    }

    @Test
    void aStolenTokenAloneAddsNoFactor() {
        JsonNode in = join(address(), "developer");

        assertThat(refused(bearer(in), "factor.create", "name", "Phone", "password", "guessed"))
                .isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void aTeamThatAsksForItLetsNobodyWorkWithoutAndSaysSo() {
        JsonNode dev = join(address(), "developer");
        String team = owner.get("team").asText();
        assertThat(refused(bearer(owner), "team.update", "team", team, "name", ""))
                .isEqualTo(Problem.Kind.INVALID);
        enrol(owner, PASSWORD);
        call(bearer(owner), "team.update", body("team", team).put("secondFactor", true));
        try {
            assertThat(refused(bearer(dev), "member.list")).isEqualTo(Problem.Kind.STEP_UP);
            assertThat(refused(bearer(dev), "team.create", "name", "Mine")).isEqualTo(Problem.Kind.STEP_UP);
            assertThat(refused(bearer(dev), "api-key.create", "name", "x")).isEqualTo(Problem.Kind.STEP_UP);
            assertThat(as(dev, "team.list").get("items").get(0).get("stepUp").asBoolean())
                    .isTrue();
            assertThat(as(dev, "profile.get").get("email")).isNotNull();

            enrol(dev, "nine lazy harbours");

            assertThat(as(dev, "member.list").get("items").findValuesAsText("secondFactor"))
                    .contains("true");
        } finally {
            call(bearer(owner), "team.update", body("team", team).put("secondFactor", false));
        }
    }

    @Test
    void aResetIsForAdminsAndNeedsTheName() {
        String email = address();
        JsonNode dev = join(email, "developer");
        String name = email.substring(0, email.indexOf('@'));
        enrol(dev, "nine lazy harbours");
        JsonNode viewer = join(address(), "viewer");

        assertThat(refused(bearer(viewer), "factor.reset", "member", email, "confirm", name))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(bearer(owner), "factor.reset", "member", email)).isEqualTo(Problem.Kind.UNCONFIRMED);
        as(owner, "factor.reset", "member", email, "confirm", name);

        assertThat(refused(bearer(dev), "profile.get")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(anonymous("session.create", "email", email, "password", "nine lazy harbours")
                        .has("accessToken"))
                .isTrue();
    }

    @Test
    void anInvitationIsNotAcceptedByThePasswordAlone() {
        String email = address();
        List<String> recovery = enrol(join(email, "developer"), "nine lazy harbours");
        JsonNode team = as(owner, "team.create", "name", "Shop");
        JsonNode made = call(
                new Caller.Bearer(
                        owner.get("accessToken").asText(),
                        Optional.of(io.openpanel.api.Ref.parse(team.get("team").asText()))),
                "invitation.create",
                body("email", email, "role", "viewer"));
        String token = made.get("token").asText();

        assertThat(refused(
                        new Caller.Anonymous(), "invitation.accept", "token", token, "password", "nine lazy harbours"))
                .isEqualTo(Problem.Kind.STEP_UP);
        String challenge = anonymous("session.create", "email", email, "password", "nine lazy harbours")
                .get("challenge")
                .get("token")
                .asText();
        JsonNode in = anonymous("session.verify", "challenge", challenge, "code", recovery.get(0));
        assertThat(as(in, "invitation.accept", "token", token).get("teamName").asText())
                .isEqualTo("Shop");
    }
}
