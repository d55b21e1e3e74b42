package io.openpanel.activity.internal;

/** What people are told of, and how where they did not say so themselves. */
public enum NotificationKind {
    DEPLOYMENT_FAILED(true, MailWhen.AT_ONCE),
    DEPLOYMENT_FINISHED(true, MailWhen.OFF),
    MENTION(true, MailWhen.AT_ONCE),
    COMMENT(true, MailWhen.DAILY),
    INVITATION_ACCEPTED(true, MailWhen.OFF),
    ROLE_CHANGED(true, MailWhen.AT_ONCE);

    private final boolean shown;
    private final MailWhen mail;

    NotificationKind(boolean shown, MailWhen mail) {
        this.shown = shown;
        this.mail = mail;
    }

    Preference byDefault() {
        return new Preference(this, shown, mail);
    }

    /** When it is sent by e-mail. */
    public enum MailWhen {
        OFF,
        AT_ONCE,
        DAILY,
        WEEKLY
    }

    /** How somebody wants to be told of a kind of event. */
    public record Preference(NotificationKind kind, boolean shown, MailWhen mail) {
        boolean isWanted() {
            return shown || mail != MailWhen.OFF;
        }
    }
}
