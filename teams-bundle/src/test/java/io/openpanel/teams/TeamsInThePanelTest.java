package io.openpanel.teams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Door;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The whole plugin in a running panel: through the gateway and through its door. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.teams")
class TeamsInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EMAIL = "ana@example.com";
    private static final String PASSWORD = "seven quiet otters";
    private static final String[] ACTIONS =
            """
            setup.get setup.create
            session.create session.verify session.refresh session.list session.delete session.end session.prove
            factor.list factor.create factor.confirm factor.remove factor.codes factor.reset
            passkey.create passkey.confirm passkey.ask passkey.prove
            profile.get profile.update profile.password profile.delete
            password-reset.get password-reset.request password-reset.open password-reset.complete password-reset.create
            registration.get registration.create registration.open registration.confirm profile.confirm-email
            user.list user.get user.disable user.enable user.log-out user.delete signing-key.rotate
            api-key.create api-key.list api-key.rotate api-key.delete service-account.create
            team.list team.get team.create team.update team.restrict team.delete
            member.list member.get member.update member.remove
            invitation.list invitation.create invitation.delete invitation.open invitation.accept
            role.list role.get role.create role.update role.delete
            grant.list grant.create grant.delete
            access.explain access.matrix
            """
                    .strip()
                    .split("\\s+");

    private static final Set<String> OPEN = Set.of(
            """
            setup.get setup.create session.create session.verify session.refresh passkey.ask passkey.prove
            invitation.open invitation.accept
            password-reset.get password-reset.request password-reset.open password-reset.complete
            registration.get registration.create registration.open registration.confirm profile.confirm-email
            """
                    .strip()
                    .split("\\s+"));

    private static TestPanel panel;
    private static JsonNode setUp;

    @BeforeAll
    static void setUp(TestPanel running) throws IOException {
        panel = running;
        panel.awaitActions(ACTIONS);
        Path token = panel.home().resolve("run/setup-token");
        TestPanel.await("the set-up token", () -> Files.exists(token));
        assertThat(anonymous("setup.get", "{}").get("needed").asBoolean()).isTrue();
        assertThat(refused(
                        new Caller.Anonymous(),
                        "setup.create",
                        body("token", "wrong", "email", EMAIL, "password", PASSWORD)))
                .isEqualTo(Problem.Kind.DENIED);
        setUp = anonymous("setup.create", body("token", Files.readString(token), "email", EMAIL, "password", PASSWORD));
        assertThat(token).doesNotExist();
    }

    private static JsonNode call(Caller caller, String action, String json) {
        return from("192.0.2.7", caller, action, json);
    }

    private static JsonNode from(String address, Caller caller, String action, String json) {
        Gateway.Reply reply = panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        json.getBytes(StandardCharsets.UTF_8),
                        caller,
                        "rest",
                        address,
                        "r",
                        Optional.empty(),
                        Optional.empty()));
        try {
            return JSON.readTree(((Gateway.Reply.Done) reply).json());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode anonymous(String action, String json) {
        return call(new Caller.Anonymous(), action, json);
    }

    private static Caller.Bearer bearer(JsonNode signedIn) {
        return new Caller.Bearer(
                signedIn.get(signedIn.has("token") ? "token" : "accessToken").asText(), Optional.empty());
    }

    private static Problem.Kind refused(Caller caller, String action, String json) {
        Problem problem = catchThrowableOfType(Problem.class, () -> call(caller, action, json));
        assertThat(problem).as(action).isNotNull();
        return problem.kind();
    }

    private static String body(String... pairs) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            values.put(pairs[i], pairs[i + 1]);
        }
        return JSON.valueToTree(values).toString();
    }

    private static Problem refusedFrom(String address, Caller caller, String action, String json) {
        Problem problem = catchThrowableOfType(Problem.class, () -> from(address, caller, action, json));
        assertThat(problem).as(action + " from " + address).isNotNull();
        return problem;
    }

    @Test
    void aTeamThatNamesAddressesIsWorkedInFromThereAlone() {
        JsonNode member = join("addressed@example.com", "developer", "Ada");
        String team = setUp.get("team").asText();
        Caller owner = bearer(setUp);
        Caller key = bearer(call(owner, "api-key.create", "{\"name\":\"addressed\",\"actions\":[\"*\"]}"));
        String list = "{\"team\":\"" + team + "\",\"addresses\":[%s]}";

        JsonNode changed = call(owner, "team.restrict", list.formatted("\"192.0.2.0/24\",\"2001:db8::/32\""));
        try {
            assertThat(changed.get("addresses")).hasSize(2);
            for (Caller caller : List.of(owner, bearer(member), key)) {
                call(caller, "member.list", "{}");
                from("2001:db8::7", caller, "member.list", "{}");
                Problem problem = refusedFrom("203.0.113.9", caller, "member.list", "{}");
                assertThat(problem.kind()).isEqualTo(Problem.Kind.DENIED);
                assertThat(problem).hasMessageContaining("203.0.113.9").hasMessageContaining("another team");
            }
            assertThat(from("203.0.113.9", bearer(member), "team.list", "{}").get("items"))
                    .as("who is elsewhere still finds their other teams")
                    .isNotEmpty();

            Problem shut = refusedFrom("192.0.2.7", owner, "team.restrict", list.formatted("\"203.0.113.0/24\""));
            assertThat(shut).hasMessageContaining("Your own address 192.0.2.7").hasMessageContaining("--local");
            assertThat(shut.fields()).containsKey("addresses");
            Problem wrong = refusedFrom("192.0.2.7", owner, "team.restrict", list.formatted("\"office\""));
            assertThat(wrong.kind()).isEqualTo(Problem.Kind.INVALID);
            assertThat(refused(bearer(member), "team.restrict", list.formatted("")))
                    .isEqualTo(Problem.Kind.DENIED);
        } finally {
            onTheMachine("team.restrict", list.formatted(""));
        }
        from("203.0.113.9", bearer(member), "member.list", "{}");
    }

    @Test
    void theDoorOnTheMachineSetsAnyListAndIsTheWayBackIn() {
        String team = setUp.get("team").asText();
        String list = "{\"team\":\"" + team + "\",\"addresses\":[%s]}";
        onTheMachine("team.restrict", list.formatted("\"198.51.100.1\""));
        assertThat(refused(bearer(setUp), "member.list", "{}")).isEqualTo(Problem.Kind.DENIED);
        onTheMachine("team.restrict", body("team", team));
        call(bearer(setUp), "member.list", "{}");
    }

    /** As the panel's socket on its machine calls, which has no address. */
    private static void onTheMachine(String action, String json) {
        from("", new Caller.Known(TestPanel.local(Ref.parse(setUp.get("team").asText()))), action, json);
    }

    private static JsonNode signIn(String email, String password) {
        return anonymous("session.create", body("email", email, "password", password));
    }

    /** Invites somebody who then joins with a new account. */
    private static JsonNode join(String email, String role, String name) {
        JsonNode invitation = call(bearer(setUp), "invitation.create", body("email", email, "role", role));
        return anonymous(
                        "invitation.accept",
                        body("token", invitation.get("token").asText(), "password", "nine lazy harbours", "name", name))
                .get("session");
    }

    private static Door door() {
        return panel.get(Door.class);
    }

    private static Door.Reply knock(String path, boolean secure, String body, String... headers) {
        Map<String, List<String>> all = new HashMap<>(Map.of(
                "host",
                List.of("panel.example:8443"),
                "content-type",
                List.of("application/json"),
                "user-agent",
                List.of("Firefox")));
        for (int i = 0; i < headers.length; i += 2) {
            all.put(headers[i], List.of(headers[i + 1]));
        }
        return door().handle(new Door.Request(
                "POST",
                path,
                Map.of(),
                all,
                "192.0.2.8",
                secure,
                new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void theOwnerIsSignedInAfterSetUpWhichIsClosed() {
        JsonNode profile = call(bearer(setUp), "profile.get", "{}");

        assertThat(profile.get("email").asText()).isEqualTo(EMAIL);
        assertThat(profile.get("role").asText()).isEqualTo("owner");
        assertThat(profile.get("teamName").asText()).isEqualTo("Home");
        assertThat(anonymous("setup.get", "{}").get("needed").asBoolean()).isFalse();
        assertThat(refused(
                        new Caller.Anonymous(),
                        "setup.create",
                        body("token", "x", "email", "eve@example.com", "password", PASSWORD)))
                .isEqualTo(Problem.Kind.CONFLICT);
    }

    @Test
    void aSessionIsListedAndEndsWithItsTokens() {
        JsonNode in = signIn(EMAIL, PASSWORD);
        JsonNode other = signIn(EMAIL, PASSWORD);
        JsonNode sessions = call(bearer(in), "session.list", "{}").get("items");
        assertThat(sessions.size()).isGreaterThanOrEqualTo(2);
        assertThat(sessions.findValuesAsText("current")).containsOnlyOnce("true");
        assertThat(sessions.findValuesAsText("address")).contains("192.0.2.7");

        call(bearer(in), "session.delete", "{}");

        assertThat(refused(bearer(in), "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused(
                        new Caller.Anonymous(),
                        "session.refresh",
                        body("refreshToken", in.get("refreshToken").asText())))
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(bearer(other), "profile.get", "{}")).isNotNull();
    }

    @Test
    void anonymousCallersGetOnlyWhatIsOpen() {
        for (String action : ACTIONS) {
            if (!OPEN.contains(action)) {
                assertThat(refused(new Caller.Anonymous(), action, "{}"))
                        .as(action)
                        .isEqualTo(Problem.Kind.UNAUTHENTICATED);
            }
        }
    }

    @Test
    void aKeyIsShownOnceWorksAndDies() {
        JsonNode key = call(
                bearer(setUp),
                "api-key.create",
                "{\"name\":\"ci\",\"actions\":[\"member.list\",\"api-key.list\"],\"expiresIn\":\"PT24H\"}");
        assertThat(key.get("token").asText()).startsWith("op_live_");
        assertThat(call(bearer(setUp), "api-key.list", "{}").toString())
                .doesNotContain(key.get("token").asText())
                .contains("\"name\":\"ci\"");
        assertThat(call(bearer(key), "member.list", "{}").get("items").size()).isGreaterThanOrEqualTo(1);
        assertThat(call(bearer(key), "profile.get", "{}").get("email").asText()).isEqualTo(EMAIL);
        assertThat(refused(bearer(key), "invitation.create", body("email", "k@example.com", "role", "viewer")))
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(refused(bearer(key), "profile.password", body("current", PASSWORD, "password", PASSWORD)))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(bearer(setUp), "api-key.create", "{\"name\":\"ci\",\"actions\":[\"*\"]}"))
                .isEqualTo(Problem.Kind.CONFLICT);
        assertThat(refused(bearer(setUp), "api-key.create", "{\"name\":\"x\",\"actions\":[\"rm -rf\"]}"))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(
                        bearer(setUp),
                        "api-key.create",
                        "{\"name\":\"x\",\"actions\":[\"*\"],\"expiresIn\":\"P366D\"}"))
                .isEqualTo(Problem.Kind.INVALID);

        call(bearer(setUp), "api-key.delete", body("key", "ci"));

        assertThat(refused(bearer(key), "member.list", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void aViewerLooksAndDoesNotTouch() {
        JsonNode in = join("vera@example.com", "viewer", "Vera");
        assertThat(in.get("role").asText()).isEqualTo("viewer");
        assertThat(call(bearer(in), "member.list", "{}").get("items").size()).isGreaterThanOrEqualTo(2);
        assertThat(refused(bearer(in), "member.update", body("member", "vera@example.com", "role", "owner")))
                .isEqualTo(Problem.Kind.DENIED);
        JsonNode own = call(bearer(in), "api-key.create", "{\"name\":\"vera\",\"actions\":[\"*\"]}");
        assertThat(refused(bearer(own), "member.remove", body("member", "vera@example.com", "confirm", "Vera")))
                .isEqualTo(Problem.Kind.DENIED);
        JsonNode owners = call(bearer(setUp), "api-key.create", "{\"name\":\"owners\",\"actions\":[\"*\"]}");
        assertThat(call(bearer(in), "api-key.list", "{}").get("items").findValuesAsText("name"))
                .containsOnly("vera");
        assertThat(refused(
                        bearer(in),
                        "api-key.delete",
                        body("key", owners.get("key").asText())))
                .isEqualTo(Problem.Kind.MISSING);

        call(bearer(setUp), "member.update", body("member", "vera@example.com", "role", "admin"));
        assertThat(call(bearer(in), "profile.get", "{}").get("role").asText()).isEqualTo("admin");
        assertThat(refused(bearer(setUp), "member.remove", body("member", "vera@example.com")))
                .isEqualTo(Problem.Kind.UNCONFIRMED);
        call(bearer(setUp), "member.remove", body("member", "vera@example.com", "confirm", "Vera"));
        assertThat(refused(bearer(in), "member.list", "{}")).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void oneCannotEndSomebodyElsesSession() {
        JsonNode sam = join("sam@example.com", "developer", "Sam");
        JsonNode mine = call(bearer(setUp), "session.list", "{}").get("items").get(0);

        assertThat(refused(
                        bearer(sam),
                        "session.end",
                        body("session", mine.get("session").asText())))
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(refused(
                        bearer(sam),
                        "session.end",
                        body("session", Ref.create("session").toString())))
                .isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void whoHasBeenSignedInForLongProvesAgainForWhatIsDelicateAndForNothingElse() throws Exception {
        JsonNode lou = join("lou@example.com", "developer", "Lou");
        JsonNode elsewhere = signIn("lou@example.com", "nine lazy harbours");
        JsonNode key = call(bearer(lou), "api-key.create", "{\"name\":\"lou\",\"actions\":[\"*\"]}");
        JsonNode in = signIn("lou@example.com", "nine lazy harbours");
        String other = call(bearer(elsewhere), "session.list", "{}")
                .get("items")
                .findValuesAsText("session")
                .get(2);
        try (Connection owner = panel.connect()) {
            owner.createStatement()
                    .execute("update teams.session set created_at = created_at - interval '2 hours' where user_id ="
                            + " (select id from teams.user_account where email = 'lou@example.com')");
        }

        assertThat(refused(bearer(in), "api-key.create", "{\"name\":\"more\",\"actions\":[\"*\"]}"))
                .isEqualTo(Problem.Kind.UNPROVEN);
        assertThat(refused(bearer(in), "session.end", body("session", other))).isEqualTo(Problem.Kind.UNPROVEN);
        assertThat(refused(bearer(in), "profile.delete", body("confirm", "profile.delete")))
                .isEqualTo(Problem.Kind.UNPROVEN);
        assertThat(refused(bearer(in), "api-key.create", "{\"name\":\"more\",\"actions\":[\"rm -rf\"],\"x\":1}"))
                .as("what is wrong is said first")
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(bearer(in), "user.disable", body("user", EMAIL)))
                .as("nobody proves themselves for what they may not do")
                .isEqualTo(Problem.Kind.MISSING);
        call(bearer(in), "member.list", "{}");
        call(bearer(key), "api-key.rotate", body("key", "lou"));

        assertThat(refused(bearer(in), "session.prove", body("password", "wrong")))
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(refused(bearer(key), "session.prove", body("password", "nine lazy harbours")))
                .isIn(Problem.Kind.DENIED, Problem.Kind.UNAUTHENTICATED);
        call(bearer(in), "session.prove", body("password", "nine lazy harbours"));

        call(bearer(in), "session.end", body("session", other));
        assertThat(refused(bearer(in), "profile.delete", "{}")).isEqualTo(Problem.Kind.UNCONFIRMED);
        call(bearer(in), "profile.delete", body("confirm", "profile.delete"));
        assertThat(refused(bearer(in), "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(bearer(setUp), "audit.list", "{}").toString()).contains("Lou");
    }

    @Test
    void anOwnerSignsTokensWithAnotherKeyAndNobodyHasToSignInAnew() {
        JsonNode kim = join("kim@example.com", "admin", "Kim");
        assertThat(refused(bearer(kim), "signing-key.rotate", "{}")).isEqualTo(Problem.Kind.DENIED);

        JsonNode rotated = call(bearer(setUp), "signing-key.rotate", "{}");

        assertThat(rotated.get("formerUntil").asText()).isNotEmpty();
        call(bearer(kim), "member.list", "{}");
        assertThat(signIn(EMAIL, PASSWORD).get("accessToken").asText().split("\\.")[0])
                .isNotEqualTo(kim.get("accessToken").asText().split("\\.")[0]);
    }

    @Test
    void theProfileChangesWithThePassword() {
        JsonNode pat = join("pat@example.com", "developer", "Pat");

        assertThat(call(bearer(pat), "profile.update", body("name", "Pat P"))
                        .get("name")
                        .asText())
                .isEqualTo("Pat P");
        assertThat(refused(bearer(pat), "profile.update", body("email", "p2@example.com")))
                .isEqualTo(Problem.Kind.INVALID);
        call(bearer(pat), "profile.update", body("email", "p2@example.com", "password", "nine lazy harbours"));
        assertThat(refused(bearer(pat), "profile.password", body("current", "wrong", "password", "ten slow lanterns")))
                .isEqualTo(Problem.Kind.INVALID);
        call(bearer(pat), "profile.password", body("current", "nine lazy harbours", "password", "ten slow lanterns"));

        assertThat(signIn("p2@example.com", "ten slow lanterns").get("name").asText())
                .isEqualTo("Pat P");
    }

    @Test
    void theDoorKeepsTheRefreshTokenInACookie() throws IOException {
        Door.Reply in = knock(
                "/login",
                true,
                body("email", EMAIL, "password", PASSWORD),
                "origin",
                "https://panel.example:8443",
                "sec-fetch-site",
                "same-origin");
        String cookie = in.headers().get("Set-Cookie");

        assertThat(in.status()).isEqualTo(200);
        assertThat(cookie)
                .matches("__Host-op_rt=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=604800; Secure");
        JsonNode body = JSON.readTree(in.body());
        assertThat(body.has("refreshToken")).isFalse();
        assertThat(call(bearer(body), "profile.get", "{}").get("email").asText())
                .isEqualTo(EMAIL);
        assertThat(call(bearer(body), "session.list", "{}").get("items").findValuesAsText("address"))
                .contains("192.0.2.8");

        String pair = cookie.substring(0, cookie.indexOf(';'));
        Door.Reply again = knock("/refresh", true, "", "cookie", "a=b; " + pair);
        assertThat(again.status()).isEqualTo(200);
        String next = again.headers().get("Set-Cookie");
        assertThat(next).isNotEqualTo(cookie);

        Door.Reply out = knock("/logout", true, "", "cookie", next.substring(0, next.indexOf(';')));
        assertThat(out.status()).isEqualTo(204);
        assertThat(out.headers().get("Set-Cookie")).startsWith("__Host-op_rt=;").contains("Max-Age=0");
        assertThat(refused(bearer(body), "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        Door.Reply ended = knock("/refresh", true, "", "cookie", next.substring(0, next.indexOf(';')));
        assertThat(ended.status()).isEqualTo(401);
        assertThat(ended.headers().get("Set-Cookie")).contains("Max-Age=0");
    }

    @Test
    void whoLogsInAnewLeavesNoSessionBehindInThatBrowser() throws IOException {
        String login = body("email", EMAIL, "password", PASSWORD);
        Door.Reply first = knock("/login", true, login);
        String cookie = first.headers().get("Set-Cookie");
        JsonNode former = JSON.readTree(first.body());

        Door.Reply second = knock("/login", true, login, "cookie", cookie.substring(0, cookie.indexOf(';')));

        assertThat(refused(bearer(former), "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(bearer(JSON.readTree(second.body())), "profile.get", "{}"))
                .isNotNull();
    }

    @Test
    void onLoopbackTheCookieIsWithoutSecure() {
        Door.Reply in = knock("/login", false, body("email", EMAIL, "password", PASSWORD));

        assertThat(in.headers().get("Set-Cookie"))
                .startsWith("op_rt=")
                .doesNotContain("Secure")
                .contains("HttpOnly");
    }

    @Test
    void theDoorIsShutForOtherSites() {
        for (String[] foreign : new String[][] {
            {"origin", "https://evil.example"},
            {"origin", "null"},
            {"origin", "http://panel.example:8443"},
            {"origin", "https://panel.example"},
            {"sec-fetch-site", "cross-site"},
            {"sec-fetch-site", "same-site"}
        }) {
            for (String path : List.of("/login", "/refresh", "/logout", "/setup", "/join")) {
                Problem problem = catchThrowableOfType(Problem.class, () -> knock(path, true, "{}", foreign));
                assertThat(problem.kind()).as(path + ' ' + foreign[1]).isEqualTo(Problem.Kind.DENIED);
            }
        }
    }

    @Test
    void theDoorReadsStrictly() {
        for (String wrong : List.of(
                "",
                "[]",
                "{\"email\":\"a\"}",
                body("email", "a", "password", "b", "role", "owner"),
                "{\"email\":\"a\",\"email\":\"a\",\"password\":\"b\"}",
                "{} {}",
                "x".repeat(20_000))) {
            Problem problem = catchThrowableOfType(Problem.class, () -> knock("/login", true, wrong));
            assertThat(problem.kind()).isEqualTo(Problem.Kind.INVALID);
        }
        assertThat(catchThrowableOfType(Problem.class, () -> knock("/login", true, "{}", "content-type", "text/plain"))
                        .kind())
                .isEqualTo(Problem.Kind.INVALID);
        assertThat(catchThrowableOfType(Problem.class, () -> knock("/nowhere", true, "{}"))
                        .kind())
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(catchThrowableOfType(Problem.class, () -> knock("/refresh", true, ""))
                        .kind())
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(door().handle(new Door.Request(
                                "GET", "/login", Map.of(), Map.of(), "", true, new ByteArrayInputStream(new byte[0])))
                        .status())
                .isEqualTo(405);
        assertThat(catchThrowableOfType(
                                Problem.class,
                                () -> knock("/setup", true, body("token", "x", "email", "a@b.c", "password", PASSWORD)))
                        .kind())
                .isEqualTo(Problem.Kind.CONFLICT);
    }

    @Test
    void aStrangerCannotSayWhereTheyComeFrom() {
        JsonNode in = anonymous("session.create", body("email", EMAIL, "password", PASSWORD, "address", "10.9.9.9"));

        assertThat(call(bearer(in), "session.list", "{}").get("items").findValuesAsText("address"))
                .doesNotContain("10.9.9.9");
    }
}
