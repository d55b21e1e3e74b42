package io.openpanel.sso.internal;

import io.openpanel.api.Problem;
import io.openpanel.api.Secret;
import io.openpanel.spi.SignOn;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What browsers were sent away with, until they come back with it: once, within ten minutes. */
@Component(service = Flows.class)
public final class Flows {
    static final Duration LIFE = Duration.ofMinutes(10);
    private static final int MOST_AT_ONCE = 30;

    private final Clerk clerk;
    private final InstantSource clock;

    /** What a browser was sent away with, as the answer is checked. */
    public record Row(
            String stateHash,
            String browserHash,
            String providerId,
            String redirect,
            Secret nonce,
            Secret verifier,
            String returnTo,
            Optional<String> userId,
            Optional<Secret> answer) {
        /** What came for it by a request without the browser's cookie. */
        Optional<Secret> kept() {
            return answer.map(each -> each.at("sign_on", "answer", stateHash));
        }

        Started started(String state) {
            return new Started(
                    state,
                    redirect,
                    nonce.at("sign_on", "nonce", stateHash).reveal(),
                    verifier.at("sign_on", "verifier", stateHash).reveal());
        }
    }

    /** What goes along with a browser, and what is checked when it comes back. */
    record Started(String state, String redirect, String nonce, String verifier) {
        @Override
        public String toString() {
            return "Started[redirect=" + redirect + ']';
        }
    }

    /** A proved account elsewhere, about to be linked. */
    public record Proof(
            String userId, String providerId, String issuer, String subject, String name, Optional<String> email) {}

    /** How many. */
    public record Count(long count) {}

    @Activate
    public Flows(@Reference Clerk clerk, @Reference InstantSource clock) {
        this.clerk = clerk;
        this.clock = clock;
    }

    /**
     * Begins.
     *
     * @param browser what only this browser has; empty where the person is signed in, who then must be the same
     */
    Started begin(
            Provider provider,
            String redirect,
            String returnTo,
            Optional<String> browser,
            Optional<String> user,
            String address) {
        Started started = new Started(Token.create(), redirect, Token.create(), Token.create());
        String hash = Token.hash(started.state);
        Instant now = clock.instant();
        clerk.tx(tx -> {
            long open = tx.one(
                            Count.class,
                            "select count(*) as count from sign_on where address = ? and expires_at > ?",
                            address,
                            now)
                    .orElseThrow()
                    .count;
            if (open >= MOST_AT_ONCE) {
                throw new Problem(
                                Problem.Kind.LIMITED,
                                "Too many log-ins were begun from this address and not ended; wait some minutes")
                        .retryAfter(LIFE);
            }
            return tx.update(
                    "insert into sign_on (state_hash, browser_hash, provider_id, redirect, nonce, verifier, return_to,"
                            + " user_id, address, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    hash,
                    browser.map(Token::hash).orElse(""),
                    provider.id(),
                    redirect,
                    Secret.of(started.nonce).at("sign_on", "nonce", hash),
                    Secret.of(started.verifier).at("sign_on", "verifier", hash),
                    returnTo,
                    user,
                    address,
                    now.plus(LIFE));
        });
        return started;
    }

    /** @throws Problem UNAUTHENTICATED unless this browser was sent to this provider with this state, and comes back first now */
    Row take(String provider, String state, Optional<String> browser) {
        return clerk.tx(tx -> tx.one(
                        Row.class,
                        "delete from sign_on where state_hash = ? and expires_at > ? returning state_hash, browser_hash,"
                                + " provider_id, redirect, nonce, verifier, return_to, user_id, answer",
                        Token.hash(state),
                        clock.instant()))
                .filter(row -> row.providerId.equals(provider))
                .filter(row ->
                        row.userId.isPresent() || browser.map(Token::hash).equals(Optional.of(row.browserHash)))
                .orElseThrow(() -> new Problem(
                        Problem.Kind.UNAUTHENTICATED,
                        "This log-in was not begun in this browser, took too long, or was used already; begin again"));
    }

    /**
     * Keeps an answer that another site's page posted, until the browser comes with its cookie: the first one counts.
     *
     * @throws Problem UNAUTHENTICATED unless there is a log-in with this state that waits for it
     */
    void keep(Provider provider, String state, Secret answer) {
        String hash = Token.hash(state);
        int kept = clerk.tx(tx -> tx.update(
                "update sign_on set answer = ? where state_hash = ? and provider_id = ? and answer is null"
                        + " and expires_at > ?",
                answer.at("sign_on", "answer", hash),
                hash,
                provider.id(),
                clock.instant()));
        if (kept == 0) {
            throw new Problem(
                    Problem.Kind.UNAUTHENTICATED,
                    "Nobody asked " + provider.name() + " for this answer, or too long ago; begin on the panel's log-in"
                            + " page, not at the provider");
        }
    }

    /** Whether an assertion was not used before; it counts as used now. */
    boolean isFirst(Provider provider, String assertion, Instant until) {
        return clerk.tx(tx -> tx.update(
                        "insert into used_assertion (provider_id, hash, expires_at) values (?, ?, ?)"
                                + " on conflict do nothing",
                        provider.id(),
                        Token.hash(assertion),
                        until))
                == 1;
    }

    /** Keeps what somebody proved, for them alone to link. */
    String prove(String user, Provider provider, Proved proved) {
        String token = Token.create();
        clerk.tx(tx -> tx.update(
                "insert into link_proof (hash, user_id, provider_id, issuer, subject, name, email, expires_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?)",
                Token.hash(token),
                user,
                provider.id(),
                proved.issuer(),
                proved.subject(),
                proved.name(),
                proved.email(),
                clock.instant().plus(LIFE)));
        return token;
    }

    /** What somebody proved; it stays until it is spent, since a password may be mistyped. */
    Proof proof(String user, Secret token) {
        return clerk.tx(tx -> tx.one(
                        Proof.class,
                        "select user_id, provider_id, issuer, subject, name, email from link_proof"
                                + " where hash = ? and user_id = ? and expires_at > ?",
                        Token.hash(token.reveal()),
                        user,
                        clock.instant()))
                .orElseThrow(() -> Problem.invalid(
                        "proof", "This was begun by somebody else, took too long, or was used already; begin again"));
    }

    void spend(Secret token) {
        clerk.tx(tx -> tx.update("delete from link_proof where hash = ?", Token.hash(token.reveal())));
    }

    static SignOn.Identity identity(Proof proof) {
        return new SignOn.Identity(
                proof.providerId, proof.issuer, proof.subject, proof.name, proof.email, false, false, List.of());
    }

    /** Forgets what nobody came back with. */
    public void sweep() {
        Instant now = clock.instant();
        clerk.tx(tx -> tx.update("delete from sign_on where expires_at < ?", now)
                + tx.update("delete from link_proof where expires_at < ?", now)
                + tx.update("delete from used_assertion where expires_at < ?", now));
    }
}
