package io.openpanel.activity;

import static io.openpanel.activity.Office.body;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.spi.Gateway;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The feed, comments and notifications in a running panel, with real people and a stand-in for what they deploy. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.activity"})
class ActivityInThePanelTest {
    private static Office office;
    private static Shop shop;
    private static Ref project;
    private static Ref app;
    private static Ref deployment;
    private static Ref elsewhere;
    private static Ref hiddenApp;
    private static Ref hiddenDeployment;
    private static Office.Person dev;
    private static Office.Person guest;

    @BeforeAll
    static void open(TestPanel panel) throws IOException {
        office = new Office(panel);
        shop = Shop.open(panel);
        project = shop.add(office.team, "project", "shop", Optional.empty());
        app = shop.add(office.team, "app", "web", Optional.of(project));
        deployment = shop.add(office.team, "deployment", "d1", Optional.of(app));
        elsewhere = shop.add(office.team, "project", "secret", Optional.empty());
        hiddenApp = shop.add(office.team, "app", "vault", Optional.of(elsewhere));
        hiddenDeployment = shop.add(office.team, "deployment", "d2", Optional.of(hiddenApp));
        dev = office.join("dora@example.com", "Dora", "developer", Optional.empty());
        guest = office.join("gil@example.com", "Gil", "developer", Optional.of(project));
        office.call(office.owner, "app.create", body("app", app.toString()));
        office.call(office.owner, "app.create", body("app", hiddenApp.toString()));
        awaitIn(office.owner, "{}", "app.created", 2);
    }

    private static void end(Office.Person by, Ref deployment, Ref app, String reason) {
        office.call(
                by,
                "deployment.end",
                reason == null
                        ? body("deployment", deployment.toString(), "app", app.toString())
                        : body("deployment", deployment.toString(), "app", app.toString(), "reason", reason));
    }

    private static List<String> topics(Office.Person person, String filter) {
        return office.call(person, "activity.list", filter).get("items").findValuesAsText("topic");
    }

    private static void awaitIn(Office.Person person, String filter, String topic, int count) {
        TestPanel.await(
                topic + " in the feed",
                () -> topics(person, filter).stream().filter(topic::equals).count() >= count);
    }

