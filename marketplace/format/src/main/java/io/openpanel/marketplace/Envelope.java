package io.openpanel.marketplace;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Bytes and the signatures over them, in the form of DSSE (Dead Simple Signing Envelope): what is signed is the bytes with
 * their type, so that no two ways of writing the same JSON matter and no signature of one kind of file fits another kind.
 *
 * @param payload Base64 of the bytes
 */
public record Envelope(String payload, String payloadType, List<Signed> signatures) {
    static final String ROOT = "application/vnd.openpanel.root+json";
    static final String INDEX = "application/vnd.openpanel.index+json";
    static final String RELEASE = "application/vnd.openpanel.release+json";
    private static final int MOST_SIGNATURES = 50;

    /** @param keyid see {@link Keys#id} */
    public record Signed(String keyid, String sig) {}

    public Envelope {
        if (payload == null || payloadType == null || signatures == null || signatures.size() > MOST_SIGNATURES) {
            throw new Refused("It is no signed file: payload, payloadType and signatures must be there");
        }
        signatures = List.copyOf(signatures);
    }

    static Envelope of(String type, Object content, Collection<KeyPair> keys) {
        byte[] bytes = Json.bytes(content);
        List<Signed> signatures = new ArrayList<>();
        for (KeyPair key : keys) {
            byte[] signature = Keys.sign(key.getPrivate(), signedBytes(type, bytes));
            signatures.add(
                    new Signed(Keys.id(key.getPublic()), Base64.getEncoder().encodeToString(signature)));
        }
        return new Envelope(Base64.getEncoder().encodeToString(bytes), type, signatures);
    }

    /** The envelope with one signature more, as others add theirs to a root they agree with. */
    public Envelope signedBy(KeyPair key) {
        List<Signed> all = new ArrayList<>(signatures);
        String id = Keys.id(key.getPublic());
        all.removeIf(each -> each.keyid().equals(id));
        byte[] signature = Keys.sign(key.getPrivate(), signedBytes(payloadType, bytes()));
        all.add(new Signed(id, Base64.getEncoder().encodeToString(signature)));
        return new Envelope(payload, payloadType, all);
    }

    /** @throws Refused when it is no envelope */
    public static Envelope parse(byte[] json) {
        try {
            return Optional.ofNullable(Json.MAPPER.readValue(json, Envelope.class))
                    .orElseThrow(() -> new Refused("It is no signed file"));
        } catch (IOException e) {
            throw new Refused("It is no signed file: " + Json.reason(e), e);
        }
    }

    public byte[] toBytes() {
        return Json.bytes(this);
    }

    /** What was signed, as it lies there; believe it only after {@link #require}. */
    byte[] bytes() {
        try {
            return Base64.getDecoder().decode(payload);
        } catch (IllegalArgumentException e) {
            throw new Refused("The payload of the signed file is no Base64", e);
        }
    }

    <T> T content(String type, Class<T> shape) {
        if (!payloadType.equals(type)) {
            throw new Refused("It is a " + payloadType + ", not a " + type);
        }
        try {
            return Optional.ofNullable(Json.MAPPER.readValue(bytes(), shape))
                    .orElseThrow(() -> new Refused("The signed file holds nothing"));
        } catch (JsonProcessingException e) {
            throw e.getCause() instanceof Refused refused ? refused : new Refused(Json.reason(e), e);
        } catch (IOException e) {
            throw new Refused(Json.reason(e), e);
        }
    }

    /**
     * Counts whose signatures are good; a key counts once, however often it signed.
     *
     * @param keys id → key
     * @throws Refused when fewer than that many of the keys signed
     */
    void require(int threshold, Map<String, PublicKey> keys, String what) {
        byte[] signed = signedBytes(payloadType, bytes());
        Set<String> good = new HashSet<>();
        for (Signed each : signatures) {
            PublicKey key = keys.get(each.keyid());
            if (key != null && !good.contains(each.keyid()) && Keys.verify(key, signed, decoded(each.sig()))) {
                good.add(each.keyid());
            }
        }
        if (good.size() < threshold) {
            throw new Refused(what + " is signed by " + good.size() + " of the " + threshold
                    + " keys it needs; it was altered, or comes from somebody else");
        }
    }

    private static byte[] decoded(String signature) {
        try {
            return Base64.getDecoder().decode(signature);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static byte[] signedBytes(String type, byte[] bytes) {
        byte[] head = ("DSSEv1 " + type.getBytes(StandardCharsets.UTF_8).length + ' ' + type + ' ' + bytes.length + ' ')
                .getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[head.length + bytes.length];
        System.arraycopy(head, 0, all, 0, head.length);
        System.arraycopy(bytes, 0, all, head.length, bytes.length);
        return all;
    }
}
