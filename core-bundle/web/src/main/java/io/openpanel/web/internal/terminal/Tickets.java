package io.openpanel.web.internal.terminal;

import io.openpanel.api.Principal;
import io.openpanel.api.Problem;
import io.openpanel.spi.Gateway;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/** What opens a terminal: each once, soon, and only what it was made for. Of a ticket only its digest is kept. */
public final class Tickets {
    static final Duration LIFE = Duration.ofSeconds(30);
    private static final int MOST = 1_000;
    private static final int MOST_EACH = 20;
    private static final int BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final LongSupplier nanos;
    private final Map<ByteBuffer, Held> held = new HashMap<>();

    /** @param nanos as {@link System#nanoTime} */
    public Tickets(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** @param call to be made when the ticket is used */
    record Held(Gateway.Invocation call, Principal principal, long end) {
        boolean isOf(Principal other) {
            return principal.ref().equals(other.ref()) && principal.session().equals(other.session());
        }
    }

    /** A new ticket, in characters that a header takes. */
    synchronized String issue(Gateway.Invocation call, Principal principal) {
        held.values().removeIf(this::isOver);
        long own = held.values().stream()
                .filter(each -> each.principal().ref().equals(principal.ref()))
                .count();
        if (own >= MOST_EACH || held.size() >= MOST) {
            throw new Problem(
                            Problem.Kind.LIMITED,
                            "Too many tickets for terminals wait to be used; they end " + LIFE.toSeconds()
                                    + " s after they were made")
                    .retryAfter(LIFE);
        }
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        held.put(digest(ticket), new Held(call, principal, nanos.getAsLong() + LIFE.toNanos()));
        return ticket;
    }

    /** What a ticket was made for; it is spent by this. */
    synchronized Optional<Held> spend(String ticket) {
        return Optional.ofNullable(held.remove(digest(ticket))).filter(each -> !isOver(each));
    }

    private boolean isOver(Held each) {
        return nanos.getAsLong() - each.end() > 0;
    }

    private static ByteBuffer digest(String ticket) {
        try {
            return ByteBuffer.wrap(
                    MessageDigest.getInstance("SHA-256").digest(ticket.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
