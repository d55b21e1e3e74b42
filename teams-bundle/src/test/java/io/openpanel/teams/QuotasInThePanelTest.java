package io.openpanel.teams;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a team may have, who goes and who shares, as calls of a running panel. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles("io.openpanel.teams")
@Tag("slow")
class QuotasInThePanelTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static TestPanel panel;
    private static Caller owner;
    private static String home;

    @BeforeAll
    static void setUp(TestPanel running) throws IOException {
        panel = running;
        panel.awaitActions(
                "setup.create",
                "quota.set",
                "quota.teams",
                "api-key.create",
                "team.leave",
                "grant.share",
                "event.watch");
        Path token = panel.home().resolve("run/setup-token");
        TestPanel.await("the set-up token", () -> Files.exists(token));
        JsonNode made = call(
                new Caller.Anonymous(),
                "setup.create",
                "{\"token\":\"" + Files.readString(token).strip()
                        + "\",\"email\":\"ana@example.com\",\"password\":\"seven quiet otters\"}");
        owner = bearer(made);
        home = made.get("team").asText();
    }

    private static Gateway.Reply reply(Caller caller, String address, String action, String json) {
        return panel.get(Gateway.class)
                .call(new Gateway.Invocation(
                        action,
                        json.getBytes(StandardCharsets.UTF_8),
                        caller,
                        "rest",
                        address,
                        "r",
                        Optional.empty(),
                        Optional.empty()));
    }

    private static JsonNode call(Caller caller, String action, String json) {
        try {
            byte[] answer = ((Gateway.Reply.Done) reply(caller, "192.0.2.7", action, json)).json();
            return answer.length == 0 ? JSON.createObjectNode() : JSON.readTree(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Caller bearer(JsonNode answer) {
        return new Caller.Bearer(
                answer.get(answer.has("token") ? "token" : "accessToken").asText(), Optional.empty());
    }

    private static Caller in(Caller caller, String team) {
        return new Caller.Bearer(((Caller.Bearer) caller).token(), Optional.of(Ref.parse(team)));
    }

    private static Problem refused(Caller caller, String action, String json) {
        Problem problem = catchThrowableOfType(Problem.class, () -> call(caller, action, json));
        assertThat(problem).as(action).isNotNull();
        return problem;
    }

    private static Caller join(Caller by, String email, String role) {
        JsonNode invitation = call(by, "invitation.create", "{\"email\":\"" + email + "\",\"role\":\"" + role + "\"}");
        return bearer(call(
                        new Caller.Anonymous(),
                        "invitation.accept",
                        "{\"token\":\"" + invitation.get("token").asText() + "\",\"password\":\"nine lazy harbours\"}")
                .get("session"));
    }

    private static String team(String name) {
        return call(owner, "team.create", "{\"name\":\"" + name + "\"}")
                .get("team")
                .asText();
    }

    private static JsonNode set(String team, String quota, String limit) {
        return call(
                owner,
                "quota.set",
                "{\"team\":\"" + team + "\",\"quota\":\"" + quota + "\""
                        + (limit.isEmpty() ? "" : ",\"limit\":" + limit) + '}');
    }

    private static JsonNode quota(Caller caller, String name) {
        for (JsonNode each : call(caller, "quota.list", "{}").get("items")) {
            if (each.get("quota").asText().equals(name)) {
                return each;
            }
        }
        throw new AssertionError("There is no quota " + name);
    }

    private static String key(int number) {
        return "{\"name\":\"key-" + number + "\",\"actions\":[\"*.list\"]}";
    }

    @Test
    void anOwnerOfThePanelSaysHowManyKeysATeamMayHaveAndItCountsAtOnce() {
        String shop = team("Shop");
        Caller here = in(owner, shop);
        call(here, "api-key.create", key(1));
        assertThat(quota(here, "api-keys").toString())
                .contains("\"used\":1", "\"unit\":\"count\"")
                .doesNotContain("\"limit\"");

        assertThat(set("shop", "api-keys", "2").get("limit").asLong()).isEqualTo(2);
        call(here, "api-key.create", key(2));
        Problem problem = refused(here, "api-key.create", key(3));
        assertThat(problem.kind()).isEqualTo(Problem.Kind.CONFLICT);
        assertThat(problem)
                .hasMessageContaining(
                        "quota of api-keys (API keys of all members) is 2 and in use are 2, so that 1 more does not fit")
                .hasMessageContaining("owner of the panel");

        set(shop, "api-keys", "3");
        call(here, "api-key.create", key(3));
        set(shop, "api-keys", "");
        call(here, "api-key.create", key(4));
        assertThat(call(owner, "quota.list", "{}").toString())
                .as("another team's limit")
                .doesNotContain("\"limit\"");
    }

    @Test
    void twentyKeysAtOnceAreNoMoreThanTheTeamMayHave() throws InterruptedException {
        String team = team("Busy");
        Caller here = in(owner, team);
        set(team, "api-keys", "6");
        ExecutorService threads = Executors.newFixedThreadPool(20);
        CountDownLatch go = new CountDownLatch(1);
        List<CompletableFuture<Boolean>> made = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            made.add(CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            go.await();
                            call(here, "api-key.create", key(number));
                            return true;
                        } catch (Problem full) {
                            return false;
                        } catch (InterruptedException e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    threads));
        }
        go.countDown();
        assertThat(made.stream().map(CompletableFuture::join).filter(each -> each))
                .hasSize(6);
        threads.shutdown();
        assertThat(threads.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        assertThat(quota(here, "api-keys").get("used").asLong()).isEqualTo(6);
    }

    @Test
    void whoeverIsInvitedHasAPlaceAlready() {
        String team = team("Small");
        Caller here = in(owner, team);
        set(team, "members", "2");
        String invitation = call(here, "invitation.create", "{\"email\":\"bo@example.com\",\"role\":\"viewer\"}")
                .get("token")
                .asText();
        assertThat(quota(here, "members").get("used").asLong()).isEqualTo(2);
        assertThat(refused(here, "invitation.create", "{\"email\":\"cy@example.com\",\"role\":\"viewer\"}"))
                .hasMessageContaining("members and open invitations");
        invitation = call(here, "invitation.create", "{\"email\":\"bo@example.com\",\"role\":\"developer\"}")
                .get("token")
                .asText();
        assertThat(refused(here, "service-account.create", "{\"name\":\"ci\",\"role\":\"viewer\"}")
                        .kind())
                .isEqualTo(Problem.Kind.CONFLICT);

        call(
                new Caller.Anonymous(),
                "invitation.accept",
                "{\"token\":\"" + invitation + "\",\"password\":\"nine lazy harbours\"}");
        assertThat(quota(here, "members").get("used").asLong()).isEqualTo(2);
    }

    @Test
    void onlyOwnersOfThePanelSetQuotasAndItsAdminsSeeThem() {
        String team = team("Watched");
        Caller boss = join(in(owner, team), "boss@example.com", "owner");
        Caller admin = join(owner, "adm@example.com", "admin");
        String wish = "{\"team\":\"" + team + "\",\"quota\":\"api-keys\",\"limit\":100}";
        assertThat(refused(boss, "quota.set", wish).kind()).isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(boss, "quota.teams", "{}").kind()).isEqualTo(Problem.Kind.DENIED);
        assertThat(refused(admin, "quota.set", wish).kind()).isEqualTo(Problem.Kind.DENIED);
        set(team, "members", "9");

        assertThat(quota(boss, "members").get("limit").asLong()).isEqualTo(9);
        assertThat(call(admin, "quota.teams", "{}").get("items").toString()).contains("Watched", "\"limit\":9");
    }

    @Test
    void whatIsNoQuotaAndWhatIsNoTeamIsSaidSo() {
        assertThat(refused(owner, "quota.set", "{\"team\":\"" + home + "\",\"quota\":\"horses\",\"limit\":1}"))
                .hasMessageContaining("'horses'")
                .hasMessageContaining("api-keys, members");
        assertThat(refused(owner, "quota.set", "{\"team\":\"nowhere\",\"quota\":\"members\",\"limit\":1}")
                        .kind())
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(refused(owner, "quota.set", "{\"team\":\"" + home + "\",\"quota\":\"members\",\"limit\":-1}")
                        .kind())
                .isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void somebodyLeavesATeamWithTheirKeysAndTheLastOwnerStays() {
        String team = team("Left");
        Caller goer = join(in(owner, team), "goer@example.com", "developer");
        Caller key = bearer(call(goer, "api-key.create", key(1)));
        String leave = "{\"team\":\"" + team + "\",\"confirm\":\"Left\"}";

        assertThat(refused(goer, "team.leave", "{\"team\":\"" + team + "\"}").kind())
                .isEqualTo(Problem.Kind.UNCONFIRMED);
        assertThat(refused(key, "team.leave", leave).kind()).isEqualTo(Problem.Kind.DENIED);
        call(goer, "team.leave", leave);

        assertThat(refused(key, "member.list", "{}").kind()).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(call(goer, "team.list", "{}").get("items")).isEmpty();
        assertThat(call(in(owner, team), "member.list", "{}").toString()).doesNotContain("goer@example.com");
        assertThat(refused(in(owner, team), "team.leave", leave)).hasMessageContaining("A team needs an owner");
    }

    @Test
    void whoLooksAfterOneThingSharesItAndNothingElse() {
        Caller guest = join(owner, "keeper@example.com", "guest");
        join(owner, "friend@example.com", "guest");
        String role = call(owner, "role.create", "{\"name\":\"Kept\",\"base\":\"viewer\"}")
                .get("role")
                .asText();
        String other = call(owner, "role.create", "{\"name\":\"Other\",\"base\":\"viewer\"}")
                .get("role")
                .asText();
        call(
                owner,
                "grant.create",
                "{\"member\":\"keeper@example.com\",\"role\":\"admin\",\"resource\":\"" + role + "\"}");
        String wish = "{\"resource\":\"%s\",\"email\":\"%s\",\"role\":\"%s\"}";

        JsonNode shared = call(guest, "grant.share", wish.formatted(role, "Friend@example.com", "developer"));
        assertThat(shared.get("email").asText()).isEqualTo("friend@example.com");
        assertThat(refused(guest, "grant.share", wish.formatted(other, "friend@example.com", "viewer"))
                        .kind())
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(refused(guest, "grant.share", wish.formatted(role, "ana@example.com", "owner")))
                .as("more than they have there")
                .hasMessageContaining("has more than you do there");
        assertThat(refused(guest, "grant.share", wish.formatted(role, "nobody@example.com", "viewer")))
                .hasMessageContaining("ask an owner or admin");
        assertThat(refused(
                                guest,
                                "grant.create",
                                "{\"member\":\"friend@example.com\",\"role\":\"viewer\",\"resource\":\"" + role + "\"}")
                        .kind())
                .isIn(Problem.Kind.DENIED, Problem.Kind.MISSING);

        call(guest, "grant.delete", "{\"grant\":\"" + shared.get("grant").asText() + "\"}");
        assertThat(call(owner, "grant.list", "{\"member\":\"friend@example.com\"}")
                        .get("items"))
                .isEmpty();
    }

    @Test
    void whatIsFollowedEndsWhenItsAddressIsShutOut() throws InterruptedException {
        String team = team("Fenced");
        Caller here = in(owner, team);
        Ending inside = follow(here, "192.0.2.7");
        Ending outside = follow(here, "203.0.113.9");

        call(here, "team.restrict", "{\"team\":\"" + team + "\",\"addresses\":[\"192.0.2.0/24\"]}");

        assertThat(outside.ended.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(outside.why).hasMessageContaining("203.0.113.9");
        assertThat(inside.ended.await(300, TimeUnit.MILLISECONDS)).isFalse();
    }

    private static Ending follow(Caller caller, String address) {
        Ending ending = new Ending();
        ((Gateway.Reply.Streaming) reply(caller, address, "event.watch", "{}"))
                .items()
                .subscribe(ending);
        return ending;
    }

    private static final class Ending implements Flow.Subscriber<Gateway.Item> {
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile Throwable why;

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Gateway.Item item) {
            // Whatever happens meanwhile.
        }

        @Override
        public void onError(Throwable problem) {
            why = problem;
            ended.countDown();
        }

        @Override
        public void onComplete() {
            ended.countDown();
        }
    }
}
