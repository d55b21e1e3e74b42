package io.openpanel.web.internal.console;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/** SHA-256 of content, as it stands in addresses, entity tags and policies. */
final class Digest {
    private static final int SHORT = 8;

    private final MessageDigest sha = sha();

    Digest add(String text) {
        return add(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Adds a part; parts do not run into each other. */
    Digest add(byte[] part) {
        sha.update((part.length + ":").getBytes(StandardCharsets.US_ASCII));
        sha.update(part);
        return this;
    }

    /** 16 hex digits. */
    String text() {
        return HexFormat.of().formatHex(sha.digest(), 0, SHORT);
    }

    static String of(byte[] content) {
        return new Digest().add(content).text();
    }

    /** As a Content-Security-Policy names a script. */
    static String source(String script) {
        byte[] hash = sha().digest(script.getBytes(StandardCharsets.UTF_8));
        return "'sha256-" + Base64.getEncoder().encodeToString(hash) + '\'';
    }

    private static MessageDigest sha() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
