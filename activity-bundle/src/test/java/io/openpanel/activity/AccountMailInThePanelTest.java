package io.openpanel.activity;

import static io.openpanel.activity.Office.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway.Caller;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What people are told about their accounts, from a running panel to a real SMTP server. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.activity"})
class AccountMailInThePanelTest {
    private static final GreenMail SERVER = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private static final Caller STRANGER = new Caller.Anonymous();
    private static final String FORMER = "nine lazy harbours";
    private static final String NEXT = "ten slow lanterns glow";

    private static TestPanel panel;
    private static Office office;

    @BeforeAll
    static void open(TestPanel running) throws IOException, SQLException {
        panel = running;
        SERVER.start();
        office = new Office(panel);
        panel.awaitActions("password-reset.request", "password-reset.complete", "mail.account", "mail.status");
        change("alter table activity.mail no force row level security;"
                + " alter table kernel.audit no force row level security;"
                + " alter table kernel.event no force row level security;"
                + " alter table kernel.delivery no force row level security");
    }

    @AfterAll
    static void close() {
        SERVER.stop();
    }

    @BeforeEach
    void mailWorks() throws Exception {
        SERVER.purgeEmailFromAllMailboxes();
        set("127.0.0.1");
    }

    private static void set(String host) {
        office.byMachine(
                null,
                "setting.update",
                "{\"plugin\":\"activity\",\"values\":{\"host\":\"" + host + "\",\"port\":"
                        + SERVER.getSmtp().getPort() + ",\"security\":\"none\",\"user\":\"\",\"password\":\"\","
                        + "\"from\":\"OpenPanel <panel@example.com>\",\"address\":\"https://panel.example.com/\"}}");
    }

