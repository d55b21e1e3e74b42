package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import io.openpanel.testkit.BadTokens;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What lets somebody into the product as it runs, and all that must not: tokens, tickets, keys and passwords. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TokensTest {
    /** So long two tabs that refresh at once get the same successor. */
    private static final Duration SAME_SUCCESSOR = Duration.ofSeconds(10);

    private static Panel panel;
    private static Api owner;
    private static Staff staff;
    private static String container;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        owner = panel.owner();
        staff = new Staff(panel);
        container = owner.post(
                        "/api/v1/containers/run",
                        Map.of(
                                "name",
                                "tokens-" + panel.port,
                                "image",
                                "openpanel-test/busybox:1",
                                "command",
                                List.of("sleep", "3600")))
                .ok()
                .json()
                .get("container")
                .asText()
                .substring("container:".length());
    }

    @AfterAll
    static void stop() {
        Panel.run(List.of("docker", "rm", "-f", container), Map.of(), null);
        panel.close();
    }

    private static int status(String token) {
        return new Api(panel.url(), token).get("/api/v1/profile").status();
    }

    /** A key that the panel believes for an hour as one of its former ones, with the half that signs here. */
    private static BadTokens.Keys planted() throws GeneralSecurityException, SQLException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair pair = generator.generateKeyPair();
        String publicKey = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
        String kid = "plantedplantedpl";
        try (Connection connection = panel.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "insert into teams.signing_key (id, private_key, public_key, created_at, retired_at)"
                                + " select ?, private_key, ?, now(), now() from teams.signing_key limit 1")) {
            insert.setString(1, kid);
            insert.setString(2, publicKey);
            insert.executeUpdate();
        }
        return new BadTokens.Keys(kid, input -> BadTokens.sign(pair.getPrivate(), input), publicKey);
    }

    @Test
    @Order(1)
    void noTokenThatIsNotOursForNowIsBelieved() throws Exception {
        BadTokens tokens = new BadTokens(owner.token(), planted(), Instant.now());
        Wait.until("the planted key is believed", Duration.ofSeconds(15), () -> status(tokens.ours()) == 200);
        for (BadTokens.Bad bad : tokens.all()) {
            assertThat(status(bad.token())).as(bad.why()).isEqualTo(401);
            assertThat(new Api(panel.url(), bad.token())
                            .post(
                                    "/api/v1/stream",
                                    Map.of("topics", List.of(Map.of("key", "e", "action", "event.watch"))))
                            .status())
                    .as("a stream: " + bad.why())
                    .isEqualTo(401);
        }
        for (BadTokens.Bad bad : tokens.unsendable()) {
            String head = "GET /api/v1/profile HTTP/1.1\nHost: 127.0.0.1\nConnection: close\nAuthorization: Bearer "
                    + bad.token().replaceAll("[^\\x20-\\x7e]", "?") + "\n\n";
            assertThat(first(head)).as(bad.why()).matches("(?s)HTTP/1.1 4(00|01|31) .*|hung up");
        }
        assertThat(status(owner.token())).as("the good one").isEqualTo(200);
        Figure.say(tokens.all().size() + tokens.unsendable().size() + " bad tokens refused");
    }

    /** A server need not read on once it knows that it is too much. */
    private static String first(String head) {
        try (Visitor visitor = new Visitor(panel.port)) {
            return visitor.send(head, new byte[0]).first();
        } catch (IOException e) {
            return "hung up";
        }
    }

    @Test
    @Order(2)
    void aTokenIsTakenFromItsHeaderAlone() {
        String key = staff.key(owner, Map.of("actions", List.of("profile.get", "project.list")))
                .token();
        for (String token : List.of(owner.token(), key)) {
            for (String name : List.of("access_token", "token", "key", "api_key", "authorization")) {
                assertThat(panel.anonymous()
                                .get("/api/v1/projects?" + name + '=' + Api.encode(token))
                                .status())
                        .as("in the address as " + name)
                        .isEqualTo(401);
            }
            String basic = Base64.getEncoder().encodeToString(("x:" + token).getBytes());
            for (String[] header : List.of(
                    new String[] {"Cookie", "op_rt=" + token},
                    new String[] {"Cookie", "access_token=" + token},
                    new String[] {"X-Api-Key", token},
                    new String[] {"Authorization", "Basic " + basic},
                    new String[] {"Authorization", token})) {
                assertThat(panel.anonymous()
                                .send("GET", "/api/v1/projects", null, header)
                                .status())
                        .as(header[0])
                        .isEqualTo(401);
            }
        }
        assertThat(logs()).as("what stood in an address is in no log").doesNotContain(key, owner.token());
    }

    private static String logs() {
        return Panel.run(List.of("bash", "-c", "cat \"$1\"/log/*", "logs", panel.home.toString()), Map.of(), null)
                .output();
    }

    /** Asks for the same thing many times at once. */
    private static <T> List<T> atOnce(int times, Supplier<T> what) {
        ExecutorService threads = Executors.newFixedThreadPool(times);
        try {
            List<CompletableFuture<T>> all = new ArrayList<>();
            for (int i = 0; i < times; i++) {
                all.add(CompletableFuture.supplyAsync(what, threads));
            }
            return all.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdown();
        }
    }

    @Test
    @Order(3)
    void aSpentRefreshTokenEndsTheWholeFamilyAlsoInARace() {
        Staff.Browser thief = staff.browser("victim");
        Staff.Browser tabs = thief.copy();
        Set<String> successors = new TreeSet<>();
        atOnce(8, () -> tabs.copy().refresh())
                .forEach(each -> successors.add(each.orElseThrow().cookie()));
        assertThat(successors).as("what eight tabs got").hasSize(1);
        Staff.Browser rightful = tabs.refresh().orElseThrow();
        assertThat(status(rightful.access())).isEqualTo(200);
        Wait.millis(SAME_SUCCESSOR.plusMillis(1_500).toMillis());

        long began = System.nanoTime();
        List<Boolean> got = atOnce(10, () -> thief.copy().refresh().isPresent());
        long took = Duration.ofNanos(System.nanoTime() - began).toMillis();

        assertThat(got).as("a spent token").doesNotContain(true);
        assertThat(rightful.copy().refresh()).as("the family's newest").isEmpty();
        Wait.until("the access token ends", Duration.ofSeconds(1), () -> status(rightful.access()) == 401);
        assertThat(took).isLessThan(5_000);
    }

    @Test
    @Order(4)
    void aStolenTokenThatRacesTheOneItBelongsToLeavesNobodyInForLong() {
        for (int round = 0; round < 3; round++) {
            Staff.Browser first = staff.browser("victim");
            Staff.Browser second = first.copy().refresh().orElseThrow();
            Staff.Browser third = second.copy().refresh().orElseThrow();
            Wait.millis(SAME_SUCCESSOR.plusMillis(500).toMillis());
            // The thief has the first, the owner the newest; all of them at the same moment.
            List<Supplier<Staff.Browser>> both = List.of(
                    () -> first.copy().refresh().orElse(null),
                    () -> third.copy().refresh().orElse(null));
            List<CompletableFuture<Staff.Browser>> racing =
                    both.stream().map(CompletableFuture::supplyAsync).toList();
            Staff.Browser stolen = racing.get(0).join();
            Staff.Browser renewed = racing.get(1).join();
            assertThat(stolen).as("what the thief got").isNull();
            assertThat(third.copy().refresh()).isEmpty();
            if (renewed != null) {
                Wait.until("it ends", Duration.ofSeconds(1), () -> status(renewed.access()) == 401);
                assertThat(renewed.copy().refresh()).isEmpty();
            }
        }
    }

    @Test
    @Order(5)
    void aSessionThatIsEndedIsOverWithinFiveSeconds() throws Exception {
        Staff.Browser here = staff.browser("leaver");
        Staff.Browser there = staff.browser("leaver");
        Api api = new Api(panel.url(), here.access());
        assertThat(status(there.access())).isEqualTo(200);
        try (Follower follower = new Follower(panel, there.access(), List.of("event.watch"))) {
            api.get("/api/v1/sessions").ok().json().get("items").forEach(session -> {
                if (!session.get("current").asBoolean()) {
                    end(api, session.get("session").asText());
                }
            });
            long began = System.nanoTime();
            Wait.until("the token ends", Duration.ofSeconds(5), () -> status(there.access()) == 401);
            Wait.until(
                    "the stream ends",
                    Duration.ofSeconds(5),
                    () -> follower.hasEnded() || follower.heard().contains("sign in again"));
            Figure.say("an ended session was out after "
                    + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
        }
        assertThat(there.refresh()).isEmpty();
        assertThat(status(here.access())).as("the session it was ended from").isEqualTo(200);
    }

    private static void end(Api api, String session) {
        api.post("/api/v1/sessions/" + session + "/end", Map.of()).ok();
    }

    @Test
    @Order(6)
    void aTicketOpensOneTerminalOnceSoonAndForItsSession() throws Exception {
        String late = ticket();
        long made = System.nanoTime();
        String origin = panel.url();

        for (String wrong :
                List.of("", "Origin: null\n", "Origin: https://evil.example\n", "Origin: " + origin + "0\n")) {
            assertThat(handshake(ticket(), wrong)).as(wrong).isEqualTo(403);
        }
        String own = "Origin: " + origin + '\n';
        assertThat(handshake("x".repeat(43), own)).as("a made up one").isEqualTo(401);
        Staff.Browser other = staff.browser("leaver");
        assertThat(handshake(ticket(), own + "Authorization: Bearer " + other.access() + '\n'))
                .as("somebody else's")
                .isEqualTo(401);
        assertThat(handshake(
                        ticket(), own + "Authorization: Bearer " + panel.owner().token() + '\n'))
                .as("of another session of the same person")
                .isEqualTo(401);
        String once = ticket();
        assertThat(handshake(once, own)).isEqualTo(101);
        assertThat(handshake(once, own)).as("again").isEqualTo(401);
        Wait.millis(Math.max(0, 31_000 - (System.nanoTime() - made) / 1_000_000));
        assertThat(handshake(late, own)).as("after half a minute").isEqualTo(401);
    }

    private static String ticket() {
        return ticket(owner);
    }

    private static String ticket(Api api) {
        return api.post("/api/v1/containers/" + container + "/terminal", Map.of())
                .ok()
                .json()
                .get("ticket")
                .asText();
    }

    private static int handshake(String ticket, String headers) throws IOException {
        String head = "GET /api/v1/terminals HTTP/1.1\nHost: 127.0.0.1:" + panel.port
                + "\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"
                + "Sec-WebSocket-Protocol: openpanel.terminal, ticket." + ticket + '\n' + headers + '\n';
        try (Visitor visitor = new Visitor(panel.port)) {
            String answer = visitor.send(head, new byte[0]).first();
            return answer.length() < 12 ? 0 : Integer.parseInt(answer.substring(9, 12));
        }
    }

    @Test
    @Order(7)
    void aKeyEndsWithItsTimeWithItsRotationAndWithItsOwner() {
        Api brief = staff.key(owner, Map.of("actions", List.of("project.list"), "expiresIn", "PT1M"));
        long made = System.nanoTime();
        assertThat(brief.token()).matches("op_live_[0-9a-z]{47}");
        assertThat(brief.get("/api/v1/projects").status()).isEqualTo(200);
        assertThat(brief.get("/api/v1/apps").status()).as("what it is not for").isEqualTo(403);
        assertThat(staff.tryKey(owner, Map.of("actions", List.of("project.list"), "expiresIn", "P366D"))
                        .status())
                .as("for more than a year")
                .isEqualTo(400);
        assertThat(staff.tryKey(owner, Map.of("actions", List.of())).status())
                .as("for nothing")
                .isEqualTo(400);
        String mistyped = brief.token().substring(0, 54) + (brief.token().endsWith("0") ? '1' : '0');
        assertThat(new Api(panel.url(), mistyped).get("/api/v1/projects").status())
                .isEqualTo(401);

        Api former = staff.key(owner, Map.of("name", "turned", "actions", List.of("project.list")));
        Api next = new Api(
                panel.url(),
                owner.post("/api/v1/api-keys/turned/rotate", Map.of("overlap", "PT6S"))
                        .ok()
                        .json()
                        .get("token")
                        .asText());
        assertThat(former.get("/api/v1/projects").status())
                .as("during the overlap")
                .isEqualTo(200);
        assertThat(next.get("/api/v1/projects").status()).isEqualTo(200);
        Wait.until(
                "the former secret ends",
                Duration.ofSeconds(13),
                () -> former.get("/api/v1/projects").status() == 401);
        assertThat(next.get("/api/v1/projects").status()).isEqualTo(200);

        Api ofLeaver = staff.key(
                new Api(panel.url(), staff.browser("goner").access()), Map.of("actions", List.of("project.list")));
        assertThat(ofLeaver.get("/api/v1/projects").status()).isEqualTo(200);
        owner.delete("/api/v1/members/" + Staff.email("goner"), "goner").ok();
        Wait.until(
                "their key ends",
                Duration.ofSeconds(5),
                () -> ofLeaver.get("/api/v1/projects").status() >= 400);

        Wait.millis(Math.max(0, 61_000 - (System.nanoTime() - made) / 1_000_000));
        assertThat(brief.get("/api/v1/projects").status())
                .as("after its minute")
                .isEqualTo(401);
    }

    @Test
    @Order(8)
    void aPasswordIsLongAndNobodysFirstGuessAndTakenAsTyped() {
        Staff.Browser chooser = staff.browser("chooser");
        Api api = new Api(panel.url(), chooser.access());
        for (String bad : List.of(
                "elevenchars",
                "x1!".repeat(43),
                "passwordpassword",
                "qwertyuiopas",
                "chooser@example.test",
                "openpanelopenpanel",
                "aaaaaaaaaaaaaaaa")) {
            Api.Answer answer =
                    api.post("/api/v1/profile/password", Map.of("current", Staff.PASSWORD, "password", bad));
            assertThat(answer.status()).as(bad + ": " + answer.text()).isEqualTo(400);
            assertThat(answer.text()).doesNotContain(bad);
        }
        String typed = "  Ünter den Linden 4 \u00a0é\u0301 ";
        api.post("/api/v1/profile/password", Map.of("current", Staff.PASSWORD, "password", typed))
                .ok();
        assertThat(signIn(Staff.email("chooser"), typed.strip()).status()).isEqualTo(401);
        assertThat(signIn(Staff.email("chooser"), typed).status()).isEqualTo(200);
    }

    private static Api.Answer signIn(String email, String password) {
        return panel.anonymous().post("/api/v1/sessions", Map.of("email", email, "password", password));
    }

    /** Last: the address of this test is worn out by it, also by what is refused. */
    @Test
    @Order(9)
    void whoGuessesWaitsLongerAndLongerWhetherTheAccountIsThereOrNot() {
        staff.browser("guessed");
        List<String> answers = new ArrayList<>();
        for (String email : List.of(Staff.email("guessed"), "nobody@example.test")) {
            StringBuilder statuses = new StringBuilder();
            Api.Answer last = null;
            for (int i = 0; i < 6; i++) {
                last = signIn(email, "not the password " + i);
                statuses.append(last.status()).append(' ');
            }
            answers.add(statuses.toString().strip() + ' ' + last.detail());
            assertThat(last.headers().firstValue("Retry-After")).isPresent();
            assertThat(signIn(email, Staff.PASSWORD).status())
                    .as("the right one, in the second of waiting")
                    .isEqualTo(429);
        }
        assertThat(answers.get(0)).startsWith("401 401 401 401 401 429").isEqualTo(answers.get(1));
        Wait.millis(1_500);
        assertThat(signIn(Staff.email("guessed"), Staff.PASSWORD).status())
                .as("the right one, afterwards")
                .isEqualTo(200);

        int refused = 0;
        for (int i = 0; i < 25; i++) {
            Api.Answer answer = signIn("stranger" + i + "@example.test", "not the password");
            refused += answer.status() == 429 ? 1 : 0;
        }
        assertThat(refused).as("of one address, beyond twenty a minute").isGreaterThanOrEqualTo(10);
        assertThat(signIn(Panel.EMAIL, Panel.PASSWORD).status()).isEqualTo(429);
        assertThat(status(owner.token())).as("whoever is in stays in").isEqualTo(200);
    }
}
