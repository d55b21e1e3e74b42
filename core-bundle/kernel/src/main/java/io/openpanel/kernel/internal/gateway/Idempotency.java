package io.openpanel.kernel.internal.gateway;

import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.KernelDatabase;
import io.openpanel.spi.Storage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Optional;

/** Gives a repeated call with the same key the first one's answer, for 24 hours. */
public final class Idempotency {
    private static final int LONGEST_KEY = 255;

    private final KernelDatabase database;
    private final Storage storage;
    private final InstantSource clock;
    private final Instant begun;

    public Idempotency(KernelDatabase database, Storage storage, InstantSource clock) {
        this.database = database;
        this.storage = storage;
        this.clock = clock;
        this.begun = clock.instant();
    }

    /** A key that was claimed. */
    record Claim(String caller, String action, String key) {}

    public record Row(String inputHash, Instant at, Optional<String> reply) {}

    /** The first answer as it was kept, or empty where this call is the first and now holds the key. */
    Optional<String> claim(Claim claim, byte[] input) {
        if (claim.key().isBlank() || claim.key().length() > LONGEST_KEY) {
            throw Problem.invalid("Idempotency-Key", "Idempotency-Key must have 1 to " + LONGEST_KEY + " characters");
        }
        String hash = hash(input);
        return database.tx(tx -> {
            tx.update("delete from idempotency where at < ?", clock.instant().minus(Duration.ofHours(24)));
            int claimed = tx.update(
                    """
                    insert into idempotency (caller, action, key, input_hash, at) values (?, ?, ?, ?, ?)
                    on conflict do nothing
                    """,
                    claim.caller(),
                    claim.action(),
                    claim.key(),
                    hash,
                    clock.instant());
            if (claimed == 1) {
                return Optional.empty();
            }
            Row first = tx.one(
                            Row.class,
                            """
                    select input_hash, at, reply from idempotency where caller = ? and action = ? and key = ?
                    """,
                            claim.caller(),
                            claim.action(),
                            claim.key())
                    .orElseThrow();
            if (!first.inputHash().equals(hash)) {
                throw new Problem(
                        Problem.Kind.CONFLICT,
                        "This Idempotency-Key was used with another input; use a new key for a new call");
            }
            return Optional.of(first.reply()
                    .map(ciphertext -> storage.unseal(ciphertext, place(claim)))
                    .orElseThrow(() -> unanswered(first)));
        });
    }

    /** Whether a call that the panel's end cut off took effect, nobody knows: it is not run again. */
    private Problem unanswered(Row first) {
        if (first.at().isBefore(begun)) {
            return new Problem(
                    Problem.Kind.CONFLICT,
                    "The panel ended during the first call with this Idempotency-Key; see whether it took effect, and"
                            + " use a new key to call again");
        }
        return new Problem(Problem.Kind.CONFLICT, "The first call with this Idempotency-Key is still running")
                .retryAfter(Duration.ofSeconds(1));
    }

    /** Answers may hold a token that is shown once: they lie sealed. */
    void keep(Claim claim, String reply) {
        String ciphertext = storage.seal(reply, place(claim));
        database.tx(tx -> tx.update(
                "update idempotency set reply = ? where caller = ? and action = ? and key = ?",
                ciphertext,
                claim.caller(),
                claim.action(),
                claim.key()));
    }

    private static String place(Claim claim) {
        return "idempotency|reply|" + claim.caller() + '|' + claim.action() + '|' + claim.key();
    }

    void release(Claim claim) {
        database.tx(tx -> tx.update(
                "delete from idempotency where caller = ? and action = ? and key = ?",
                claim.caller(),
                claim.action(),
                claim.key()));
    }

    private static String hash(byte[] input) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(input));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static String text(byte[] json) {
        return new String(json, StandardCharsets.UTF_8);
    }
}
