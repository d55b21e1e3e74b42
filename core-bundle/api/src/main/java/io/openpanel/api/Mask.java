package io.openpanel.api;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Takes secrets out of log lines, as they are, in Base64 and as part of a URL; shows {@code •••} in their place. The log of
 * a job does so by itself with each {@link Secret} the job opens. Texts of fewer than four characters are too common to be
 * taken out. May be used by several threads.
 */
public final class Mask {
    private static final int SHORTEST = 4;
    private static final String SHOWN = "•••";

    /** Longest first, so that a secret that holds another is taken out whole. */
    private final Set<String> secrets = new ConcurrentSkipListSet<>(
            Comparator.comparingInt(String::length).reversed().thenComparing(Comparator.naturalOrder()));

    /** Takes out this text, and each line of it, from here on. */
    public void add(String secret) {
        for (String line : secret.split("\\R")) {
            if (line.strip().length() >= SHORTEST) {
                secrets.add(line.strip());
            }
        }
        if (secret.length() >= SHORTEST) {
            byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
            secrets.addAll(List.of(
                    Base64.getEncoder().encodeToString(bytes), URLEncoder.encode(secret, StandardCharsets.UTF_8)));
        }
    }

    /** The line without what was added. */
    public String apply(String line) {
        String masked = line;
        for (String secret : secrets) {
            if (masked.contains(secret)) {
                masked = masked.replace(secret, SHOWN);
            }
        }
        return masked;
    }
}
