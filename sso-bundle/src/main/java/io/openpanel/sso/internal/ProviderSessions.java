package io.openpanel.sso.internal;

import io.openpanel.api.Ref;
import io.openpanel.api.Secret;
import io.openpanel.spi.SignOn;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Which sessions here belong to which ones at a provider. */
@Component(service = ProviderSessions.class)
public final class ProviderSessions {
    /** As long as the longest session of the panel's, and a day in which its second factor may come. */
    private static final Duration LIFE = Duration.ofDays(31);

    private static final int MOST = 1_000;

    private final Clerk clerk;
    private final InstantSource clock;
    private final People people;

    /**
     * A session here.
     *
     * @param there what the provider calls its own: OpenID Connect's {@code sid}, SAML's {@code SessionIndex}
     * @param hint what the provider asks for to end it
     */
    public record Row(
            String sessionId, String providerId, String userId, String subject, Optional<String> there, Secret hint) {
        String hintText() {
            return hint.at("provider_session", "hint", sessionId).reveal();
        }
    }

    @Activate
    public ProviderSessions(@Reference Clerk clerk, @Reference InstantSource clock, @Reference People people) {
        this.clerk = clerk;
        this.clock = clock;
        this.people = people;
    }

    void keep(SignOn.Entry entry, Provider provider, Proved proved) {
        proved.session()
                .ifPresent(session -> clerk.tx(tx -> tx.update(
                        "insert into provider_session (session_id, provider_id, user_id, subject, there, hint, ends_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?)",
                        entry.session().id(),
                        provider.id(),
                        entry.user().id(),
                        proved.subject(),
                        session.there(),
                        session.hint()
                                .at("provider_session", "hint", entry.session().id()),
                        clock.instant().plus(LIFE))));
    }

    Optional<Row> find(String session) {
        return clerk.tx(tx -> tx.one(
                Row.class,
                "select session_id, provider_id, user_id, subject, there, hint from provider_session"
                        + " where session_id = ? and ends_at > ?",
                session,
                clock.instant()));
    }

    /**
     * Ends the sessions here that the provider says have ended there.
     *
     * @param subject whose; anybody's where it names sessions alone
     * @param there which of them; all where it names none
     * @return how many there were
     */
    int end(Provider provider, Optional<String> subject, Set<String> there) {
        List<Row> ended = clerk.tx(tx -> tx.list(
                Row.class,
                "select session_id, provider_id, user_id, subject, there, hint from provider_session"
                        + " where provider_id = ? and (?::text is null or subject = ?)"
                        + " and (cardinality(?::text[]) = 0 or there = any (?::text[])) limit " + MOST,
                provider.id(),
                subject,
                subject,
                List.copyOf(there),
                List.copyOf(there)));
        for (Row each : ended) {
            people.keeper().end(new Ref("user", each.userId), new Ref("session", each.sessionId));
            forget(each.sessionId);
        }
        return ended.size();
    }

    private void forget(String session) {
        clerk.tx(tx -> tx.update("delete from provider_session where session_id = ?", session));
    }

    /** Forgets those that are over. */
    public void sweep() {
        clerk.tx(tx -> tx.update("delete from provider_session where ends_at < ?", clock.instant()));
    }
}
