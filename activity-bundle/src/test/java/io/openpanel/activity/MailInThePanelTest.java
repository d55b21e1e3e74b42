package io.openpanel.activity;

import static io.openpanel.activity.Office.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.testkit.OpenPanelExtension;
import io.openpanel.testkit.TestPanel;
import jakarta.mail.Address;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Mail from a running panel to a real SMTP server. */
@ExtendWith(OpenPanelExtension.class)
@OpenPanelExtension.Bundles({"io.openpanel.teams", "io.openpanel.activity"})
@Tag("slow")
class MailInThePanelTest {
    private static final GreenMail SERVER = new GreenMail(new ServerSetup[] {
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
        new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
    });

    private static TestPanel panel;
    private static Office office;
    private static Ref app;
    private static Office.Person dev;

    @BeforeAll
    static void open(TestPanel running) throws IOException, SQLException {
        panel = running;
        SERVER.start();
        SERVER.setUser("panel@example.com", "panel", "right");
        office = new Office(panel);
        Shop shop = Shop.open(panel);
        app = shop.add(office.team, "app", "web", Optional.empty());
        dev = office.join("dora@example.com", "Dora", "developer", Optional.empty());
        // So that the tests see the rows as they lie there.
        change("alter table activity.mail no force row level security;"
                + " alter table activity.notification no force row level security;"
                + " alter table kernel.audit no force row level security;"
                + " alter table kernel.event no force row level security");
    }

    @AfterAll
    static void close() {
        SERVER.stop();
    }

    @BeforeEach
    void plain() throws Exception {
        SERVER.purgeEmailFromAllMailboxes();
        set("127.0.0.1", SERVER.getSmtp().getPort(), "none", "");
    }

    private static void set(String host, int port, String security, String user) {
        office.byMachine(
                null,
                "setting.update",
                "{\"plugin\":\"activity\",\"values\":{\"host\":\"" + host + "\",\"port\":" + port + ",\"security\":\""
                        + security + "\",\"user\":\"" + user
                        + "\",\"password\":\"wrong\",\"from\":\"OpenPanel <panel@example.com>\","
                        + "\"address\":\"https://panel.example.com/\"}}");
    }

    /** Without invitations, which each new member gets besides. */
    private static List<MimeMessage> sentTo(String address) {
        return Arrays.stream(SERVER.getReceivedMessages())
                .filter(each -> GreenMailUtil.getAddressList(recipients(each)).contains(address))
                .filter(each -> address.startsWith("new@") || !subject(each).contains("invites you"))
                .toList();
    }

