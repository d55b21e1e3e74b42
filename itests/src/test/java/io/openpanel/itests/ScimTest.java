package io.openpanel.itests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import de.captaingoldfish.scim.sdk.client.ScimClientConfig;
import de.captaingoldfish.scim.sdk.client.ScimRequestBuilder;
import de.captaingoldfish.scim.sdk.client.response.ServerResponse;
import de.captaingoldfish.scim.sdk.common.constants.enums.Comparator;
import de.captaingoldfish.scim.sdk.common.constants.enums.PatchOp;
import de.captaingoldfish.scim.sdk.common.resources.Group;
import de.captaingoldfish.scim.sdk.common.resources.User;
import de.captaingoldfish.scim.sdk.common.resources.multicomplex.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A directory provisions the whole product, by a SCIM client that others wrote. */
@Tag("slow")
class ScimTest {
    private static Panel panel;
    private static Api owner;
    private static JsonNode directory;
    private static ScimRequestBuilder client;

    @BeforeAll
    static void start() {
        panel = Panel.start();
        owner = panel.owner();
        directory = owner.post(
                        "/api/v1/directories",
                        Map.of(
                                "name",
                                "Entra ID",
                                "role",
                                "role:viewer",
                                "rules",
                                List.of(Map.of("group", "Developers", "role", "developer"))))
                .ok()
                .json();
        client = new ScimRequestBuilder(
                panel.url() + directory.get("path").asText(),
                // A group of hundreds takes half of what a client waits by itself, on a machine with other work to do.
                ScimClientConfig.builder()
                        .requestTimeout(60)
                        .socketTimeout(60)
                        .httpHeaders(Map.of(
                                "Authorization",
                                "Bearer " + directory.get("token").asText()))
                        .build());
    }

    @AfterAll
    static void stop() {
        if (client != null) {
            client.close();
        }
        if (panel != null) {
            panel.close();
        }
    }

    private static String role(String email) {
        for (JsonNode each : owner.get("/api/v1/members").ok().json().get("items")) {
            if (each.get("email").asText().equals(email)) {
                return each.get("roleName").asText();
            }
        }
        return "none";
    }

    private static String make(String userName) {
        ServerResponse<User> made = client.create(User.class, "/Users")
                .setResource(User.builder()
                        .userName(userName)
                        .displayName("Somebody")
                        .active(true)
                        .build())
                .sendRequest();
        assertThat(made.isSuccess()).as(made.getResponseBody()).isTrue();
        return made.getResource().getId().orElseThrow();
    }

    @Test
    void whoLeavesTheDirectoryIsOutOfTheTeamWithinFiveSecondsWithWhatTheyHaveOpen() throws Exception {
        String email = "leaver@example.test";
        String link = owner.post("/api/v1/invitations", Map.of("email", email, "role", "role:developer"))
                .ok()
                .json()
                .get("token")
                .asText();
        String token = panel.anonymous()
                .post("/api/v1/invitations/accept", Map.of("token", link, "password", "seven quiet otters"))
                .ok()
                .json()
                .at("/session/accessToken")
                .asText();
        Api leaver = new Api(panel.url(), token);
        String id = make(email);
        assertThat(role(email)).isEqualTo("Developer");
        CompletableFuture<String> following = CompletableFuture.supplyAsync(
                () -> leaver.send("GET", "/api/v1/events/watch", null, "Accept", "text/event-stream")
                        .text());
        Wait.millis(1_500);
        assertThat(following).isNotDone();
        long began = System.nanoTime();

        assertThat(client.patch(User.class, "/Users", id)
                        .addOperation()
                        .op(PatchOp.REPLACE)
                        .path("active")
                        .value("false")
                        .build()
                        .sendRequest()
                        .getResource()
                        .isActive())
                .contains(false);

        assertThat(following.get(5, TimeUnit.SECONDS)).contains("no longer");
        assertThat(leaver.get("/api/v1/members").status()).isEqualTo(403);
        Figure.say("the stream of a leaver ended after "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
    }

    @Test
    void aGroupOfHundredsGivesItsRoleAndTakesItAgain() {
        List<Member> members = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < 200; i++) {
            members.add(
                    Member.builder().value(make("person" + i + "@example.test")).build());
        }
        Figure.say("200 people made in "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
        assertThat(client.list(User.class, "/Users")
                        .filter("userName", Comparator.EQ, "PERSON7@example.test")
                        .build()
                        .get()
                        .sendRequest()
                        .getResource()
                        .getTotalResults())
                .isEqualTo(1);
        began = System.nanoTime();
        ServerResponse<Group> group = client.create(Group.class, "/Groups")
                .setResource(Group.builder()
                        .displayName("Developers")
                        .members(members)
                        .build())
                .sendRequest();
        assertThat(group.isSuccess()).as(group.getResponseBody()).isTrue();
        Figure.say("a group of 200 got its role in "
                + Duration.ofNanos(System.nanoTime() - began).toMillis() + " ms");
        assertThat(role("person0@example.test")).isEqualTo("Developer");
        assertThat(role("person199@example.test")).isEqualTo("Developer");
        assertThat(client.delete(
                                Group.class,
                                "/Groups",
                                group.getResource().getId().orElseThrow())
                        .sendRequest()
                        .isSuccess())
                .isTrue();
        assertThat(role("person199@example.test")).isEqualTo("Viewer");
    }

    @Test
    void theDirectoryIsNamedInTheAuditTrailAndItsTokenNowhere() {
        make("audited@example.test");
        String rows = owner.get("/api/v1/audit?limit=50").ok().text();
        assertThat(rows)
                .contains("directory-user.create", "scim-entra-id")
                .doesNotContain(directory.get("token").asText());
        assertThat(panel.launcher("logs").output())
                .doesNotContain(directory.get("token").asText());
    }
}
