package io.openpanel.teams.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The passwords that everybody tries first, because they leaked. Eight bytes of each are kept, not its text. */
final class CommonPasswords {
    private static final long[] KNOWN = read();

    private CommonPasswords() {}

    /** @param plain in lower case */
    static boolean contains(String plain) {
        return Arrays.binarySearch(KNOWN, Digest.of(plain).a()) >= 0;
    }

    private static long[] read() {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                CommonPasswords.class.getResourceAsStream("common-passwords.txt"), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line -> !line.startsWith("# "))
                    .mapToLong(line -> Digest.of(line).a())
                    .sorted()
                    .toArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