    private static String subject(MimeMessage message) {
        try {
            return message.getSubject();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Address[] recipients(MimeMessage message) {
        try {
            return message.getAllRecipients();
        } catch (MessagingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static MimeMessage awaitTo(String address) {
        TestPanel.await("a message to " + address, () -> !sentTo(address).isEmpty());
        return sentTo(address).get(0);
    }

    private static String part(MimeMessage message, int index) throws Exception {
        return ((MimeMultipart) message.getContent())
                .getBodyPart(index)
                .getContent()
                .toString();
    }

    private static String testFails() {
        return catchThrowableOfType(Problem.class, () -> office.call(office.owner, "mail.test", "{}"))
                .getMessage();
    }

    @Test
    void aTestMessageGoesToOnesOwnAddress() throws Exception {
        assertThat(office.call(office.owner, "mail.test", "{}").get("to").asText())
                .isEqualTo("olga@example.com");

        MimeMessage message = awaitTo("olga@example.com");
        assertThat(message.getSubject()).isEqualTo("OpenPanel can send e-mail");
        assertThat(message.getFrom()[0].toString()).isEqualTo("OpenPanel <panel@example.com>");
        assertThat(part(message, 0)).contains("can send e-mail");
        assertThat(part(message, 1)).contains("<p>").contains("can send e-mail");
        assertThat(office.refused(dev, "mail.test", "{}")).isEqualTo(Problem.Kind.DENIED);
    }

    @Test
    void aTestSaysPreciselyWhatFailed() {
        set("127.0.0.1", 1, "none", "");
        assertThat(testFails()).isEqualTo("Nothing answers at 127.0.0.1:1; check the name and the port");
        set("nowhere.invalid", 587, "starttls", "");
        assertThat(testFails()).startsWith("There is no server called nowhere.invalid");
        set("127.0.0.1", SERVER.getSmtp().getPort(), "none", "panel");
        assertThat(testFails())
                .contains("does not take the user name and password")
                .doesNotContain("wrong");
        set("192.0.2.1", 25, "none", "");
        assertThat(testFails())
                .isEqualTo("192.0.2.1 is not this machine; choose STARTTLS or TLS in the settings of e-mail");
        set("", 587, "starttls", "");
        assertThat(testFails()).startsWith("E-mail is not set up");
    }

    @Test
    void aServerWithACertificateOfNobodyIsNotTold() {
        set("127.0.0.1", SERVER.getSmtps().getPort(), "tls", "");

        assertThat(testFails()).startsWith("The certificate of 127.0.0.1:");
        assertThat(SERVER.getReceivedMessages()).isEmpty();
    }

    @Test
    void aServerThatOffersNoEncryptionIsNotTold() {
        set("127.0.0.1", SERVER.getSmtp().getPort(), "starttls", "");

        assertThat(testFails()).contains("STARTTLS");
        assertThat(SERVER.getReceivedMessages()).isEmpty();
    }

    @Test
    void whoIsMentionedGetsItInTheirLanguageWithWhatWasSaidAsText() throws Exception {
        office.join("pia@example.com", "Pia", "viewer", Optional.empty());
        Office.Person brazilian = office.join("bia@example.com", "Bia", "viewer", Optional.empty());
        office.call(brazilian, "notification.configure", "{\"language\":\"pt-br\",\"timeZone\":\"America/Sao_Paulo\"}");
        String said = "<script>alert(1)</script> @bia@example.com and @pia@example.com\\r\\nBcc: x@example.com";
        office.call(dev, "comment.add", "{\"resource\":\"" + app + "\",\"text\":\"" + said + "\"}");

        MimeMessage portuguese = awaitTo("bia@example.com");
        MimeMessage english = awaitTo("pia@example.com");

        assertThat(portuguese.getSubject()).isEqualTo("Dora mencionou você em web");
        assertThat(english.getSubject()).isEqualTo("Dora mentioned you on web");
        assertThat(part(english, 0))
                .contains("https://panel.example.com/apps/" + app.id())
                .contains("<script>");
        assertThat(part(english, 1)).contains("&lt;script&gt;").doesNotContain("<script>");
        assertThat(sentTo("x@example.com")).isEmpty();
    }

    @Test
    void anInvitationIsSentAndItsLinkIsNowhereElse() throws Exception {
        var made = office.call(office.owner, "invitation.create", body("email", "new@example.com", "role", "viewer"));
        String token = made.get("token").asText();
        assertThat(made.get("mailed").asBoolean()).isTrue();

        String text = part(awaitTo("new@example.com"), 0);

        assertThat(text).contains("https://panel.example.com/join#" + token);
        TestPanel.await("the link is forgotten", () -> rows("select id from activity.mail where link is not null")
                .isEmpty());
        assertThat(rows("select input::text from kernel.audit where action in ('mail.invite', 'invitation.create')"))
                .isNotEmpty()
                .noneMatch(each -> each.contains(token));
        assertThat(rows("select data::text from kernel.event")).isNotEmpty().noneMatch(each -> each.contains(token));
        assertThat(rows("select text || html || coalesce(link, '') from activity.mail"))
                .isNotEmpty()
                .noneMatch(each -> each.contains(token));
    }

    @Test
    void withoutMailALinkIsHandedOnAndNothingWaits() {
        set("", 587, "starttls", "");

        var made =
                office.call(office.owner, "invitation.create", body("email", "byhand@example.com", "role", "viewer"));

        assertThat(made.get("mailed").asBoolean()).isFalse();
        assertThat(rows("select id from activity.mail where recipient = 'byhand@example.com'"))
                .isEmpty();
    }

    @Test
    void aMessageThatTheServerDidNotTakeIsSentOnceItDoes() {
        office.join("una@example.com", "Una", "viewer", Optional.empty());
        set("127.0.0.1", 1, "none", "");
        office.call(dev, "comment.add", body("resource", app.toString(), "text", "Later, @una@example.com"));
        TestPanel.await("a first try", () -> !rows("select d.id::text from kernel.delivery d join kernel.event e"
                        + " on e.id = d.event_id where e.topic = 'mail.queued' and d.tries > 0")
                .isEmpty());

        set("127.0.0.1", SERVER.getSmtp().getPort(), "none", "");

        awaitTo("una@example.com");
        assertThat(sentTo("una@example.com")).hasSize(1);
    }

    @Test
    void aDigestTellsWhatWaitedOnce() throws Exception {
        Office.Person reader = office.join("dan@example.com", "Dan", "viewer", Optional.empty());
        office.call(reader, "notification.configure", "{\"event\":\"mention\",\"mail\":\"daily\"}");
        office.call(dev, "comment.add", body("resource", app.toString(), "text", "One, @dan@example.com"));
        office.call(dev, "comment.add", body("resource", app.toString(), "text", "Two, @dan@example.com"));
        TestPanel.await("both wait", () -> rows(waiting(reader)).size() == 2);
        assertThat(sentTo("dan@example.com")).isEmpty();
        change("update activity.notification set at = at - interval '2 days' where user_id = '" + reader.id() + "'");

        runDigests();
        runDigests();

        MimeMessage message = awaitTo("dan@example.com");
        assertThat(message.getSubject()).isEqualTo("What happened: 2");
        assertThat(rows(waiting(reader))).isEmpty();
        assertThat(sentTo("dan@example.com")).hasSize(1);
    }

    /** Brings the schedule's next run forward and waits for its end. */
    private static void runDigests() throws SQLException {
        String task = " from kernel.scheduled_tasks where task_instance = 'activity:MailActions.digests'";
        change("update kernel.scheduled_tasks set execution_time = now()"
                + " where task_instance = 'activity:MailActions.digests' and not picked");
        TestPanel.await(
                "the digests",
                () -> rows("select 1" + task + " and not picked and execution_time > now()")
                                .size()
                        == 1);
    }

    private static String waiting(Office.Person reader) {
        return "select id from activity.notification where mailed_at is null and mail = 'daily' and user_id = '"
                + reader.id() + "'";
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