    private static List<MimeMessage> sentTo(String address, String subject) {
        return Arrays.stream(SERVER.getReceivedMessages())
                .filter(each -> {
                    try {
                        return GreenMailUtil.getAddressList(each.getAllRecipients())
                                        .contains(address)
                                && each.getSubject().equals(subject);
                    } catch (MessagingException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .toList();
    }

    private static String awaitTo(String address, String subject) throws Exception {
        TestPanel.await(
                subject + " to " + address, () -> !sentTo(address, subject).isEmpty());
        return ((MimeMultipart) sentTo(address, subject).get(0).getContent())
                .getBodyPart(0)
                .getContent()
                .toString();
    }

    private static String token(String text, String path) {
        Matcher link = Pattern.compile("https://panel\\.example\\.com" + path + "#([\\w-]{43})")
                .matcher(text);
        assertThat(link.find()).as(text).isTrue();
        return link.group(1);
    }

    private static Problem.Kind refused(Caller caller, String action, String json) {
        Problem problem = catchThrowableOfType(Problem.class, () -> office.call(caller, action, json));
        assertThat(problem).as(action).isNotNull();
        return problem.kind();
    }

    private static JsonNode logIn(String email, String password) {
        return office.call(STRANGER, "session.create", body("email", email, "password", password));
    }

    /** Waits until nothing that was asked for is still to be done. */
    private static void awaitQuiet() {
        TestPanel.await("all requests are carried out", () -> rows("select id from teams.account_request")
                .isEmpty());
    }

    @Test
    void whoForgotThePasswordSetsANewOneWithTheLinkAndIsTold() throws Exception {
        Office.Person una = office.join("una@example.com", "Una", "viewer", Optional.empty());
        assertThat(office.call(STRANGER, "password-reset.get", "{}").get("mail").asBoolean())
                .isTrue();

        office.call(STRANGER, "password-reset.request", body("email", " Una@Example.com", "language", "pt-br"));
        String token = token(awaitTo("una@example.com", "Defina uma nova senha"), "/reset");

        assertThat(office.call(STRANGER, "password-reset.open", body("token", token))
                        .get("email")
                        .asText())
                .isEqualTo("una@example.com");
        assertThat(refused(STRANGER, "password-reset.complete", body("token", token, "password", "short")))
                .isEqualTo(Problem.Kind.INVALID);
        office.call(STRANGER, "password-reset.complete", body("token", token, "password", NEXT));

        assertThat(office.refused(una, "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused(STRANGER, "session.create", body("email", "una@example.com", "password", FORMER)))
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(logIn("una@example.com", NEXT).has("accessToken")).isTrue();
        assertThat(refused(STRANGER, "password-reset.complete", body("token", token, "password", FORMER)))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(awaitTo("una@example.com", "Your password was changed")).contains("tell an owner");
        assertThat(rows("select coalesce(input::text, '') from kernel.audit where action like 'password-reset.%'"))
                .isNotEmpty()
                .noneMatch(each -> each.contains(token) || each.contains(NEXT));
        assertThat(rows("select data::text from kernel.event")).noneMatch(each -> each.contains(token));
        TestPanel.await("the link is forgotten", () -> rows("select id from activity.mail where link is not null")
                .isEmpty());
    }

    @Test
    void anAddressThatNobodyHasIsAnsweredAlikeAndWrittenToNever() throws Exception {
        office.join("kit@example.com", "Kit", "viewer", Optional.empty());

        JsonNode known = office.call(STRANGER, "password-reset.request", body("email", "kit@example.com"));
        JsonNode unknown = office.call(STRANGER, "password-reset.request", body("email", "nobody@example.com"));
        awaitTo("kit@example.com", "Set a new password");
        awaitQuiet();

        assertThat(unknown).isEqualTo(known);
        assertThat(sentTo("nobody@example.com", "Set a new password")).isEmpty();
    }

    @Test
    void withoutMailTheOwnerOfThePanelMakesTheLink() {
        office.join("hal@example.com", "Hal", "viewer", Optional.empty());
        set("");

        assertThat(office.call(STRANGER, "password-reset.get", "{}").get("mail").asBoolean())
                .isFalse();
        for (String address : List.of("hal@example.com", "nobody@example.com")) {
            assertThat(refused(STRANGER, "password-reset.request", body("email", address)))
                    .isEqualTo(Problem.Kind.CONFLICT);
        }
        JsonNode made = office.call(office.owner, "password-reset.create", body("user", "hal@example.com"));
        assertThat(made.get("path").asText())
                .isEqualTo("/reset#" + made.get("token").asText());
        office.call(
                STRANGER,
                "password-reset.complete",
                body("token", made.get("token").asText(), "password", NEXT));

        assertThat(logIn("hal@example.com", NEXT).has("accessToken")).isTrue();
        awaitQuiet();
    }

    @Test
    void whoChangesThePasswordIsToldSo() throws Exception {
        Office.Person ida = office.join("ida@example.com", "Ida", "viewer", Optional.empty());

        office.call(ida, "profile.password", body("current", FORMER, "password", NEXT));

        awaitTo("ida@example.com", "Your password was changed");
    }

    @Test
    void whatSomebodyFollowsEndsWithinFiveSecondsOnceTheyAreDisabled() {
        Office.Person eve = office.join("eve@example.com", "Eve", "viewer", Optional.empty());
        CountDownLatch ended = new CountDownLatch(1);
        office.stream(eve, "activity.watch", "{}").items().subscribe(new Ending(ended));

        office.call(office.owner, "user.disable", body("user", "eve@example.com"));

        TestPanel.await("the end of what is followed", () -> ended.getCount() == 0, Duration.ofSeconds(5));
        assertThat(office.refused(eve, "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(refused(STRANGER, "session.create", body("email", "eve@example.com", "password", FORMER)))
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        office.call(STRANGER, "password-reset.request", body("email", "eve@example.com"));
        awaitQuiet();
        assertThat(sentTo("eve@example.com", "Set a new password")).isEmpty();
        office.call(office.owner, "user.enable", body("user", "eve@example.com"));
        assertThat(logIn("eve@example.com", FORMER).has("accessToken")).isTrue();
        assertThat(office.refused(eve, "profile.get", "{}")).isEqualTo(Problem.Kind.UNAUTHENTICATED);
    }

    @Test
    void onlyOwnersOfThePanelDisablePeopleAndNobodyElseSeesThem() {
        Office.Person max = office.join("max@example.com", "Max", "admin", Optional.empty());
        Office.Person viv = office.join("viv@example.com", "Viv", "viewer", Optional.empty());

        assertThat(office.call(max, "user.list", "{}").get("items").findValuesAsText("email"))
                .contains("olga@example.com", "viv@example.com");
        assertThat(office.refused(max, "user.disable", body("user", "viv@example.com")))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(office.refused(viv, "user.list", "{}")).isEqualTo(Problem.Kind.DENIED);
        assertThat(office.refused(viv, "user.disable", body("user", "max@example.com")))
                .isEqualTo(Problem.Kind.MISSING);
        assertThat(office.refused(office.owner, "user.disable", body("user", "olga@example.com")))
                .isEqualTo(Problem.Kind.DENIED);
        assertThat(rows("select action from kernel.audit where action = 'user.disable'"))
                .isNotEmpty();
    }

    private static void registration(String mode) {
        office.byMachine(null, "setting.update", "{\"plugin\":\"teams\",\"values\":{\"mode\":\"" + mode + "\"}}");
    }

    private static void register(String email, String password) {
        office.call(STRANGER, "registration.create", body("email", email, "name", "Nia", "password", password));
    }

    @Test
    void whoRegistersIsNobodyUntilTheyOpenTheLinkAndGiveThePasswordAgain() throws Exception {
        registration("open");
        assertThat(office.call(STRANGER, "registration.get", "{}").get("open").asBoolean())
                .isTrue();

        register("nia@example.com", NEXT);
        String token = token(awaitTo("nia@example.com", "Confirm your e-mail address"), "/verify");

        assertThat(refused(STRANGER, "session.create", body("email", "nia@example.com", "password", NEXT)))
                .isEqualTo(Problem.Kind.UNAUTHENTICATED);
        assertThat(office.call(office.owner, "user.list", "{}").toString()).doesNotContain("nia@example.com");
        assertThat(refused(STRANGER, "registration.confirm", body("token", token, "password", FORMER)))
                .isEqualTo(Problem.Kind.INVALID);
        office.call(STRANGER, "registration.confirm", body("token", token, "password", NEXT));

        JsonNode in = logIn("nia@example.com", NEXT);
        assertThat(in.get("role").asText()).isEqualTo("owner");
        assertThat(in.get("team").asText()).isNotEqualTo(office.team.toString());
        assertThat(refused(STRANGER, "registration.confirm", body("token", token, "password", NEXT)))
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whoHasAnAccountIsToldAndTheAnswerIsTheSame() throws Exception {
        registration("open");
        office.join("lea@example.com", "Lea", "viewer", Optional.empty());

        register("lea@example.com", NEXT);

        assertThat(awaitTo("lea@example.com", "You have an account already")).contains("Nothing was changed");
        assertThat(sentTo("lea@example.com", "Confirm your e-mail address")).isEmpty();
        assertThat(logIn("lea@example.com", FORMER).has("accessToken")).isTrue();
    }

    @Test
    void registrationIsShutUnlessItIsOpened() {
        registration("invitation");

        assertThat(office.call(STRANGER, "registration.get", "{}").get("open").asBoolean())
                .isFalse();
        assertThat(refused(
                        STRANGER,
                        "registration.create",
                        body("email", "pat@example.com", "name", "Pat", "password", NEXT)))
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aClosedPanelTakesNobodyNewNotEvenInvited() {
        JsonNode invitation =
                office.call(office.owner, "invitation.create", body("email", "gus@example.com", "role", "viewer"));
        String accept = body("token", invitation.get("token").asText(), "password", FORMER, "name", "Gus");
        registration("closed");

        assertThat(refused(STRANGER, "invitation.accept", accept)).isEqualTo(Problem.Kind.DENIED);

        registration("invitation");
        assertThat(office.call(STRANGER, "invitation.accept", accept).has("session"))
                .isTrue();
    }

    @Test
    void anotherAddressCountsOnceItIsConfirmedAndTheFormerOneIsTold() throws Exception {
        Office.Person ray = office.join("ray@example.com", "Ray", "viewer", Optional.empty());

        JsonNode asked = office.call(ray, "profile.update", body("email", "ray2@example.com", "password", FORMER));
        assertThat(asked.get("email").asText()).isEqualTo("ray@example.com");
        String token = token(awaitTo("ray2@example.com", "Confirm your new e-mail address"), "/address");
        assertThat(office.call(ray, "profile.get", "{}").get("pendingEmail").asText())
                .isEqualTo("ray2@example.com");
        assertThat(logIn("ray@example.com", FORMER).has("accessToken")).isTrue();

        office.call(STRANGER, "profile.confirm-email", body("token", token));

        assertThat(logIn("ray2@example.com", FORMER).has("accessToken")).isTrue();
        assertThat(awaitTo("ray@example.com", "Your e-mail address was changed"))
                .contains("its address no more");
        assertThat(refused(STRANGER, "profile.confirm-email", body("token", token)))
                .isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void whoseAddressItIsAlreadyIsNotTold() {
        Office.Person sue = office.join("sue@example.com", "Sue", "viewer", Optional.empty());

        office.call(sue, "profile.update", body("email", "olga@example.com", "password", FORMER));
        awaitQuiet();

        assertThat(sentTo("olga@example.com", "Confirm your new e-mail address"))
                .isEmpty();
        assertThat(office.call(sue, "profile.get", "{}").has("pendingEmail")).isFalse();
    }

    @Test
    void nobodySendsSuchMessagesByHand() {
        String letter = body("to", "x@example.com", "kind", "reset", "token", "x".repeat(43));

        assertThat(office.refused(office.owner, "mail.account", letter)).isEqualTo(Problem.Kind.DENIED);
    }

    /** Tells when a stream is over. */
    private record Ending(CountDownLatch ended) implements Flow.Subscriber<Object> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Object item) {
            // Only the end matters.
        }

        @Override
        public void onError(Throwable problem) {
            ended.countDown();
        }

        @Override
        public void onComplete() {
            ended.countDown();
        }
    }

    private static List<String> rows(String sql) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            while (found.next()) {
                rows.add(String.valueOf(found.getString(1)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return rows;
    }

    private static void change(String sql) throws SQLException {
        try (Connection connection = panel.connect();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
