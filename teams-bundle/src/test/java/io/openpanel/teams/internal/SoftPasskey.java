package io.openpanel.teams.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.upokecenter.cbor.CBORObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** An authenticator and the browser before it, which say what a test tells them to. */
final class SoftPasskey {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PRESENT = 1;
    private static final int VERIFIED = 4;
    private static final int NEW_CREDENTIAL = 64;

    String origin = "https://panel.example:8443";
    String host = "panel.example";
    boolean verifies = true;
    int counter = 1;
    String user = "";
    private final byte[] id = new byte[32];
    private final KeyPair keys;

    SoftPasskey() {
        new SecureRandom().nextBytes(id);
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            keys = generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The answer to {@code navigator.credentials.create}. */
    String create(String options) {
        JsonNode asked = read(options);
        user = new String(Base64.getUrlDecoder().decode(asked.at("/user/id").asText()), StandardCharsets.US_ASCII);
        byte[] attestation = CBORObject.NewMap()
                .Add("fmt", "none")
                .Add("attStmt", CBORObject.NewMap())
                .Add(
                        "authData",
                        join(authenticator(PRESENT | NEW_CREDENTIAL), new byte[16], new byte[] {0, 32}, id, cose()))
                .EncodeToBytes();
        ObjectNode answer = answer();
        answer.withObject("/response")
                .put("clientDataJSON", text(client("webauthn.create", asked)))
                .put("attestationObject", text(attestation));
        return answer.toString();
    }

    /** The answer to {@code navigator.credentials.get}. */
    String get(String options) {
        byte[] client = client("webauthn.get", read(options));
        byte[] data = authenticator(PRESENT);
        ObjectNode answer = answer();
        answer.withObject("/response")
                .put("clientDataJSON", text(client))
                .put("authenticatorData", text(data))
                .put("signature", text(sign(join(data, sha256(client)))))
                .put("userHandle", text(user.getBytes(StandardCharsets.US_ASCII)));
        return answer.toString();
    }

    private ObjectNode answer() {
        ObjectNode answer = JSON.createObjectNode()
                .put("id", text(id))
                .put("rawId", text(id))
                .put("type", "public-key");
        answer.putObject("response");
        answer.putObject("clientExtensionResults");
        return answer;
    }

    private static JsonNode read(String options) {
        try {
            return JSON.readTree(options).get("publicKey");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private byte[] client(String type, JsonNode asked) {
        return JSON.createObjectNode()
                .put("type", type)
                .put("challenge", asked.get("challenge").asText())
                .put("origin", origin)
                .put("crossOrigin", false)
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private byte[] authenticator(int flags) {
        return ByteBuffer.allocate(37)
                .put(sha256(host.getBytes(StandardCharsets.US_ASCII)))
                .put((byte) (verifies ? flags | VERIFIED : flags))
                .putInt(counter)
                .array();
    }

    private byte[] cose() {
        ECPublicKey key = (ECPublicKey) keys.getPublic();
        return CBORObject.NewMap()
                .Add(1, 2)
                .Add(3, -7)
                .Add(-1, 1)
                .Add(-2, fixed(key.getW().getAffineX()))
                .Add(-3, fixed(key.getW().getAffineY()))
                .EncodeToBytes();
    }

    private static byte[] fixed(BigInteger number) {
        byte[] bytes = number.toByteArray();
        byte[] fixed = new byte[32];
        int length = Math.min(32, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, 32 - length, length);
        return fixed;
    }

    private byte[] sign(byte[] message) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(keys.getPrivate());
            signature.update(message);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
