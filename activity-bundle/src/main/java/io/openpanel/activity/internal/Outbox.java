package io.openpanel.activity.internal;

import io.openpanel.activity.ActivityEvents;
import io.openpanel.api.Database;
import io.openpanel.api.Panel;
import io.openpanel.api.Problem;
import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Messages on their way. Each is written in the transaction of what it tells, with an event that is delivered until it
 * was taken: a mail server that is away is tried again, and one that stays away makes a dead letter.
 */
@Component(service = Outbox.class)
public final class Outbox {
    private static final Duration KEPT = Duration.ofDays(30);

    private final Panel panel;
    private final InstantSource clock;
    private final Mailer mailer;

    /** A message's row that was not sent yet. */
    public record Row(String id, String recipient, String subject, String text, String html, Optional<Secret> link) {
        Letter letter() {
            String open =
                    link.map(secret -> secret.at("mail", "link", id).reveal()).orElse(Letters.LINK);
            return new Letter(subject, text.replace(Letters.LINK, open), html.replace(Letters.LINK, open));
        }

        @Override
        public String toString() {
            return "Mail[" + id + ']';
        }
    }

    @Activate
    public Outbox(@Reference Panel panel, @Reference InstantSource clock, @Reference Mailer mailer) {
        this.panel = panel;
        this.clock = clock;
        this.mailer = mailer;
    }

    /** @param link fills the letter's gap for it when it is sent, and lies sealed until then */
    void queue(Database.Tx tx, String recipient, Letter letter, Optional<String> link) {
        Ref mail = Ref.create("mail");
        tx.update(
                "insert into mail (team_id, id, recipient, subject, text, html, link, created_at)"
                        + " values (openpanel.current_team(), ?, ?, ?, ?, ?, ?, ?)",
                mail.id(),
                recipient,
                letter.subject(),
                letter.text(),
                letter.html(),
                link.map(each -> Secret.of(each).at("mail", "link", mail.id())),
                clock.instant());
        tx.publish(new ActivityEvents.MailQueued(mail));
    }

    public void queue(String recipient, Letter letter, Optional<String> link) {
        panel.database().tx(tx -> {
            queue(tx, recipient, letter, link);
            return null;
        });
    }

    /**
     * Sends a message that was not sent. A panel that dies between the server's yes and the row sends it again, under
     * the same Message-ID.
     *
     * @throws Problem what the server said; it is tried again
     */
    public void send(Ref mail) {
        Optional<Row> waiting = panel.database()
                .tx(tx -> tx.one(
                        Row.class,
                        "select id, recipient, subject, text, html, link from mail where id = ? and sent_at is null",
                        mail.id()));
        waiting.ifPresent(row -> {
            mailer.send(row.id(), row.recipient(), row.letter());
            panel.database()
                    .tx(tx -> tx.update(
                            "update mail set sent_at = ?, text = '', html = '', link = null where id = ?",
                            clock.instant(),
                            row.id()));
        });
    }

    public void sweep() {
        panel.database()
                .allTeams(tx -> tx.update(
                        "delete from mail where created_at < ?", clock.instant().minus(KEPT)));
    }
}
