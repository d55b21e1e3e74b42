package io.openpanel.kernel.internal.audit;

import com.fasterxml.jackson.databind.JsonNode;
import io.openpanel.api.Problem;
import io.openpanel.kernel.internal.shape.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** What the chain was at some time, signed. */
public record Checkpoint(long position, long seq, byte[] hash, Instant at, String keyId, byte[] signature) {
    static final String COLUMNS = "position, seq, hash, at, key_id, signature";

    private static final String VERSION = "openpanel audit checkpoint 1";

    static Checkpoint of(Link link, Instant at, SigningKey key) {
        Checkpoint bare = new Checkpoint(
                link.position(), link.seq(), link.hash(), at.truncatedTo(ChronoUnit.MICROS), key.id(), new byte[0]);
        return new Checkpoint(bare.position, bare.seq, bare.hash, bare.at, bare.keyId, key.sign(bare.message()));
    }

    /** What is signed. */
    byte[] message() {
        return new Form(VERSION)
                .number(position)
                .number(seq)
                .bytes(hash)
                .number(ChronoUnit.MICROS.between(Instant.EPOCH, at))
                .text(keyId)
                .bytes();
    }

    /** A line for the file, with all that others need to check it. */
    String line(String openKey) {
        return Json.text(Json.object()
                .put("position", position)
                .put("seq", seq)
                .put("hash", HexFormat.of().formatHex(hash))
                .put("at", at.toString())
                .put("key", keyId)
                .put("signature", Base64.getUrlEncoder().withoutPadding().encodeToString(signature))
                .put("public", openKey));
    }

    /** Reads a line; empty for one that a crash has cut. */
    static Optional<Checkpoint> read(String line) {
        try {
            JsonNode json = Json.parse(line.getBytes(StandardCharsets.UTF_8));
            return Optional.of(new Checkpoint(
                    json.path("position").asLong(),
                    json.path("seq").asLong(),
                    HexFormat.of().parseHex(json.path("hash").asText()),
                    Instant.parse(json.path("at").asText()),
                    json.path("key").asText(),
                    Base64.getUrlDecoder().decode(json.path("signature").asText())));
        } catch (Problem | IllegalArgumentException | java.time.DateTimeException e) {
            return Optional.empty();
        }
    }
}
