package io.openpanel.activity.internal;

import io.openpanel.activity.MailSettings;
import io.openpanel.api.Problem;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.Date;
import java.util.Properties;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;

/** Hands messages to the mail server that whoever runs the panel has set. */
@Component(
        service = Mailer.class,
        configurationPid = "io.openpanel.activity.mail",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MailSettings.class)
public final class Mailer {
    private static final String PATIENCE = "20000";

    private final InstantSource clock;
    private volatile MailSettings settings;

    @Activate
    public Mailer(@Reference InstantSource clock, MailSettings settings) {
        this.clock = clock;
        this.settings = settings;
    }

    @Modified
    void modified(MailSettings changed) {
        settings = changed;
    }

    public boolean isSetUp() {
        return !settings.host().isBlank() && !settings.from().isBlank();
    }

    /** The panel's address, for links; empty where nobody has set it. */
    public String address() {
        return settings.address().strip().replaceAll("/+$", "");
    }

    public String server() {
        return settings.host() + ':' + settings.port();
    }

    public Letters letters(Letters.Language language) {
        return new Letters(language, address());
    }

    /**
     * Sends one message.
     *
     * @throws Problem what failed, where, and what to do
     */
    public void send(String id, String recipient, Letter letter) {
        MailSettings now = settings;
        if (now.host().isBlank() || now.from().isBlank()) {
            throw new Problem(
                    Problem.Kind.CONFLICT, "E-mail is not set up; give a mail server and a sender in its settings");
        }
        requireSafe(now);
        Thread thread = Thread.currentThread();
        ClassLoader former = thread.getContextClassLoader();
        // The mail library finds its parts by the thread's class loader.
        thread.setContextClassLoader(Mailer.class.getClassLoader());
        try {
            Session session = Session.getInstance(properties(now));
            MimeMessage message = message(session, now, id, recipient, letter);
            try (Transport transport = session.getTransport()) {
                transport.connect(
                        now.host().strip(),
                        now.port(),
                        now.user().isBlank() ? null : now.user(),
                        now.user().isBlank() ? null : now._password());
                transport.sendMessage(message, message.getAllRecipients());
            }
        } catch (MessagingException e) {
            throw MailProblems.of(e, server(), recipient);
        } finally {
            thread.setContextClassLoader(former);
        }
    }

    /** A password, and what people are told, is not sent in the clear over a network. */
    private static void requireSafe(MailSettings now) {
        if (!now.security().equals("none")) {
            return;
        }
        try {
            if (InetAddress.getByName(now.host().strip()).isLoopbackAddress()) {
                return;
            }
        } catch (UnknownHostException e) {
            throw MailProblems.unknownHost(now.host(), e);
        }
        throw new Problem(
                Problem.Kind.CONFLICT,
                now.host() + " is not this machine; choose STARTTLS or TLS in the settings of e-mail");
    }

    private static Properties properties(MailSettings now) {
        boolean tls = now.security().equals("tls");
        boolean starttls = now.security().equals("starttls");
        Properties properties = new Properties();
        properties.put("mail.transport.protocol", "smtp");
        properties.put("mail.smtp.auth", String.valueOf(!now.user().isBlank()));
        properties.put("mail.smtp.connectiontimeout", PATIENCE);
        properties.put("mail.smtp.timeout", PATIENCE);
        properties.put("mail.smtp.writetimeout", PATIENCE);
        properties.put("mail.smtp.ssl.enable", String.valueOf(tls));
        properties.put("mail.smtp.starttls.enable", String.valueOf(starttls));
        properties.put("mail.smtp.starttls.required", String.valueOf(starttls));
        properties.put("mail.smtp.ssl.checkserveridentity", "true");
        properties.put("mail.smtp.ssl.protocols", "TLSv1.3 TLSv1.2");
        return properties;
    }

    private MimeMessage message(Session session, MailSettings now, String id, String recipient, Letter letter)
            throws MessagingException {
        InternetAddress from = address(now.from(), "the sender in the settings of e-mail");
        MimeMessage message = new MimeMessage(session) {
            @Override
            protected void updateMessageID() throws MessagingException {
                setHeader("Message-ID", "<" + id + '@' + from.getAddress().replaceAll(".*@", "") + '>');
            }
        };
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, address(recipient, "the recipient"));
        message.setSubject(letter.subject(), "UTF-8");
        message.setSentDate(Date.from(clock.instant()));
        message.setHeader("Auto-Submitted", "auto-generated");
        MimeBodyPart text = new MimeBodyPart();
        text.setText(letter.text(), "UTF-8");
        MimeBodyPart html = new MimeBodyPart();
        html.setText(letter.html(), "UTF-8", "html");
        message.setContent(new MimeMultipart("alternative", text, html));
        return message;
    }

    private static InternetAddress address(String text, String what) {
        try {
            return new InternetAddress(text.strip(), true);
        } catch (AddressException e) {
            throw new Problem(Problem.Kind.INVALID, '\'' + text + "' is no e-mail address; it is " + what, e);
        }
    }
}