    private static JsonNode notified(Office.Person person, String kind) {
        JsonNode[] found = new JsonNode[1];
        TestPanel.await(kind + " is notified", () -> {
            found[0] = StreamSupport.stream(
                            office.call(person, "notification.list", "{}")
                                    .get("items")
                                    .spliterator(),
                            false)
                    .filter(each -> each.get("kind").asText().equals(kind))
                    .findFirst()
                    .orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    private static JsonNode say(Office.Person person, Ref resource, String text) {
        return office.call(person, "comment.add", body("resource", resource.toString(), "text", text));
    }

    @Test
    void whatHappensIsInTheFeedWithWhereItHappenedAndWhoDidIt() {
        end(dev, deployment, app, null);
        awaitIn(dev, body("resource", app.toString()), "deployment.finished", 1);

        JsonNode first = office.call(dev, "activity.list", body("resource", app.toString(), "kind", "deployment"))
                .get("items")
                .get(0);

        assertThat(first.get("actorName").asText()).isEqualTo("Dora");
        assertThat(first.get("within").findValuesAsText("name")).containsExactly("web", "shop");
        assertThat(first.get("detail").asText()).isEqualTo("http://shop.localhost");
        assertThat(topics(dev, body("person", dev.id())))
                .contains("deployment.finished")
                .doesNotContain("app.created");
        assertThat(topics(dev, body("resource", elsewhere.toString()))).doesNotContain("deployment.finished");
        assertThat(topics(dev, "{\"until\":\"2020-01-01T00:00:00Z\"}")).isEmpty();
    }

    @Test
    void theFeedComesInPages() {
        JsonNode page = office.call(office.owner, "activity.list", "{\"limit\":1}");
        String newest = page.get("items").get(0).get("id").asText();

        JsonNode next = office.call(
                office.owner,
                "activity.list",
                "{\"limit\":1,\"cursor\":\"" + page.get("next").asText() + "\"}");

        assertThat(next.get("items").get(0).get("id").asText()).isNotEqualTo(newest);
        assertThat(office.refused(office.owner, "activity.list", "{\"cursor\":\"x\"}"))
                .isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void aGuestOfOneProjectSeesItsActivityAndNothingElse() {
        end(dev, hiddenDeployment, hiddenApp, "the vault is shut");
        end(dev, deployment, app, "no luck");
        awaitIn(office.owner, body("resource", elsewhere.toString()), "deployment.failed", 1);
        TestPanel.await(
                "the guest's own project in the feed",
                () -> office.call(guest, "activity.list", "{}").toString().contains("no luck"));

        JsonNode seen = office.call(guest, "activity.list", "{\"limit\":200}");

        assertThat(seen.toString())
                .contains("no luck")
                .doesNotContain("vault", "Dora joined", "member.", "invitation.");
        assertThat(topics(guest, body("resource", project.toString()))).contains("app.created");
        assertThat(office.refused(guest, "activity.list", body("resource", elsewhere.toString())))
                .isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void aGuestCommentsInItsProjectAndNotElsewhere() {
        JsonNode said = say(guest, deployment, "Well done");

        assertThat(office.call(dev, "comment.list", body("resource", deployment.toString()))
                        .get("items")
                        .findValuesAsText("text"))
                .contains("Well done");
        assertThat(said.get("own").asBoolean()).isTrue();
        assertThat(office.refused(guest, "comment.add", body("resource", hiddenApp.toString(), "text", "Hello?")))
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(office.refused(guest, "comment.list", body("resource", hiddenApp.toString())))
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(office.refused(guest, "activity.follow", body("resource", hiddenApp.toString())))
                .isEqualTo(Problem.Kind.MISSING);
        JsonNode hidden = say(dev, hiddenApp, "Not for guests");
        assertThat(office.refused(
                        guest,
                        "comment.delete",
                        body("comment", hidden.get("comment").asText())))
                .isEqualTo(Problem.Kind.MISSING);
    }

    @Test
    void whoMayCommentAndNotSeeSaysNothing() {
        office.call(office.owner, "role.create", "{\"name\":\"Talker\",\"allowed\":[\"comment.*\"]}");
        Office.Person talker = office.join("tim@example.com", "Tim", "Talker", Optional.empty());

        assertThat(office.refused(talker, "comment.add", body("resource", app.toString(), "text", "Blindly")))
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aSecondTenantSeesNothing() {
        Ref other = Ref.parse(office.call(office.owner, "team.create", body("name", "Others"))
                .get("team")
                .asText());
        say(dev, app, "For our team only");

        assertThat(office.byMachine(other, "activity.list", "{}").toString()).doesNotContain("web", "vault", "Dora");
        try {
            office.byMachine(other, "comment.list", body("resource", app.toString()));
            throw new AssertionError("A foreign app was found");
        } catch (Problem refused) {
            assertThat(refused.kind()).isEqualTo(Problem.Kind.MISSING);
        }
    }

    @Test
    void onlyItsAuthorChangesACommentAndAdminsDeleteIt() {
        String comment = say(dev, app, "Frist").get("comment").asText();

        assertThat(office.refused(office.owner, "comment.edit", body("comment", comment, "text", "Mine")))
                .isEqualTo(Problem.Kind.DENIED);
        JsonNode edited = office.call(dev, "comment.edit", body("comment", comment, "text", "First"));
        assertThat(edited.get("text").asText()).isEqualTo("First");
        assertThat(edited.has("editedAt")).isTrue();
        assertThat(office.refused(guest, "comment.delete", body("comment", comment)))
                .isEqualTo(Problem.Kind.DENIED);
        office.call(office.owner, "comment.delete", body("comment", comment));

        JsonNode shown = office.call(dev, "comment.list", body("resource", app.toString()));
        assertThat(shown.toString()).doesNotContain("First").contains("\"deleted\":true");
        assertThat(office.refused(dev, "comment.edit", body("comment", comment, "text", "Again")))
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whoIsMentionedIsNotifiedWhereTheyMaySee() {
        say(dev, app, "Look, [@Gil](member:" + guest.id() + ") and @olga@example.com");

        JsonNode told = notified(guest, "mention");
        assertThat(told.get("actorName").asText()).isEqualTo("Dora");
        assertThat(told.at("/resource/ref").asText()).isEqualTo(app.toString());
        assertThat(notified(office.owner, "mention").get("detail").asText()).startsWith("Look");

        say(dev, hiddenApp, "Nothing for [@Gil](member:" + guest.id() + "), is it, @olga@example.com");
        TestPanel.await("the owner is told of it", () -> office.call(office.owner, "notification.list", "{}")
                .toString()
                .contains("Nothing for"));
        assertThat(office.call(guest, "notification.list", "{}").toString()).doesNotContain("Nothing for");
    }

    @Test
    void theAudienceOfAResourceIsWhoMaySeeIt() {
        assertThat(office.call(guest, "comment.audience", body("resource", app.toString()))
                        .get("items")
                        .findValuesAsText("name"))
                .contains("Dora", "Gil");
        assertThat(office.call(dev, "comment.audience", body("resource", hiddenApp.toString()))
                        .get("items")
                        .findValuesAsText("name"))
                .contains("Dora")
                .doesNotContain("Gil");
    }

    @Test
    void followersAndWhoStartedItHearOfADeploymentUntilTheyUnfollow() {
        Ref fresh = shop.add(office.team, "deployment", "d3", Optional.of(app));
        office.call(guest, "activity.follow", body("resource", app.toString()));
        assertThat(office.call(guest, "activity.following", body("resource", app.toString()))
                        .get("follows")
                        .asBoolean())
                .isTrue();
        end(dev, fresh, app, "out of paper");

        assertThat(notified(dev, "deployment-failed").get("detail").asText()).isNotEmpty();
        TestPanel.await(
                "the follower is told",
                () -> office.call(guest, "notification.list", "{}").toString().contains("out of paper"));

        office.call(guest, "activity.unfollow", body("resource", app.toString()));
        end(dev, fresh, app, "out of ink");
        TestPanel.await(
                "the starter is told again",
                () -> office.call(dev, "notification.list", "{}").toString().contains("out of ink"));
        assertThat(office.call(guest, "notification.list", "{}").toString()).doesNotContain("out of ink");
    }

    @Test
    void notificationsAreReadOneByOneOrAllByNobodyElse() {
        Office.Person reader = office.join("rita@example.com", "Rita", "viewer", Optional.empty());
        say(dev, app, "One for @rita@example.com");
        say(dev, app, "Two for @rita@example.com");
        TestPanel.await("two unread", () -> unread(reader) == 2);
        String one = office.call(reader, "notification.list", "{}")
                .at("/items/0/notification")
                .asText();

        assertThat(office.refused(dev, "notification.read", body("notification", one)))
                .isEqualTo(Problem.Kind.MISSING);
        office.call(reader, "notification.read", body("notification", one));
        assertThat(unread(reader)).isEqualTo(1);
        assertThat(office.call(reader, "notification.list", "{\"unread\":true}").get("items"))
                .hasSize(1);
        office.call(reader, "notification.read-all", "{}");
        assertThat(unread(reader)).isZero();
    }

    private static String notifications(Office.Person person) {
        return office.call(person, "notification.list", "{}").toString();
    }

    private static int unread(Office.Person person) {
        return office.call(person, "notification.list", "{}").get("unread").asInt();
    }

    @Test
    void whoInvitedAndWhoseRoleChangedAreNotified() {
        Office.Person newcomer = office.join("nia@example.com", "Nia", "viewer", Optional.empty());
        TestPanel.await("the inviter is told", () -> office.call(office.owner, "notification.list", "{}")
                .toString()
                .contains("nia@example.com"));

        office.call(office.owner, "member.update", body("member", newcomer.id(), "role", "developer"));

        assertThat(notified(newcomer, "role-changed").get("detail").asText()).isEqualTo("Developer");
    }

    @Test
    void aGrantSaysWhoGotWhichRoleOnWhat() {
        Office.Person helper = office.join("hal@example.com", "Hal Hart", "guest", Optional.empty());
        String grant = office.call(
                        office.owner,
                        "grant.create",
                        body("member", helper.id(), "role", "viewer", "resource", app.toString()))
                .get("grant")
                .asText();
        JsonNode given = ofGrant(grant, "grant.created");

        assertThat(given.at("/resource/name").asText()).isEqualTo("Hal Hart");
        assertThat(given.get("within").findValuesAsText("name")).containsExactly("web", "shop");
        assertThat(given.get("detail").asText()).isEqualTo("Viewer");

        office.call(office.owner, "grant.delete", body("grant", grant));
        JsonNode taken = ofGrant(grant, "grant.deleted");

        assertThat(taken.at("/resource/name").asText()).isEqualTo("Hal Hart");
        assertThat(taken.get("within").findValuesAsText("name")).containsExactly("web", "shop");
    }

    private static JsonNode ofGrant(String grant, String topic) {
        JsonNode[] found = new JsonNode[1];
        TestPanel.await(topic + " of the grant in the feed", () -> {
            found[0] = StreamSupport.stream(
                            office.call(office.owner, "activity.list", body("kind", "grant"))
                                    .get("items")
                                    .spliterator(),
                            false)
                    .filter(each -> each.get("topic").asText().equals(topic)
                            && each.at("/resource/ref").asText().equals(grant))
                    .findFirst()
                    .orElse(null);
            return found[0] != null;
        });
        return found[0];
    }

    @Test
    void rolesOnWhatIsGoneAndInvitationsToItGoWithIt() {
        Ref brief = shop.add(office.team, "app", "brief", Optional.of(project));
        Office.Person helper = office.join("hugo@example.com", "Hugo", "guest", Optional.empty());
        office.call(
                office.owner,
                "grant.create",
                body("member", helper.id(), "role", "viewer", "resource", brief.toString()));
        String invited = office.call(
                        office.owner,
                        "invitation.create",
                        body("email", "late@example.com", "role", "viewer", "resource", brief.toString()))
                .get("token")
                .asText();

        office.call(office.owner, "app.delete", body("app", brief.toString()));

        TestPanel.await("the grant is gone", () -> office.call(office.owner, "grant.list", body("member", helper.id()))
                .get("items")
                .isEmpty());
        assertThat(office.call(office.owner, "invitation.list", "{}").toString())
                .doesNotContain("late@example.com");
        Office.Person nobody = new Office.Person("", new Gateway.Caller.Anonymous());
        assertThat(office.refused(
                        nobody, "invitation.accept", body("token", invited, "password", "nine lazy harbours")))
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whoIsMentionedByTheirAddressIsReadByTheirName() {
        String text = "Ready, @Dora@example.com? And @nobody@example.com? Not @gil@example.com.";

        JsonNode said = say(office.owner, hiddenApp, text);

        String named = "Ready, [@Dora](member:" + dev.id() + ")? And @nobody@example.com? Not @gil@example.com.";
        assertThat(said.get("text").asText()).isEqualTo(named);
        JsonNode edited = office.call(
                office.owner,
                "comment.edit",
                body("comment", said.get("comment").asText(), "text", text + " Now"));
        assertThat(edited.get("text").asText()).isEqualTo(named + " Now");
    }

    @Test
    void whatNobodyWantsToHearIsNotTold() {
        Office.Person calm = office.join("cora@example.com", "Cora", "viewer", Optional.empty());
        office.call(calm, "notification.configure", "{\"event\":\"mention\",\"inPanel\":false,\"mail\":\"off\"}");
        say(dev, app, "Psst @cora@example.com");
        say(dev, app, "And @olga@example.com, last of all");
        TestPanel.await("the other one is told", () -> office.call(office.owner, "notification.list", "{}")
                .toString()
                .contains("last of all"));

        assertThat(office.call(calm, "notification.list", "{}").get("items")).isEmpty();
        assertThat(office.refused(calm, "notification.configure", "{\"timeZone\":\"Mars/Olympus\"}"))
                .isEqualTo(Problem.Kind.INVALID);
    }

    @Test
    void aGuestsStreamTellsWhatTheGuestMaySee() {
        List<String> heard = new CopyOnWriteArrayList<>();
        office.stream(guest, "activity.watch", "{}").items().subscribe(new Listener(heard));
        end(dev, hiddenDeployment, hiddenApp, "nobody shall know");
        end(dev, deployment, app, "everybody shall know");

        TestPanel.await("the stream", () -> heard.toString().contains("everybody shall know"));
        assertThat(heard.toString()).doesNotContain("nobody shall know");
    }

    @Test
    void whoLosesAccessLosesWhatTheyWereToldOfIt() {
        Office.Person former = office.join("fay@example.com", "Fay", "developer", Optional.of(elsewhere));
        say(dev, hiddenApp, "The code is 4711, @fay@example.com");
        notified(former, "mention");
        String grant = office.call(office.owner, "grant.list", body("member", former.id()))
                .at("/items/0/grant")
                .asText();

        office.call(office.owner, "grant.delete", body("grant", grant));

        TestPanel.await(
                "the mention is taken away, and that the role is gone is told",
                () -> unread(former) == 1 && notifications(former).contains("role-changed"));
        assertThat(notifications(former)).doesNotContain("4711");
    }

    @Test
    void whoLosesAccessLosesItHoweverMuchTheyWereTold() throws SQLException {
        Office.Person former = office.join("busy@example.com", "Bea Busy", "developer", Optional.of(elsewhere));
        String many =
                """
                insert into activity.notification (team_id, id, user_id, event_id, kind, at, actor_name, subject,
                    subject_name, above, above_names, detail, shown, mail)
                select '%1$s', 'many' || n, '%2$s', 'many' || n, 'comment', now(), 'Olga', '%3$s', 'else', '{}', '{}', '',
                    true, 'off' from generate_series(1, 10500) n
                """
                        .formatted(office.team.id(), former.id(), elsewhere);
        try (Connection database = office.panel.connect();
                Statement statement = database.createStatement()) {
            statement.execute("alter table activity.notification no force row level security");
            statement.execute(many);
            String grant = office.call(office.owner, "grant.list", body("member", former.id()))
                    .at("/items/0/grant")
                    .asText();
            office.call(office.owner, "grant.delete", body("grant", grant));

            TestPanel.await("nothing of it is there", () -> countMany(statement) == 0);
            statement.execute("alter table activity.notification force row level security");
        }
    }

    private static long countMany(Statement statement) {
        try (ResultSet found =
                statement.executeQuery("select count(*) from activity.notification where id like 'many%'")) {
            found.next();
            return found.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theBellRings() {
        List<String> heard = new CopyOnWriteArrayList<>();
        Office.Person alert = office.join("bea@example.com", "Bea", "viewer", Optional.empty());
        office.stream(alert, "notification.watch", "{}").items().subscribe(new Listener(heard));
        say(dev, app, "Ring @bea@example.com");

        TestPanel.await("the count", () -> heard.contains("{\"unread\":1}"));
    }

    private record Listener(List<String> heard) implements Flow.Subscriber<Gateway.Item> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(100);
        }

        @Override
        public void onNext(Gateway.Item item) {
            heard.add(new String(item.json(), StandardCharsets.UTF_8));
        }

        @Override
        public void onError(Throwable problem) {
            heard.add("failed: " + problem);
        }

        @Override
        public void onComplete() {
            heard.add("ended");
        }
    }

    @Test
    void whatBelongedToADeletedAppStaysWithItsProjectAndItsCommentsGo() {
        Ref doomed = shop.add(office.team, "app", "doomed", Optional.of(project));
        office.call(office.owner, "app.create", body("app", doomed.toString()));
        String comment = say(guest, doomed, "Farewell").get("comment").asText();
        awaitIn(guest, body("resource", doomed.toString()), "comment.added", 1);
        office.call(office.owner, "app.delete", body("app", doomed.toString()));
        awaitIn(guest, body("resource", project.toString()), "app.deleted", 1);

        assertThat(office.call(guest, "activity.list", "{}")
                        .at("/items/0/within/0/name")
                        .asText())
                .isEqualTo("shop");
        TestPanel.await(
                "the comment is gone",
                () -> office.refused(guest, "comment.delete", body("comment", comment)) == Problem.Kind.MISSING);
    }
}
