package io.openpanel.data.internal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/** One digest over named contents; the names and lengths count too. */
final class Digests {
    private Digests() {}

    static String of(Map<String, byte[]> contents) {
        MessageDigest digest = sha256();
        new TreeMap<>(contents).forEach((name, content) -> {
            digest.update((name + '\0' + content.length + '\0').getBytes(StandardCharsets.UTF_8));
            digest.update(content);
        });
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
